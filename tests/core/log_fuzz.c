/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls the log, of one stream or two, and the decoder at random, for sanitizers: all memory has
 * exactly the documented size. Arguments: seed, rounds. Exit code 1 and a line on stderr after an
 * error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample_log.h"

static const uint32_t periods_us[] = {60000, 170000};
static uint64_t random_state;

/* xorshift64* (Vigna, 2016) */
static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1dull) >> 32) % limit;
}

static void fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static void *exactly(size_t size)
{
	void *memory = malloc(size != 0u ? size : 1u);

	if (memory == NULL) {
		fail("no memory");
	}
	return memory;
}

/* Decodes a copy of exactly these bytes; -1 if it is not a whole block. */
static int decode(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = exactly(len);
	struct block_decoder decoder;
	struct block_sample sample;
	int count = 0;
	bool whole = false;

	memcpy(copy, bytes, len);
	if (block_decode_begin(&decoder, copy, len)) {
		while (block_decode_next(&decoder, &sample)) {
			if (decoder.header.shape.stream >= CORE_STREAMS ||
			    sample.status > SAMPLE_FAULT ||
			    sample.late_16ths > SAMPLE_LATE_MAX_16THS) {
				fail("a sample out of range");
			}
			for (uint32_t c = 0; c < SAMPLE_CHANNELS_MAX; c++) {
				if (sample.value[c] >> decoder.header.shape.width[c] != 0u) {
					fail("a value out of range");
				}
			}
			count++;
		}
		whole = block_decode_whole(&decoder);
	}
	free(copy);
	return whole ? count : -1;
}

static void decode_nonsense(void)
{
	uint8_t bytes[BLOCK_BYTES];
	const size_t len = random_below(BLOCK_BYTES + 1u);

	for (size_t i = 0; i < len; i++) {
		bytes[i] = (uint8_t)random_below(256);
	}
	if (len >= 8u) {
		memcpy(bytes, "FWB3", 4);
		bytes[5] &= 0x01; /* up to 511 samples, or the stream always ends too early */
	}
	if (len >= 44u && random_below(8) != 0u) {
		const uint8_t channels = (uint8_t)(1u + random_below(8));

		bytes[32] = (uint8_t)(random_below(4) | (uint32_t)channels << 4);
		for (size_t i = 33; i < 44u; i++) {
			bytes[i] = i < 33u + channels ? (uint8_t)(1u + random_below(24)) : 0u;
		}
	}
	(void)decode(bytes, len);
}

static struct sample any_sample(void)
{
	static int level = 1500;
	struct sample sample = {.status = SAMPLE_VALID};

	if (random_below(8) == 0u) {
		/* Also out of range: the log must clamp it. */
		for (uint32_t c = 0; c < CORE_CHANNELS; c++) {
			sample.value[c] = random_below(UINT32_MAX) >> random_below(32);
		}
		sample.status = (uint8_t)random_below(8);
		sample.late_16ths = (uint8_t)(random_below(3) == 0u ? random_below(20) : 0u);
		return sample;
	}
	level = (level + (int)random_below(9)) % 4000;
	for (uint32_t c = 0; c < CORE_CHANNELS; c++) {
		sample.value[c] = (uint32_t)level + random_below(20u << c);
	}
	return sample;
}

struct bench {
	struct sample_log log;
	uint8_t *region;
	size_t size;
	uint64_t due_us[CORE_STREAMS];
	uint32_t expected[CORE_STREAMS]; /* by the peer */
};

static uint32_t any_stream(void)
{
	return CORE_STREAMS == 1u ? 0u : random_below(CORE_STREAMS);
}

static void start(struct bench *bench)
{
	struct sample_log_config config = {
		.when_full = (enum log_policy)random_below(3),
		.reserve_slots = random_below(3),
	};

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		struct log_stream_config *one = &config.streams[stream];

		one->period_us = periods_us[stream];
		one->initial_seq = UINT32_MAX - 1000u;
		one->channels = (uint8_t)(1u + random_below(CORE_CHANNELS));
		for (uint32_t c = 0; c < one->channels; c++) {
			one->width[c] = (uint8_t)(1u + random_below(SAMPLE_WIDTH_MAX));
		}
	}
	sample_log_init(&bench->log, bench->region, bench->size, &config);
}

static void begin_anew(struct bench *bench)
{
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		bench->expected[stream] = sample_log_oldest_seq(&bench->log, stream);
		(void)sample_log_rewind(&bench->log, stream, bench->expected[stream]);
	}
}

