/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sample log: blocks of samples in memory that survives a reset, kept until the peer has them.
 *
 * docs/SPEC.md describes the bytes. No function here locks: the caller runs one call at a time. The
 * bytes that sample_log_peek() returns stay unchanged until the block is released or, with
 * LOG_KEEP_NEWEST, an append finds the log full.
 */
#ifndef CORE_SAMPLE_LOG_H
#define CORE_SAMPLE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block.h"
#include "sample.h"
#include "superblock.h"

/* More slots than fit into 128 KiB, the chip's largest memory that stays powered. */
#ifndef SAMPLE_LOG_SLOTS_MAX
#define SAMPLE_LOG_SLOTS_MAX 272u
#endif

enum log_policy {
	LOG_WAKE = 0,	 /* as keep-oldest; the peer is woken before the log is full */
	LOG_KEEP_NEWEST, /* a full log drops its oldest block */
	LOG_KEEP_OLDEST, /* a full log drops the new sample */
};

/* The samples of one sensor. */
struct log_stream_config {
	uint32_t period_us;   /* not 0 */
	uint32_t initial_seq; /* of the first sample, if the memory has no record of earlier ones */
	uint8_t channels;     /* 1 to CORE_CHANNELS */
	uint8_t width[CORE_CHANNELS]; /* of each channel, 1 to SAMPLE_WIDTH_MAX bits */
};

struct sample_log_config {
	struct log_stream_config streams[CORE_STREAMS];
	enum log_policy when_full;
	uint32_t reserve_slots; /* high water: at most this many slots are free */
	uint32_t level_ppm; /* high water: also when this share of the slots is used; 0: never */
	uint32_t spec; /* the first four bytes of the spec's hash: each block says under which spec
			  its samples were taken */
};

enum log_view_kind {
	LOG_VIEW_BLOCK,
	LOG_VIEW_GAP,
};

struct log_view {
	enum log_view_kind kind;
	uint32_t stream;
	uint32_t first_seq;
	uint32_t count;
	const uint8_t *bytes; /* of a block, as sent over the wire; NULL for a gap */
	size_t len;
};

struct log_entry {
	uint16_t slot;
	uint16_t count; /* samples of the block in it, if that is closed */
};

enum log_memory_kind {
	LOG_MEMORY_KEPT = 0,   /* the superblock was found */
	LOG_MEMORY_BLOCKS = 1, /* only blocks were found */
	LOG_MEMORY_NEW = 2,    /* nothing of a log was found: every word was written once */
	LOG_MEMORY_BAD = 3,    /* words stay unreadable after a store: there is no log */
};

/* What the start of the firmware found in the region. */
struct log_memory {
	enum log_memory_kind kind;
	uint32_t unreadable; /* words that could not be read and were written */
	uint32_t damaged;    /* blocks that are not whole; their samples are lost. Also counts those
				that are found later, when they are to be handed out */
};

/* The blocks of one sensor. */
struct log_stream {
	struct block_encoder open;
	uint64_t next_us; /* when the open block's next sample is due; UINT64_MAX: none is open */
	bool is_open;
	bool held; /* nothing is handed out until the next rewind; never of stream 0 */
	uint32_t period_us;
	uint32_t next_seq;
	uint32_t begin_seq;  /* no earlier sample can still be handed out or reported as a gap */
	uint32_t head;	     /* in the stream's ring: the oldest block */
	uint32_t used;	     /* blocks, including the open one */
	uint32_t cursor;     /* this many blocks, from the oldest on, were handed out */
	uint32_t cursor_seq; /* the next sample to hand out */
	uint32_t peeked_end; /* the new cursor_seq after sample_log_sent() */
};

/* The slots that no stream uses. With one stream its ring has them. */
#define LOG_FREE_MAX (CORE_STREAMS == 1u ? 1u : SAMPLE_LOG_SLOTS_MAX)

/* The fields are private to the log; other modules use the functions below. */
struct sample_log {
	struct log_stream streams[CORE_STREAMS];
	uint32_t retained; /* samples in the closed blocks */
	uint32_t dropped;
	struct log_memory memory;
	struct sample_log_config config;

	volatile uint32_t *slots; /* the first one */
	volatile uint32_t *super_words;
	struct superblock super; /* as last stored */

	uint32_t slot_count;
	uint32_t peak;
	uint8_t peeked; /* the stream of what sample_log_peek() last returned */
	/* Of each stream, from its head on: the used slots by age. With one stream, then the free
	 * ones. */
	struct log_entry ring[CORE_STREAMS][SAMPLE_LOG_SLOTS_MAX];
	uint16_t free[LOG_FREE_MAX];
};

