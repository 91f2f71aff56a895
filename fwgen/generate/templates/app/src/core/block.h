/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block: up to 488 bytes that hold a run of samples one period apart, the same in memory and on
 * the wire. docs/SPEC.md describes every bit.
 */
#ifndef CORE_BLOCK_H
#define CORE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample.h"

#define BLOCK_BYTES 488u
#define BLOCK_HEADER_BYTES 28u
#define BLOCK_STREAM_BITS ((BLOCK_BYTES - BLOCK_HEADER_BYTES) * 8u)
#define BLOCK_MAGIC 0x31425746u /* "FWB1" */
#define BLOCK_SAMPLE_BITS_MAX 29u
#define BLOCK_SAMPLES_MAX                                                                          \
	(BLOCK_STREAM_BITS + 1u) /* at least one bit a sample, the first is free */

/* What both sides know after a sample, from which the next one's code follows. */
struct block_model {
	int32_t level;
	int32_t speed;
	uint32_t mean;
	uint16_t word; /* the last sample: status << 13 | distance_mm */
};

struct block_encoder {
	uint32_t *words; /* the slot; NULL: none */
	uint32_t bits;	 /* bits of the stream in use */
	uint32_t tail;	 /* the stream's last word, which is not full */
	uint32_t count;
	uint32_t first_late;
	uint16_t crc;
	struct block_model model;
};

struct block_header {
	uint32_t first_seq;
	uint32_t period_us;
	uint64_t start_us;
	uint16_t boot;
	uint32_t count;
};

struct block_decoder {
	struct block_header header;
	const uint8_t *stream;
	uint32_t bits;	/* read so far */
	uint32_t limit; /* bits there are */
	uint32_t index; /* of the next sample */
	uint16_t first;
	uint8_t first_late;
	uint16_t crc;
	uint16_t crc_expected;
	struct block_model model;
};

/* `slot`: BLOCK_BYTES, 4-byte aligned, marked free. From the last store on it is a whole block of
 * one sample. */
void block_begin(struct block_encoder *encoder, uint32_t *slot, const struct block_header *header,
		 struct sample sample);

/* False, and nothing changed, if the block has no room for this sample. */
bool block_append(struct block_encoder *encoder, struct sample sample);

/* Bytes in use: header and stream. */
size_t block_len(const struct block_encoder *encoder);

/* Reads the header of `len` bytes (any alignment); false if they begin no block. */
bool block_decode_begin(struct block_decoder *decoder, const uint8_t *bytes, size_t len);

/* The next sample; false after the last one or where the stream makes no sense. */
bool block_decode_next(struct block_decoder *decoder, struct sample *sample);

/* After block_decode_next() said false: were all samples there, and does the CRC agree? */
bool block_decode_whole(const struct block_decoder *decoder);

/* Bytes that the samples read so far take, header included. */
size_t block_decode_len(const struct block_decoder *decoder);

#endif
