/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs under callgrind, which counts the instructions of sample_log_append() alone and writes a
 * part of its output after each call for the measured stream. Standard input: its samples, each the
 * status and the values as 32-bit numbers. Arguments: policy, slots, the measured stream, then for
 * each stream the widths of its channels (15,10).
 */
#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

#include "sample_log.h"

#define PERIOD_US 60000u

static _Alignas(8) uint8_t region[SUPERBLOCK_BYTES + 8 * BLOCK_BYTES];
static struct sample_log bench_log;

static struct log_stream_config stream_of(char *widths)
{
	struct log_stream_config stream = {.period_us = PERIOD_US};

	for (; *widths != '\0'; widths += *widths == ',') {
		stream.width[stream.channels++] = (uint8_t)strtoul(widths, &widths, 10);
	}
	return stream;
}

int main(int argc, char **argv)
{
	struct sample_log_config config = {0};
	const struct sample beside = {.status = SAMPLE_VALID};
	uint32_t given[1u + CORE_CHANNELS];
	uint32_t measured;
	size_t words;

	if (argc != 4 + (int)CORE_STREAMS) {
		return 2;
	}
	config.when_full = (enum log_policy)atoi(argv[1]);
	measured = (uint32_t)atoi(argv[3]);
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		config.streams[stream] = stream_of(argv[4u + stream]);
	}
	words = 1u + config.streams[measured].channels;
	sample_log_init(&bench_log, region, SUPERBLOCK_BYTES + (size_t)atoi(argv[2]) * BLOCK_BYTES,
			&config);
	for (uint64_t due_us = 0; fread(given, sizeof(*given), words, stdin) == words;
	     due_us += PERIOD_US) {
		struct sample sample = {.status = (uint8_t)given[0]};

		for (uint32_t c = 0; c + 1u < words; c++) {
			sample.value[c] = given[1u + c];
		}
		if (CORE_STREAMS > 1u) {
			sample_log_append(&bench_log, due_us, &beside,
					  CORE_STREAMS - 1u - measured);
		}
		CALLGRIND_ZERO_STATS;
		sample_log_append(&bench_log, due_us, &sample, measured);
		CALLGRIND_DUMP_STATS;
	}
	return 0;
}
