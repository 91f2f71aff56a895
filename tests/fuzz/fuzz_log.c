/* SPDX-License-Identifier: Apache-2.0 */
/* Any contents of retained memory: the log, of one stream or two, starts, hands out whole blocks
 * and gaps in order, takes new samples, and finds all of it again after a reset. */
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

	if (CORE_STREAMS > 1u) {
		config.streams[CORE_STREAMS - 1u] = (struct log_stream_config){
			.period_us = 170000, .channels = 2, .width = {15, 10}};
	}
	sample_log_init(&log_, region, size, &config);
}

static void check_block(const struct log_view *view)
{
	struct block_decoder decoder;
	struct block_sample sample;
	uint32_t count = 0;

	check(view->len <= BLOCK_BYTES);
	check(block_decode_begin(&decoder, view->bytes, view->len));
	check(decoder.header.shape.stream == view->stream);
	while (block_decode_next(&decoder, &sample)) {
		count++;
	}
	check(block_decode_whole(&decoder) && count == view->count);
}

/* Everything up to the next number of each stream is handed out. */
static void drain(void)
{
	uint32_t expected[CORE_STREAMS];
	struct log_view view;

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		expected[stream] = sample_log_oldest_seq(&log_, stream);
		check(sample_log_rewind(&log_, stream, expected[stream]));
	}
	while (sample_log_peek(&log_, UINT32_MAX, &view)) {
		check(view.stream < CORE_STREAMS);
		check(view.first_seq == expected[view.stream] && view.count > 0u);
		if (view.kind == LOG_VIEW_BLOCK) {
			check_block(&view);
		}
		expected[view.stream] = view.first_seq + view.count;
		sample_log_sent(&log_);
	}
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		check(expected[stream] == sample_log_next_seq(&log_, stream));
	}
}

static void append(void)
{
	const struct sample sample = {.status = SAMPLE_VALID, .value = {1500}};

	for (uint64_t i = 0; i < 40u; i++) {
		sample_log_append(&log_, 1000000u + i * 60000u, &sample, 0);
		if (CORE_STREAMS > 1u && i % 3u == 0u) {
			sample_log_append(&log_, 1000000u + i / 3u * 170000u, &sample,
					  CORE_STREAMS - 1u);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t bytes = (size < BYTES_MAX ? size : BYTES_MAX) & ~(size_t)7;
	uint64_t *region = malloc(bytes > 0u ? bytes : 8u);
	uint32_t next[CORE_STREAMS];

	memcpy(region, data, bytes);
	start(region, bytes);
	drain();
	append();
	drain();
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		next[stream] = sample_log_next_seq(&log_, stream);
	}
	if (sample_log_slots(&log_) > 0u) {
		start(region, bytes);
		for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
			check(sample_log_next_seq(&log_, stream) == next[stream]);
		}
		drain();
		for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
			check(sample_log_release(&log_, stream, next[stream]));
		}
		check(sample_log_backlog(&log_) == 0u);
	}
	free(region);
	return 0;
}
