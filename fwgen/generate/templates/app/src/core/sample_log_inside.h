/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files sample_log*.c only. */
#ifndef CORE_SAMPLE_LOG_INSIDE_H
#define CORE_SAMPLE_LOG_INSIDE_H

#include "block_encode.h"
#include "check.h"
#include "sample_log.h"

/* whether a is before b, modulo 2^32 */
static inline bool seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* The constant 0 in a node with one sensor, so that its log costs nothing more. */
static inline uint32_t log_own_stream(uint32_t stream)
{
	CORE_CHECK(stream < CORE_STREAMS);
	return CORE_STREAMS == 1u ? 0u : stream;
}

static inline volatile uint32_t *slot_words(const struct sample_log *log, uint32_t slot)
{
	CORE_CHECK(slot < log->slot_count);
	return log->slots + slot * BLOCK_WORDS;
}

static inline struct log_entry *log_entry_at(struct sample_log *log, uint32_t stream,
					     uint32_t index)
{
	CORE_CHECK(index < log->slot_count);
	return &log->ring[stream][(log->streams[stream].head + index) % log->slot_count];
}

/* The stream's oldest block, if it has one. */
static inline uint32_t log_first_slot(const struct sample_log *log, uint32_t stream)
{
	return log->ring[stream][log->streams[stream].head].slot;
}

static inline uint32_t slot_first_seq(const struct sample_log *log, uint32_t slot)
{
	return slot_words(log, slot)[SLOT_FIRST_SEQ];
}

static inline uint32_t slot_count(const struct sample_log *log, uint32_t slot)
{
	return slot_words(log, slot)[SLOT_COMMIT] & COMMIT_COUNT_MASK;
}

static inline uint32_t slot_end_seq(const struct sample_log *log, uint32_t slot)
{
	return slot_first_seq(log, slot) + slot_count(log, slot);
}

/* The stream that the block in the slot names. */
static inline uint32_t slot_stream(const struct sample_log *log, uint32_t slot)
{
	return slot_words(log, slot)[SLOT_SHAPE] & SHAPE_STREAM_MASK;
}

/*
 * Fills `ring`, `free`, `retained`, `streams` and `super` from the slots and the superblock. Wipes
 * every slot that it does not keep.
 */
void sample_log_recover(struct sample_log *log);

/* Returns the length of the block in the slot in bytes; 0 if it is not whole. */
uint32_t sample_log_whole_len(const struct sample_log *log, uint32_t slot);

/* sample_log_append() for any sample. */
void sample_log_append_unusual(struct sample_log *log, uint64_t schedule_us,
			       const struct sample *sample, struct log_stream *one);

#endif