static void reset(struct bench *bench)
{
	bool known = true;

	start(bench);
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		known = sample_log_rewind(&bench->log, stream, bench->expected[stream]) && known;
	}
	if (known) {
		return;
	}
	if (bench->size >= SUPERBLOCK_BYTES) {
		fail("the numbers were forgotten");
	}
	begin_anew(bench);
}

static void append(struct bench *bench)
{
	for (uint32_t left = random_below(400); left > 0u; left--) {
		const uint32_t stream = any_stream();
		const uint32_t before = sample_log_next_seq(&bench->log, stream);

		const struct sample sample = any_sample();

		sample_log_append(&bench->log, bench->due_us[stream], &sample, stream);
		bench->due_us[stream] += periods_us[stream];
		if (sample_log_next_seq(&bench->log, stream) != before + 1u) {
			fail("a sample has no number");
		}
	}
	bench->due_us[any_stream()] += random_below(5) == 0u ? random_below(100000) : 0u;
}

/* The peer is asked where the second stream is to begin, and answers. */
static void hold(struct bench *bench)
{
	const uint32_t last = CORE_STREAMS - 1u;
	struct log_view view;

	sample_log_hold(&bench->log, last);
	while (sample_log_peek(&bench->log, UINT32_MAX, &view)) {
		if (view.stream == last) {
			fail("a stream that is held was handed out");
		}
		bench->expected[view.stream] = view.first_seq + view.count;
		sample_log_sent(&bench->log);
	}
	if (!sample_log_rewind(&bench->log, last, bench->expected[last])) {
		fail("a stream does not go on where it was held");
	}
}

static void send(struct bench *bench)
{
	struct log_view view;

	for (uint32_t left = random_below(8); left > 0u; left--) {
		const uint32_t close_open = random_below(1u << CORE_STREAMS);

		if (!sample_log_peek(&bench->log, close_open, &view)) {
			return;
		}
		if ((int32_t)(view.first_seq - bench->expected[view.stream]) > 0) {
			fail("samples skipped in silence");
		}
		if (view.kind == LOG_VIEW_BLOCK &&
		    (view.len > BLOCK_BYTES || decode(view.bytes, view.len) != (int)view.count ||
		     (view.bytes[32] & 0xfu) != view.stream)) {
			fail("not the block that it should be");
		}
		if (random_below(8) != 0u) {
			bench->expected[view.stream] = view.first_seq + view.count;
			sample_log_sent(&bench->log);
		}
	}
}

static void damage(struct bench *bench)
{
	for (uint32_t left = random_below(4); left > 0u; left--) {
		bench->region[random_below((uint32_t)bench->size)] ^=
			(uint8_t)(1u << random_below(8));
	}
	start(bench);
	begin_anew(bench); /* a damaged block may have had any number */
}

static void step(struct bench *bench)
{
	const uint32_t stream = any_stream();

	switch (random_below(CORE_STREAMS > 1u ? 9 : 8)) {
	case 0:
	case 1:
	case 2:
		append(bench);
		break;
	case 3:
	case 4:
		send(bench);
		break;
	case 5:
		if (!sample_log_release(&bench->log, stream,
					bench->expected[stream] - random_below(300))) {
			fail("what was sent cannot be released");
		}
		break;
	case 6:
		reset(bench);
		break;
	case 7:
		decode_nonsense();
		(void)sample_log_release(&bench->log, stream, random_below(UINT32_MAX));
		break;
	default:
		hold(bench);
		break;
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fail("arguments: seed rounds");
	}
	random_state = 0x9e3779b97f4a7c15ull + strtoul(argv[1], NULL, 0);
	for (unsigned long round = strtoul(argv[2], NULL, 0); round > 0u; round--) {
		static struct bench bench;

		bench.size = random_below(6) * BLOCK_BYTES + random_below(20) * 8u;
		bench.region = exactly(bench.size);
		for (size_t i = 0; i < bench.size; i++) {
			bench.region[i] = (uint8_t)random_below(256);
		}
		for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
			bench.due_us[stream] = random_below(UINT32_MAX);
		}
		start(&bench);
		begin_anew(&bench);
		for (int i = 0; i < 30; i++) {
			step(&bench);
		}
		if (bench.size > 0u) {
			damage(&bench);
		}
		for (int i = 0; i < 10; i++) {
			step(&bench);
		}
		free(bench.region);
	}
	return 0;
}
