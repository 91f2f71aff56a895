/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts the power at every store of long histories, and at every store of each recovery that
 * follows. After each cut the log is started with the memory as it was then. It must have all
 * samples that it had before the operation, or all that it has after it; those that the operation
 * frees may be gone or not. Numbers must continue. Arguments: first seed, cuts. Prints what was
 * done; exit code 1 and a line on stderr after an error.
 *
 * Not checked: which blocks the samples are in; damage (see test_log_damage.py, log_fuzz.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retained.h"
#include "sample_log_inside.h"

#define SLOTS_MAX 4u
#define SIZE_MAX_BYTES (SUPERBLOCK_BYTES + SLOTS_MAX * BLOCK_BYTES)
#define WINDOW 32768u /* more samples than the log has: it is indexed by the number modulo this */
#define VIEWS 16u

struct memory {
	uint64_t words[SIZE_MAX_BYTES / sizeof(uint64_t)];
};

/* A sample, and whether it is in the log before and after the present operation. */
struct known {
	struct sample sample;
	bool before;
	bool after;
};

static struct known known[WINDOW];
static uint32_t first; /* no earlier number is in the log */
static uint32_t next_before;
static uint32_t next_after;
static struct sample_log_config config;
static size_t size;
static struct memory memory; /* of the log under test */
static struct sample_log sample_log;

static unsigned depth; /* 0: the history; 1: the recovery after a cut; 2: after a cut in that */
static struct memory cut[2];
static struct sample_log started[2];
static uint64_t cuts[2];
static uint64_t random_state;
static unsigned long seed;

/* xorshift64* (Vigna, 2016) */
static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1dull) >> 32) % limit;
}

static void fail(const char *what, uint32_t seq)
{
	fprintf(stderr, "seed %lu, cut %llu (%llu in recoveries), sample %lu: %s\n", seed,
		(unsigned long long)cuts[0], (unsigned long long)cuts[1], (unsigned long)seq, what);
	exit(1);
}

static bool same(const struct sample *expected, const struct block_sample *found)
{
	if (found->status != expected->status || found->late_16ths != expected->late_16ths) {
		return false;
	}
	for (uint32_t c = 0;
	     sample_status_has_values(found->status) && c < config.streams[0].channels; c++) {
		if (found->value[c] != expected->value[c]) {
			return false;
		}
	}
	return true;
}

static void must_not_miss(uint32_t from, uint32_t end)
{
	for (uint32_t seq = from; (int32_t)(seq - end) < 0; seq++) {
		const struct known *one = &known[seq % WINDOW];

		if (one->before && one->after) {
			fail("it is lost", seq);
		}
	}
}

static void check_block(const struct log_view *view)
{
	struct block_decoder decoder;
	struct block_sample sample;

	if (!block_decode_begin(&decoder, view->bytes, view->len)) {
		fail("its block does not begin", view->first_seq);
	}
	for (uint32_t seq = view->first_seq; block_decode_next(&decoder, &sample); seq++) {
		const struct known *one = &known[seq % WINDOW];

		if (seq - first >= WINDOW || !(one->before || one->after)) {
			fail("it cannot be in the log", seq);
		}
		if (!same(&one->sample, &sample)) {
			fail("it has other values", seq);
		}
	}
	if (!block_decode_whole(&decoder)) {
		fail("its block is not whole", view->first_seq);
	}
}

static void check(struct sample_log *log)
{
	struct log_view view;
	uint32_t at = first;

	if (sample_log_next_seq(log, 0) != next_before &&
	    sample_log_next_seq(log, 0) != next_after) {
		fail("it is not the next number", sample_log_next_seq(log, 0));
	}
	while (sample_log_peek(log, true, &view)) {
		if (view.kind == LOG_VIEW_BLOCK) {
			must_not_miss(at, view.first_seq);
			check_block(&view);
			at = view.first_seq + view.count;
		}
		sample_log_sent(log);
	}
	must_not_miss(at, next_before);
}

/* After each store. */
void retained_store_hook(volatile uint32_t *at, uint32_t value)
{
	*at = value;
	if (depth == 2u) {
		return;
	}

	const struct memory *now = depth == 0u ? &memory : &cut[0];
	const unsigned level = depth;

	cuts[level]++;
	cut[level] = *now;
	depth = level + 1u;
	sample_log_init(&started[level], &cut[level], size, &config);
	depth = 2; /* the check frees nothing, but may close or lose blocks */
	check(&started[level]);
	depth = level;
}

bool retained_reads(const volatile uint32_t *word)
{
	(void)word;
	return true;
}

/* The operation is over. */
static void settle(void)
{
	for (uint32_t seq = first; seq != next_after; seq++) {
		known[seq % WINDOW].before = known[seq % WINDOW].after;
	}
	next_before = next_after;
	while (first != next_after && !known[first % WINDOW].after) {
		first++;
	}
}

static struct sample any_sample(void)
{
	static uint32_t level = 1500;
	struct sample sample = {.status = SAMPLE_VALID};
	const uint32_t kind = random_below(16);

	level = (level + random_below(90)) % 4000u;
	if (kind == 0u) {
		sample.late_16ths = (uint8_t)random_below(16);
	}
	if (kind <= 2u) {
		sample.status = (uint8_t)random_below(6);
	}
	for (uint32_t c = 0;
	     sample_status_has_values(sample.status) && c < config.streams[0].channels; c++) {
		const uint32_t most = sample_value_max(config.streams[0].width[c]);

		sample.value[c] = (kind < 8u ? random_below(most) : level) & most;
	}
	return sample;
}