/*
 * Recovers the log from a region, whose end must be 8-byte aligned. Keeps every whole block, in
 * order, continues the numbers after them, and frees all other slots. Increments the boot number. A
 * reset during this call is harmless. Words that cannot be read (see retained.h) are written; if
 * the region has nothing of a log, all words are.
 */
void sample_log_init(struct sample_log *log, void *region, size_t size,
		     const struct sample_log_config *config);

/*
 * Logs the sample under the stream's next number. `schedule_us`: when it was due, in microseconds
 * since this boot. If that is not one period after the stream's previous sample, a new block
 * begins. Values out of range are clamped.
 *
 * Here and below, streams are 0 to CORE_STREAMS - 1.
 */
void sample_log_append(struct sample_log *log, uint64_t schedule_us, const struct sample *sample,
		       uint32_t stream);

/*
 * Returns the next block, or the next gap where samples were dropped or lost; those of a stream
 * come in the order of its numbers, and of two streams' blocks the one that ends first.
 * `close_open`, a bit for each stream: also its open block, which is closed then, or the gap at its
 * end. False: there is neither. A closed block that is no longer whole is freed, and becomes a gap.
 */
bool sample_log_peek(struct sample_log *log, uint32_t close_open, struct log_view *out);

/* What sample_log_peek() last returned was sent. */
void sample_log_sent(struct sample_log *log);

/*
 * Continues handing out the stream at `next_seq`, the number that the peer expects; a block that
 * contains it is handed out whole. False if no sample has that number and it is not the next one:
 * then the whole stream is handed out.
 */
bool sample_log_rewind(struct sample_log *log, uint32_t stream, uint32_t next_seq);

/* Hands out nothing of the stream, not stream 0, until the next rewind. So it is at the start. */
void sample_log_hold(struct sample_log *log, uint32_t stream);

bool sample_log_is_held(const struct sample_log *log, uint32_t stream);

/* Whether everything before that number was handed out since the last rewind. */
bool sample_log_was_sent(const struct sample_log *log, uint32_t stream, uint32_t next_seq);

/*
 * Frees the stream's blocks that are entirely before `next_seq`, as the peer has these samples.
 * False, and nothing freed, if some of them were not handed out.
 */
bool sample_log_release(struct sample_log *log, uint32_t stream, uint32_t next_seq);

/*
 * The number at which a peer without any samples begins: that of the stream's first sample in the
 * log, or of the first one that this start of the firmware found lost; sample_log_next_seq() if
 * there is none.
 */
uint32_t sample_log_oldest_seq(const struct sample_log *log, uint32_t stream);

/* The number of the stream's next sample. */
uint32_t sample_log_next_seq(const struct sample_log *log, uint32_t stream);

/* Samples in the log, of all streams. */
uint32_t sample_log_backlog(const struct sample_log *log);

/* Samples in the stream's open block. */
uint32_t sample_log_open_samples(const struct sample_log *log, uint32_t stream);

/*
 * When the oldest sample in the log was due, on the clock of this boot; one of an earlier boot
 * counts as old as this boot. UINT64_MAX: the log is empty.
 */
uint64_t sample_log_oldest_us(const struct sample_log *log);

/* Samples dropped since this boot, by either policy. */
uint32_t sample_log_dropped_total(const struct sample_log *log);

/* Blocks handed out and not yet released. */
uint32_t sample_log_unacked_blocks(const struct sample_log *log);

uint32_t sample_log_slots(const struct sample_log *log);
uint32_t sample_log_used_slots(const struct sample_log *log);
uint32_t sample_log_free_slots(const struct sample_log *log);

/* The largest number of used slots since this boot. */
uint32_t sample_log_peak_slots(const struct sample_log *log);

/* How often the firmware has started with this memory, including this start; wraps. */
uint32_t sample_log_boot(const struct sample_log *log);

/*
 * The log's identity, which distinguishes it from all other logs of this memory; 0: it has none. A
 * log that lost its memory has none: its numbers begin again and belong to other samples.
 */
uint64_t sample_log_id(const struct sample_log *log);

/* Sets the identity, not 0, of a log that has none. On return it survives a reset. */
void sample_log_identify(struct sample_log *log, uint64_t id);

const struct log_memory *sample_log_memory(const struct sample_log *log);

/* Whether only the reserve is free. */
bool sample_log_only_reserve(const struct sample_log *log);

/* Whether only the reserve is free, or the level is reached: the time to wake the peer. */
bool sample_log_high_water(const struct sample_log *log);

#endif
