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

/* Whether each sensor has CORE_CHANNELS channels. Only the core for the most channels serves one
 * sensor with fewer, too. */
#define BLOCK_SAME_CHANNELS                                                                        \
	(CORE_CHANNELS == 1u || (CORE_STREAMS == 1u && CORE_CHANNELS < SAMPLE_CHANNELS_MAX))

static inline uint32_t block_channels(const struct block_encoder *encoder)
{
	return BLOCK_SAME_CHANNELS ? CORE_CHANNELS : encoder->channels;
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
	bool usual = status == SAMPLE_VALID;

	for (uint32_t c = 0; c < block_channels(encoder); c++) {
		usual = usual && encoder->model[c].width - 9u < 8u;
	}
	encoder->status = status;
	if (!usual) {
		encoder->takes = BLOCK_TAKES_ANY;
	} else if (block_channels(encoder) == 1u) {
		encoder->takes = BLOCK_TAKES_ONE;
	} else {
		encoder->takes = BLOCK_TAKES_SEVERAL;
	}
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
 * A sample is usual if it is valid, on time, after a valid one, and its values are close to the
 * expected ones. The functions below add such a sample. False, and nothing changed, for any other
 * one, which block_append() handles.
 */
struct block_code { /* of a usual value */
	uint32_t bits;
	uint32_t count;
	int32_t residual;
};

/* False: the value is not close to the expected one, and there is no such code. */
static inline bool block_code_usual(struct block_code *code, const struct block_model *model,
				    uint32_t value)
{
	code->residual = model_residual(model, value);

	const uint32_t number = model_zigzag(code->residual);
	const uint32_t k = model_k(model);
	const uint32_t zeros = number >> k;

	code->bits = number - ((zeros - 1u) << k);
	code->count = zeros + 1u + k;
	return zeros < CODE_ZEROS;
}

static inline bool block_takes_one(const struct block_encoder *encoder)
{
	return (CORE_CHANNELS == 1u || !BLOCK_SAME_CHANNELS) && encoder->takes == BLOCK_TAKES_ONE;
}

/* Of a sensor with one channel, if the code fits into the current word. */
static inline bool block_append_one(struct block_encoder *encoder, const struct sample *sample)
{
	struct block_model *model = &encoder->model[0];
	const uint32_t value = sample->value[0];
	struct block_code code;
	int32_t room;

	if ((sample->unusual | (value & model->beyond)) != 0u ||
	    !block_code_usual(&code, model, value)) {
		return false;
	}
	room = (int32_t)(encoder->room - code.count);
	if (room < 0) {
		return false;
	}
	encoder->room = (uint32_t)room;
	encoder->tail |= code.bits << room;
	retained_store(encoder->word, block_big_endian(encoder->tail));
	block_commit(encoder, encoder->count + 1u, crc16_u16(encoder->crc, (uint16_t)value));
	model_follow(model, value, code.residual);
	return true;
}

static inline bool block_takes_several(const struct block_encoder *encoder)
{
	return CORE_CHANNELS > 1u && encoder->takes == BLOCK_TAKES_SEVERAL;
}

/* Whether a sensor with several channels has one with that number: the first two need no look. */
static inline bool block_has_channel(const struct block_encoder *encoder, uint32_t channel)
{
	return channel < 2u || (channel < CORE_CHANNELS && channel < block_channels(encoder));
}

/* Of a sensor with several channels. The models change when all values are known to be usual. */
static inline bool block_append_several(struct block_encoder *encoder, const struct sample *sample)
{
	volatile uint32_t *word = encoder->word;
	int32_t room = (int32_t)encoder->room;
	uint32_t tail = encoder->tail;
	int32_t residual[CORE_CHANNELS] = {0};
	uint16_t crc = encoder->crc;
	uint32_t c = 0;

	if (sample->unusual != 0u) {
		return false;
	}
	UNROLLED
	do {
		const uint32_t value = sample->value[c];
		struct block_code code;

		if ((value & encoder->model[c].beyond) != 0u ||
		    !block_code_usual(&code, &encoder->model[c], value)) {
			return false;
		}
		room -= (int32_t)code.count;
		if (room < 0) {
			if (word + 1 == encoder->slot + BLOCK_WORDS) {
				return false;
			}
			retained_store(word, block_big_endian(tail | code.bits >> -room));
			word++;
			room += 32;
			tail = 0;
		}
		tail |= code.bits << room;
		residual[c] = code.residual;
		c++;
	} while (block_has_channel(encoder, c));
	retained_store(word, block_big_endian(tail));
	encoder->word = word;
	encoder->room = (uint32_t)room;
	encoder->tail = tail;
	c = 0;
	UNROLLED
	do {
		crc = crc16_u16(crc, (uint16_t)sample->value[c]);
		model_follow(&encoder->model[c], sample->value[c], residual[c]);
		c++;
	} while (block_has_channel(encoder, c));
	block_commit(encoder, encoder->count + 1u, crc);
	return true;
}

#endif
