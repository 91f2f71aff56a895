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
#define BLOCK_WORDS (BLOCK_BYTES / 4u)
#define BLOCK_HEADER_BYTES 36u
#define BLOCK_STREAM_BITS ((BLOCK_BYTES - BLOCK_HEADER_BYTES) * 8u)
#define BLOCK_MAGIC 0x32425746u	     /* "FWB2" */
#define BLOCK_MAGIC_MASK 0x00ffffffu /* the part that all formats share */
#define BLOCK_MAGIC_LOST 0x30425746u /* "FWB0": replaces a magic that cannot be read */
#define BLOCK_WORST_BITS 29u	     /* the longest code of a sample */
#define BLOCK_SAMPLES_MAX (BLOCK_STREAM_BITS + 1u)

/* The state of writer and reader after a sample; it determines the next sample's code. */
struct block_model {
	int32_t expected; /* the expected next distance; like speed, its change in a period, in
			     1/256 mm */
	int32_t speed;
	uint32_t mean;	      /* running mean of the zigzag residuals, in 1/16 */
	uint32_t age;	      /* samples since the last surprise, at most MODEL_AGE_MAX */
	uint16_t distance_mm; /* the last distance */
	uint8_t status;
};

struct block_header {
	uint32_t first_seq;
	uint32_t period_us;
	uint64_t start_us;
	uint32_t boot;
	uint32_t spec; /* the first four bytes of the spec's hash, in memory order */
	uint16_t count;
};

struct block_encoder {
	volatile uint32_t *slot;
	volatile uint32_t *word; /* of the stream, for the next bit */
	uint32_t room;		 /* free bits in it, 1..32; 0: the block is closed */
	uint32_t tail;		 /* its value */
	uint32_t count_late;	 /* the commit word without its CRC */
	uint16_t crc;
	uint16_t usual; /* block_look() of the samples that block_append_usual() takes */
	struct block_model model;
};

struct block_decoder {
	struct block_header header;
	const uint8_t *stream;
	uint32_t bits;	     /* read so far */
	uint32_t bits_limit; /* in the stream */
	uint32_t index;	     /* of the next sample */
	struct sample first;
	uint16_t crc;
	uint16_t crc_expected;
	bool broken;
	struct block_model model;
};

/*
 * Begins a block with its first sample. `slot`: BLOCK_WORDS words, the first of them 0. The last
 * store makes it a whole block; before that there is none. `header->count` is ignored.
 */
void block_begin(struct block_encoder *encoder, volatile uint32_t *slot,
		 const struct block_header *header, struct sample sample);

/*
 * Adds a sample. False, and nothing changed, if there is no room. The block in memory is whole at
 * any time, with or without the sample.
 */
bool block_append(struct block_encoder *encoder, struct sample sample);

uint32_t block_count(const struct block_encoder *encoder);

/* Closes the block. Returns the bytes in use, header and stream. */
uint32_t block_close(struct block_encoder *encoder);

/* Begins to decode `len` bytes at any address. False if no block begins there. */
bool block_decode_begin(struct block_decoder *decoder, const uint8_t *bytes, size_t len);

/* Decodes the next sample. False after the last one, or if the stream is invalid. */
bool block_decode_next(struct block_decoder *decoder, struct sample *sample);

/* After block_decode_next() returned false: whether all samples were read and the CRC matches. */
bool block_decode_whole(const struct block_decoder *decoder);

/* Bytes of the samples decoded so far, including the header. */
uint32_t block_decode_len(const struct block_decoder *decoder);

#endif