static void append(uint64_t due_us)
{
	const struct sample sample = any_sample();
	const uint32_t seq = next_before;
	const bool full = sample_log_free_slots(&sample_log) == 0u;
	const uint32_t dropped = sample_log_dropped_total(&sample_log);
	struct known *one = &known[seq % WINDOW];

	/* What may happen until the append has ended: in a full log the sample may need a new
	 * block, for which the oldest one is dropped. */
	*one = (struct known){.sample = sample, .after = true};
	next_after = seq + 1u;
	if (full && config.when_full == LOG_KEEP_NEWEST) {
		const volatile uint32_t *words =
			slot_words(&sample_log, log_first_slot(&sample_log, 0));
		const uint32_t count = words[1] & 0xfffu;

		for (uint32_t i = 0; i < count; i++) {
			known[(words[2] + i) % WINDOW].after = false;
		}
	}
	sample_log_append(&sample_log, due_us, &sample, 0);

	const uint32_t lost = sample_log_dropped_total(&sample_log) - dropped;

	if (lost != 0u && !full) {
		fail("dropped though the log was not full", seq);
	}
	if (lost != 0u && config.when_full != LOG_KEEP_NEWEST) {
		one->after = false;
	}
	if (lost == 0u) { /* the block had room */
		for (uint32_t s = first; s != seq; s++) {
			known[s % WINDOW].after = known[s % WINDOW].before;
		}
	}
	settle();
}

static void drain(void)
{
	struct log_view view;
	uint32_t ends[VIEWS];
	uint32_t views = 0;
	uint32_t upto;

	while (views < VIEWS && sample_log_peek(&sample_log, true, &view)) {
		ends[views++] = view.first_seq + view.count;
		sample_log_sent(&sample_log);
	}
	if (views == 0u) {
		return;
	}
	views = 1u + random_below(views);
	upto = ends[views - 1u] + (random_below(3) == 0u ? (uint32_t)-1 : 0u);
	for (uint32_t seq = first; seq != next_after; seq++) {
		for (uint32_t i = 0; i < views; i++) {
			if ((int32_t)(ends[i] - upto) <= 0 && (int32_t)(seq - ends[i]) < 0) {
				known[seq % WINDOW].after = false;
			}
		}
	}
	if (!sample_log_release(&sample_log, 0, upto)) {
		fail("it cannot be released", upto);
	}
	settle();
	(void)sample_log_rewind(&sample_log, 0, upto);
}

static void begin(void)
{
	const uint32_t channels = random_below(2) == 0u ? 1u : CORE_CHANNELS;
	const bool two_bytes = random_below(2) == 0u; /* so that samples can be usual ones */

	config = (struct sample_log_config){
		.streams[0] = {.period_us = 60000,
			       .initial_seq = UINT32_MAX - random_below(2000),
			       .channels = (uint8_t)channels},
		.when_full = (enum log_policy)random_below(3),
		.spec = random_below(UINT32_MAX),
	};
	for (uint32_t c = 0; c < channels; c++) {
		config.streams[0].width[c] = channels == 1u
						     ? 13u
						     : (uint8_t)(two_bytes ? 9u + random_below(8)
									   : 1u + random_below(24));
	}
	size = SUPERBLOCK_BYTES + (1u + random_below(SLOTS_MAX)) * BLOCK_BYTES;
	memset(&memory, 0, sizeof(memory));
	memset(known, 0, sizeof(known));
	first = next_before = next_after = config.streams[0].initial_seq;
	/* The first start writes every word: cut it in some histories only, because all are alike.
	 */
	depth = seed % 64u == 0u ? 0u : 2u;
	sample_log_init(&sample_log, &memory, size, &config);
	depth = 0;
}

static void history(uint64_t most)
{
	uint64_t due_us = random_below(UINT32_MAX);

	begin();
	for (int step = 0; step < 40 && cuts[0] + cuts[1] < most; step++) {
		switch (random_below(6)) {
		case 0:
			drain();
			break;
		case 1:
			sample_log_init(&sample_log, &memory, size, &config);
			due_us = random_below(1000);
			break;
		case 2:
			if (sample_log_id(&sample_log) == 0u) {
				sample_log_identify(&sample_log, 1u + random_below(1000));
			}
			break;
		default:
			for (uint32_t n = random_below(random_below(3) == 0u ? 250 : 8);
			     n > 0u && cuts[0] + cuts[1] < most; n--) {
				append(due_us);
				due_us += 60000u;
			}
			due_us += random_below(1000);
			break;
		}
	}
}

int main(int argc, char **argv)
{
	uint64_t most;
	unsigned long histories = 0;

	if (argc != 3) {
		fprintf(stderr, "arguments: first seed, cuts\n");
		return 2;
	}
	seed = strtoul(argv[1], NULL, 0);
	most = strtoull(argv[2], NULL, 0);
	for (; cuts[0] + cuts[1] < most; seed++, histories++) {
		random_state = 0x9e3779b97f4a7c15ull * (seed + 1u);
		history(most);
	}
	printf("%lu histories, %llu cuts, %llu cuts of the recoveries after them\n", histories,
	       (unsigned long long)cuts[0], (unsigned long long)cuts[1]);
	return 0;
}
