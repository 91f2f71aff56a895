/* SPDX-License-Identifier: Apache-2.0 */
/* Any contents of retained memory: the log starts, hands out whole blocks and gaps in order, takes
 * new samples, and finds all of it again after a reset. */
#include <stdlib.h>
#include <string.h>

#include "sample_log.h"

#define BYTES_MAX 4096u

static struct sample_log log_;

static void check(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void start(void *region, size_t size)
{
	struct sample_log_config config = {
		.streams[0] = {.period_us = 60000, .channels = 1, .width = {13}},
		.when_full = LOG_KEEP_NEWEST,
	};

	sample_log_init(&log_, region, size, &config);
}

static void check_block(const struct log_view *view)
{
	struct block_decoder decoder;
	struct block_sample sample;
	uint32_t count = 0;

	check(view->len <= BLOCK_BYTES);
	check(block_decode_begin(&decoder, view->bytes, view->len));
	while (block_decode_next(&decoder, &sample)) {
		count++;
	}
	check(block_decode_whole(&decoder) && count == view->count);
}

/* Returns the number after the last one that was handed out. */
static uint32_t drain(void)
{
	uint32_t expected = sample_log_oldest_seq(&log_, 0);
	struct log_view view;

	check(sample_log_rewind(&log_, 0, expected));
	while (sample_log_peek(&log_, true, &view)) {
		check(view.first_seq == expected && view.count > 0u);
		if (view.kind == LOG_VIEW_BLOCK) {
			check_block(&view);
		}
		expected = view.first_seq + view.count;
		sample_log_sent(&log_);
	}
	return expected;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t bytes = (size < BYTES_MAX ? size : BYTES_MAX) & ~(size_t)7;
	uint64_t *region = malloc(bytes > 0u ? bytes : 8u);
	const struct sample sample = {.status = SAMPLE_VALID, .value = {1500}};
	uint32_t next;

	memcpy(region, data, bytes);
	start(region, bytes);
	check(drain() == sample_log_next_seq(&log_, 0));
	for (uint64_t i = 0; i < 40u; i++) {
		sample_log_append(&log_, 1000000u + i * 60000u, &sample, 0);
	}
	next = sample_log_next_seq(&log_, 0);
	check(drain() == next);
	if (sample_log_slots(&log_) > 0u) {
		start(region, bytes);
		check(sample_log_next_seq(&log_, 0) == next);
		check(drain() == next);
		check(sample_log_release(&log_, 0, next));
		check(sample_log_backlog(&log_) == 0u);
	}
	free(region);
	return 0;
}
