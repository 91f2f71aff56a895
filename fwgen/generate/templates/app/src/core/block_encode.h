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
#define SLOT_FIRST 8u /* 16 zero bits, then 16 of the first sample */
#define SLOT_STREAM 9u

#define COMMIT_COUNT_MASK 0xfffu
#define COMMIT_LATE_SHIFT 12
#define COMMIT_CRC_SHIFT 16

#define WORD_STATUS_SHIFT 13
#define WORD_DISTANCE_MASK 0x1fffu
#define WORD_LATE 0xe000u /* in the CRC, before a late sample: status 7 and the lateness */

static inline uint32_t block_big_endian(uint32_t value)
{
	return (value >> 24) | ((value >> 8) & 0xff00u) | ((value << 8) & 0xff0000u) |
	       (value << 24);
}

static inline uint16_t block_sample_word(uint8_t status, uint16_t distance_mm)
{
	return (uint16_t)((uint32_t)status << WORD_STATUS_SHIFT | distance_mm);
}

/* Status and lateness of a sample, without its distance. */
static inline uint16_t block_look(struct sample sample)
{
	return (uint16_t)(sample.late_16ths << 8 | sample.status);
}

/* This store puts the sample into the log. */
static inline void block_commit(struct block_encoder *encoder, uint32_t count_late, uint16_t crc)
{
	encoder->count_late = count_late;
	encoder->crc = crc;
	retained_store(&encoder->slot[SLOT_COMMIT], count_late | (uint32_t)crc << COMMIT_CRC_SHIFT);
}

/*
 * Adds a usual sample: with a distance, on time, the same status, close to the expected distance,
 * with a code that fits into the current word. False, and nothing changed, for any other sample,
 * which block_append() handles.
 */
static inline bool block_append_usual(struct block_encoder *encoder, struct sample sample)
{
	if (block_look(sample) != encoder->usual || sample.distance_mm > SAMPLE_DISTANCE_MAX_MM) {
		return false;
	}

	const int32_t residual = sample.distance_mm - model_expected_mm(&encoder->model);
	const uint32_t code = model_zigzag(residual);
	const uint32_t k = model_k(&encoder->model);
	const uint32_t zeros = code >> k;
	const uint32_t bits = zeros + 1u + k;

	if (zeros >= CODE_ZEROS || bits > encoder->room) {
		return false;
	}
	encoder->room -= bits;
	encoder->tail |= (code + ((1u - zeros) << k)) << encoder->room;
	retained_store(encoder->word, block_big_endian(encoder->tail));
	block_commit(encoder, encoder->count_late + 1u,
		     crc16_u16(encoder->crc, block_sample_word(sample.status, sample.distance_mm)));
	model_follow(&encoder->model, sample.distance_mm, residual);
	return true;
}

#endif
