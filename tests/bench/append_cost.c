/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs under callgrind, which counts the instructions of sample_log_append() alone and writes a
 * part of its output after each call. Standard input: samples, each the status and the values as
 * 32-bit numbers. Arguments: policy, slots, width of each channel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

#include "sample_log.h"

static _Alignas(8) uint8_t region[SUPERBLOCK_BYTES + 8 * BLOCK_BYTES];
static struct sample_log bench_log;

int main(int argc, char **argv)
{
	struct sample_log_config config = {.streams[0].period_us = 60000};
	const size_t slots = argc > 2 ? (size_t)atoi(argv[2]) : 8u;
	uint32_t given[1u + CORE_CHANNELS];
	uint64_t time_us = 0;

	config.when_full = argc > 1 ? (enum log_policy)atoi(argv[1]) : LOG_WAKE;
	for (int i = 3; i < argc; i++) {
		config.streams[0].width[config.streams[0].channels++] = (uint8_t)atoi(argv[i]);
	}
	sample_log_init(&bench_log, region, SUPERBLOCK_BYTES + slots * BLOCK_BYTES, &config);
	while (fread(given, sizeof(*given), 1u + config.streams[0].channels, stdin) ==
	       1u + config.streams[0].channels) {
		struct sample sample = {.status = (uint8_t)given[0]};

		for (uint32_t c = 0; c < config.streams[0].channels; c++) {
			sample.value[c] = given[1u + c];
		}
		CALLGRIND_ZERO_STATS;
		sample_log_append(&bench_log, time_us, &sample, 0);
		CALLGRIND_DUMP_STATS;
		time_us += config.streams[0].period_us;
	}
	return 0;
}
