/* SPDX-License-Identifier: Apache-2.0 */
/* The inner part of block_append(), which the log inlines because it runs for every sample. */
#ifndef CORE_BLOCK_ENCODE_H
#define CORE_BLOCK_ENCODE_H

#include "block.h"
#include "block_model.h"
#include "crc16.h"
#include "retained.h"

/* Words of a slot. */
#define SLOT_MAGIC 0u
#define SLOT_COMMIT 1u
#define SLOT_FIRST_SEQ 2u
#define SLOT_PERIOD 3u
#define SLOT_START_LOW 4u
#define SLOT_START_HIGH 5u
#define SLOT_BOOT 6u
#define SLOT_SPEC 7u
#define SLOT_SHAPE 8u /* stream, number of channels, their widths: one to three words */

#define SHAPE_STREAM_MASK 0xfu /* of the first byte of the shape */
#define SHAPE_CHANNELS_SHIFT 4

#define COMMIT_COUNT_MASK 0xfffu
#define COMMIT_CRC_SHIFT 16

static inline uint32_t block_big_endian(uint32_t value)
{
	return (value >> 24) | ((value >> 8) & 0xff00u) | ((value << 8) & 0xff0000u) |
	       (value << 24);
}

/* A constant if there is one sensor. Only the core for the most channels serves sensors with fewer,
 * too. */
static inline uint32_t block_channels(const struct block_encoder *encoder)
{
	const bool same = CORE_STREAMS == 1u && CORE_CHANNELS < SAMPLE_CHANNELS_MAX;

	return same || CORE_CHANNELS == 1u ? CORE_CHANNELS : encoder->channels;
}

/* Used with CORE_CHECKS only. */
static inline bool block_in_range(const struct block_encoder *encoder, const struct sample *sample)
{
	for (uint32_t c = 0;
	     sample_status_has_values(sample->status) && c < block_channels(encoder); c++) {
		if ((sample->value[c] & encoder->model[c].beyond) != 0u) {
			return false;
		}
	}
	return sample->status <= SAMPLE_FAULT && sample->late_16ths <= SAMPLE_LATE_MAX_16THS;
}

/* Notes the status of the last sample: none is usual after one that is not valid. Only values of
 * two bytes are usual. */
static inline void block_set_status(struct block_encoder *encoder, uint8_t status)
{
	bool two_bytes = true;

	for (uint32_t c = 0; c < block_channels(encoder); c++) {
		two_bytes = two_bytes && encoder->model[c].width - 9u < 8u;
	}
	encoder->status = status;
	encoder->unusual = two_bytes ? status : UINT8_MAX;
}

/* What the CRC covers of a sample besides its values; 0: nothing. */
static inline uint8_t block_mark(uint8_t status, uint8_t late_16ths)
{
	return (uint8_t)(late_16ths << 4 | status);
}

/* Adds a value to the CRC: the bytes that hold a channel of this width. */
static inline uint16_t block_crc_value(uint16_t crc, uint32_t value, uint32_t width)
{
	if (width - 9u < 8u) {
		return crc16_u16(crc, (uint16_t)value);
	}
	crc = crc16_u8(crc, (uint8_t)value);
	return width <= 8u ? crc : crc16_u16(crc, (uint16_t)(value >> 8));
}

/* This store puts the sample into the log. */
static inline void block_commit(struct block_encoder *encoder, uint32_t count, uint16_t crc)
{
	encoder->count = count;
	encoder->crc = crc;
	retained_store(&encoder->slot[SLOT_COMMIT], count | (uint32_t)crc << COMMIT_CRC_SHIFT);
}

/* The next loop has a copy of its body for each channel, so that each finds its model by a
 * constant. */
#if defined(__GNUC__) && !defined(__clang__)
#define UNROLLED _Pragma("GCC unroll 8")
#else
#define UNROLLED
#endif

/*
 * Adds a usual sample: valid, on time, after a valid one, close to the expected values; of a sensor
 * with one channel if the code fits into the current word. False, and nothing changed, for any
 * other sample, which block_append() handles.
 */
static inline bool block_append_usual(struct block_encoder *encoder, const struct sample *sample)
{
	volatile uint32_t *word = encoder->word;
	uint32_t room = encoder->room;
	uint32_t tail = encoder->tail;
	uint16_t crc = encoder->crc;
	struct block_model before[CORE_CHANNELS]; /* to go back to */
	uint32_t c = 0;

	if ((sample->status | sample->late_16ths | encoder->unusual) != 0u) {
		return false;
	}
	UNROLLED
	do {
		struct block_model *model = &encoder->model[c];
		const uint32_t value = sample->value[c];

		if ((value & model->beyond) != 0u) {
			break;
		}

		const int32_t residual = model_residual(model, value);
		const uint32_t code = model_zigzag(residual);
		const uint32_t k = model_k(model);
		const uint32_t zeros = code >> k;
		const uint32_t bits = zeros + 1u + k;
		const uint32_t written = code + ((1u - zeros) << k);

		if (zeros >= CODE_ZEROS) {
			break;
		}
		if (bits <= room) {
			room -= bits;
			tail |= written << room;
		} else if (CORE_CHANNELS == 1u || word + 1 == encoder->slot + BLOCK_WORDS) {
			break;
		} else {
			retained_store(word, block_big_endian(tail | written >> (bits - room)));
			word++;
			room += 32u - bits;
			tail = written << room;
		}
		crc = crc16_u16(crc, (uint16_t)value);
		if (CORE_CHANNELS == 1u) {
			encoder->room = room;
			encoder->tail = tail;
			retained_store(word, block_big_endian(tail));
			block_commit(encoder, encoder->count + 1u, crc);
			model_follow(model, value, residual);
			return true;
		}
		before[c] = *model;
		model_follow(model, value, residual);
		c++;
	} while (c < CORE_CHANNELS && c < block_channels(encoder));
	if (CORE_CHANNELS == 1u) {
		return false;
	}
	if (c < block_channels(encoder)) {
		while (c-- > 0u) {
			encoder->model[c] = before[c];
		}
		return false;
	}
	retained_store(word, block_big_endian(tail));
	encoder->word = word;
	encoder->room = room;
	encoder->tail = tail;
	block_commit(encoder, encoder->count + 1u, crc);
	return true;
}

#endif
