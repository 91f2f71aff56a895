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
#define BLOCK_HEADER_BYTES 36u /* the shortest one: up to three channels */
#define BLOCK_STREAM_BITS ((BLOCK_BYTES - BLOCK_HEADER_BYTES) * 8u)
#define BLOCK_MAGIC 0x33425746u	     /* "FWB3" */
#define BLOCK_MAGIC_MASK 0x00ffffffu /* the part that all formats share */
#define BLOCK_MAGIC_LOST 0x30425746u /* "FWB0": replaces a magic that cannot be read */
#define BLOCK_WORST_BITS 16u	     /* the longest code of a sample, without its values */
#define BLOCK_SAMPLES_MAX (BLOCK_STREAM_BITS - 2u)

/* The state of writer and reader for a channel after a sample. With the status of that sample it
 * determines the next sample's code. */
struct block_model {
	uint32_t expected; /* the expected next value and a half; like speed, its change in a
			      period, in 1/256. Both wrap */
	uint32_t speed;
	uint32_t mean;	 /* running mean of the zigzag residuals, in 1/16 */
	uint32_t value;	 /* the last one */
	uint8_t age;	 /* samples since the last surprise, at most 3 */
	uint8_t width;	 /* of the channel, in bits */
	uint8_t unused;	 /* the other bits of a word */
	uint32_t beyond; /* the bits that no value has */
};

/* Which samples a block has. */
struct block_shape {
	uint8_t stream;			    /* the number of their sensor */
	uint8_t channels;		    /* 1 to SAMPLE_CHANNELS_MAX */
	uint8_t width[SAMPLE_CHANNELS_MAX]; /* of each channel, 1 to SAMPLE_WIDTH_MAX bits */
};

struct block_header {
	uint32_t first_seq;
	uint32_t period_us;
	uint64_t start_us;
	uint32_t boot;
	uint32_t spec; /* the first four bytes of the spec's hash, in memory order */
	uint16_t count;
	struct block_shape shape;
};

/* Which function may take the next sample. */
enum block_takes {
	BLOCK_TAKES_ONE,     /* block_append_one() */
	BLOCK_TAKES_SEVERAL, /* block_append_several() */
	BLOCK_TAKES_ANY,     /* only block_append() */
};

struct block_encoder {
	volatile uint32_t *slot;
	volatile uint32_t *word; /* of the stream, for the next bit */
	uint32_t room;		 /* free bits in it, 0..32 */
	uint32_t tail;		 /* its value */
	uint32_t count;
	uint16_t crc;
	uint8_t status; /* of the last sample */
	uint8_t takes;	/* enum block_takes */
	uint8_t channels;
	struct block_model model[CORE_CHANNELS];
};

/* A sample of any block, also of one with more channels than this firmware's sensors. */
struct block_sample {
	uint8_t status;
	uint8_t late_16ths;
	uint32_t value[SAMPLE_CHANNELS_MAX];
};

struct block_decoder {
	struct block_header header;
	const uint8_t *begin; /* of the block */
	const uint8_t *stream;
	uint32_t bits;	     /* read so far */
	uint32_t bits_limit; /* in the stream */
	uint32_t index;	     /* of the next sample */
	uint16_t crc;
	uint16_t crc_expected;
	bool broken;
	uint8_t status; /* of the last sample */
	struct block_model model[SAMPLE_CHANNELS_MAX];
};

/*
 * Begins a block with its first sample, which is in range. `slot`: BLOCK_WORDS words, the first of
 * them 0. The last store makes it a whole block; before that there is none. `header->count` is
 * ignored.
 */
void block_begin(struct block_encoder *encoder, volatile uint32_t *slot,
		 const struct block_header *header, const struct sample *sample);

/*
 * Adds a sample that is in range. False, and nothing changed, if there is no room. The block in
 * memory is whole at any time, with or without the sample.
 */
bool block_append(struct block_encoder *encoder, const struct sample *sample);

uint32_t block_count(const struct block_encoder *encoder);

/* Begins to decode `len` bytes at any address. False if no block of a stream of this firmware
 * begins there. */
bool block_decode_begin(struct block_decoder *decoder, const uint8_t *bytes, size_t len);

/* Decodes the next sample. False after the last one, or if the stream is invalid. */
bool block_decode_next(struct block_decoder *decoder, struct block_sample *sample);

/* After block_decode_next() returned false: whether all samples were read and the CRC matches. */
bool block_decode_whole(const struct block_decoder *decoder);

/* Bytes of the samples decoded so far, including the header. */
uint32_t block_decode_len(const struct block_decoder *decoder);

#endif
