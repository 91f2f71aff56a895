/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sample log: a ring of blocks in memory that survives a reset.
 *
 * docs/SPEC.md describes the bytes. Nothing here locks: the caller lets one call run at a time. The
 * bytes that sample_log_peek() hands out stay put until the block is released, or, with
 * LOG_KEEP_NEWEST, until an append that finds the log full.
 */
#ifndef CORE_SAMPLE_LOG_H
#define CORE_SAMPLE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block.h"
#include "sample.h"

/* More slots than fit into 128 KiB, the largest memory that stays powered. */
#ifndef SAMPLE_LOG_SLOTS_MAX
#define SAMPLE_LOG_SLOTS_MAX 272u
#endif

#define SAMPLE_LOG_SUPERBLOCK_BYTES 64u

enum log_policy {
	LOG_WAKE = 0,	 /* as keep-oldest; sample_log_high_water() asks for help in time */
	LOG_KEEP_NEWEST, /* a full log drops its oldest block */
	LOG_KEEP_OLDEST, /* a full log drops the new sample */
};

struct sample_log_config {
	uint32_t period_us;
	enum log_policy when_full;
	uint32_t reserve_slots; /* high water: this many free slots or fewer */
	uint32_t initial_seq;	/* number of the first sample where nothing is recovered */
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

struct log_slot {
	uint16_t slot;
	uint16_t len; /* bytes of the closed block in it */
};

/* The fields are the log's own; others read them through the functions below. */
struct sample_log {
	struct block_encoder open;
	bool is_open;
	uint16_t boot;
	uint64_t next_us; /* when the open block expects its next sample */
	uint32_t next_seq;
	uint32_t retained; /* samples in the log */
	struct sample_log_config config;
	uint32_t *slots; /* slot 0; the superblock lies behind the last one */
	uint32_t slot_count;
	uint32_t head; /* in `order`: the oldest block */
	uint32_t used; /* blocks, the open one among them */
	uint32_t peak;
	uint32_t cursor;     /* blocks before this one were handed out */
	uint32_t cursor_seq; /* the next sample to hand out */
	uint32_t peeked_end; /* what sample_log_sent() moves cursor_seq to */
	uint32_t dropped;
	uint32_t super_generation;
	struct log_slot
		order[SAMPLE_LOG_SLOTS_MAX]; /* all slots: the used ones by age, then the free */
};

/*
 * Takes over `region` (8-byte aligned, as is its end): keeps every whole block in it, in order,
 * goes on numbering behind them; what else lies there is wiped. Afterwards the boot number is one
 * higher than before.
 */
void sample_log_init(struct sample_log *log, void *region, size_t size,
		     const struct sample_log_config *config);

/*
 * Gives the sample the next number. `schedule_us` is when it was due, in microseconds since this
 * boot; one period after the sample before it, or a new block begins. Values out of range are cut
 * to the range.
 */
void sample_log_append(struct sample_log *log, uint64_t schedule_us, struct sample sample);

/*
 * The next thing to hand out, in order: a block or a gap. `close_open`: also what still grows, i.e.
 * the open block (which is then closed) or the gap of the samples being dropped just now. False:
 * nothing.
 */
bool sample_log_peek(struct sample_log *log, bool close_open, struct log_view *out);

/* What sample_log_peek() last gave was handed out. */
void sample_log_sent(struct sample_log *log);

/*
 * The peer expects `next_seq`: hand out from there (a block that straddles it, whole). False if
 * that number was never given out: then everything in the log will be handed out again.
 */
bool sample_log_rewind(struct sample_log *log, uint32_t next_seq);

/*
 * The peer has everything before `next_seq`: blocks that lie wholly before it are freed. Nothing
 * that was not handed out is ever freed; false if the peer claims such samples.
 */
bool sample_log_release(struct sample_log *log, uint32_t next_seq);

/* First sample in the log; sample_log_next_seq() if there is none. */
uint32_t sample_log_oldest_seq(const struct sample_log *log);

/* The number that the next sample will get. */
uint32_t sample_log_next_seq(const struct sample_log *log);

/* Samples in the log. */
uint32_t sample_log_backlog(const struct sample_log *log);

/* Samples in the open block, which sample_log_peek() does not give unless `close_open`. */
uint32_t sample_log_open_samples(const struct sample_log *log);

/* Samples dropped since this boot. */
uint32_t sample_log_dropped_total(const struct sample_log *log);

/* Blocks handed out and not yet released. */
uint32_t sample_log_unacked_blocks(const struct sample_log *log);

uint32_t sample_log_slots(const struct sample_log *log);
uint32_t sample_log_used_slots(const struct sample_log *log);
uint32_t sample_log_peak_slots(const struct sample_log *log);
uint16_t sample_log_boot(const struct sample_log *log);

/* The reserve is touched: with LOG_WAKE the time to wake the peer. */
bool sample_log_high_water(const struct sample_log *log);

#endif
