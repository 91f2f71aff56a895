/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sample log: blocks of samples in memory that outlives a reset, kept until the peer has them.
 *
 * docs/SPEC.md describes the bytes. Nothing here locks: the caller lets one call run at a time. The
 * bytes that sample_log_peek() hands out stay what they are until the block is released or, with
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

/* More than fit into 128 KiB, the largest memory of the chip that stays powered. */
#ifndef SAMPLE_LOG_SLOTS_MAX
#define SAMPLE_LOG_SLOTS_MAX 272u
#endif

enum log_policy {
	LOG_WAKE = 0,	 /* as keep-oldest, but sample_log_high_water() calls for help in time */
	LOG_KEEP_NEWEST, /* a full log drops its oldest block */
	LOG_KEEP_OLDEST, /* a full log drops the new sample */
};

struct sample_log_config {
	uint32_t period_us; /* not 0 */
	enum log_policy when_full;
	uint32_t reserve_slots; /* high water: so many free slots or fewer */
	uint32_t initial_seq; /* of the first sample, where the memory tells nothing of earlier ones
			       */
	uint32_t spec; /* the first four bytes of the spec's hash: each block says under which spec
			  its samples were taken */
};

enum log_view_kind {
	LOG_VIEW_BLOCK,
	LOG_VIEW_GAP,
};

struct log_view {
	enum log_view_kind kind;
	uint32_t first_seq;
	uint32_t count;
	const uint8_t *bytes; /* of a block: what goes over the wire; NULL for a gap */
	size_t len;
};

struct log_entry {
	uint16_t slot;
	uint16_t len; /* bytes of the block in it, once that is closed */
};

/* The fields are the log's own; others read them through the functions below. */
struct sample_log {
	struct block_encoder open;
	uint64_t next_us; /* when the open block's next sample is due */
	bool is_open;
	uint32_t next_seq;
	uint32_t begin_seq; /* earlier numbers belong to no sample that may still be told of */
	uint32_t retained;  /* samples in the closed blocks */
	uint32_t dropped;
	struct sample_log_config config;

	volatile uint32_t *slots; /* the first one */
	volatile uint32_t *super_words;
	struct superblock super; /* as it was stored last */

	uint32_t slot_count;
	uint32_t head; /* in `ring`: the oldest block */
	uint32_t used; /* blocks, the open one among them */
	uint32_t peak;
	uint32_t cursor;     /* so many blocks, from the oldest on, were handed out */
	uint32_t cursor_seq; /* the next sample to hand out */
	uint32_t peeked_end; /* where sample_log_sent() moves cursor_seq to */
	struct log_entry ring[SAMPLE_LOG_SLOTS_MAX]; /* from head on: the used slots by age, then
							the free ones */
};

/*
 * Takes over a region (its end 8-byte aligned): keeps every whole block in it, in order, and goes
 * on numbering behind them; the rest is free. The boot number becomes one more than before. A reset
 * while it runs does no harm.
 */
void sample_log_init(struct sample_log *log, void *region, size_t size,
		     const struct sample_log_config *config);

/*
 * Gives the sample the next number. `schedule_us` is when it was due, in microseconds since this
 * boot; if that is not one period after the sample before, a new block begins. Values out of range
 * are cut to the range.
 */
void sample_log_append(struct sample_log *log, uint64_t schedule_us, struct sample sample);

/*
 * The next thing to hand out, in order: a block, or a gap where samples were dropped. `close_open`:
 * also what is still growing, that is the open block, which gets closed, or the gap at the end.
 * False: nothing.
 */
bool sample_log_peek(struct sample_log *log, bool close_open, struct log_view *out);

/* What sample_log_peek() gave last was handed out. */
void sample_log_sent(struct sample_log *log);

/*
 * The peer expects `next_seq`: hand out from there on (a block that straddles it, whole). False if
 * that number has not been given to a sample yet and is not the next one: then everything in the
 * log is handed out.
 */
bool sample_log_rewind(struct sample_log *log, uint32_t next_seq);

/*
 * The peer has everything before `next_seq`: frees the blocks that lie wholly before it. False, and
 * nothing freed, if that includes samples that were not handed out.
 */
bool sample_log_release(struct sample_log *log, uint32_t next_seq);

/*
 * The number that handing out begins with, where nobody knows anything: of the first sample in the
 * log, or of the first one that the start of the firmware found lost; sample_log_next_seq() if
 * there is none.
 */
uint32_t sample_log_oldest_seq(const struct sample_log *log);

/* The number that the next sample gets. */
uint32_t sample_log_next_seq(const struct sample_log *log);

/* Samples in the log. */
uint32_t sample_log_backlog(const struct sample_log *log);

/* Those of them that are in the open block. */
uint32_t sample_log_open_samples(const struct sample_log *log);

/* Samples dropped since this boot, by either policy. */
uint32_t sample_log_dropped_total(const struct sample_log *log);

/* Blocks handed out and not released. */
uint32_t sample_log_unacked_blocks(const struct sample_log *log);

uint32_t sample_log_slots(const struct sample_log *log);
uint32_t sample_log_used_slots(const struct sample_log *log);
uint32_t sample_log_free_slots(const struct sample_log *log);

/* The most slots that were in use since this boot. */
uint32_t sample_log_peak_slots(const struct sample_log *log);

/* How often the firmware has started over this memory, this time included; wraps. */
uint32_t sample_log_boot(const struct sample_log *log);

/*
 * Which log this is, among all that the memory has ever held; 0: nobody has said yet. A log that
 * lost its memory does not know: its numbers begin anew, and mean other samples.
 */
uint64_t sample_log_id(const struct sample_log *log);

/* Gives the log its identity, not 0; it has none yet. On return it outlives a reset. */
void sample_log_identify(struct sample_log *log, uint64_t id);

/* Only the reserve is left: with LOG_WAKE, time to wake the peer. */
bool sample_log_high_water(const struct sample_log *log);

#endif
