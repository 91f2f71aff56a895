/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs under callgrind, which counts the instructions of sample_log_append() alone and writes a
 * part of its output after each call. Standard input: samples as 16-bit words. Arguments: policy,
 * slots.
 */
#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

#include "sample_log.h"

static _Alignas(8) uint8_t region[SUPERBLOCK_BYTES + 8 * BLOCK_BYTES];
static struct sample_log bench_log;

int main(int argc, char **argv)
{
	const struct sample_log_config config = {
		.stream = {.period_us = 60000, .channels = 1, .width = {13}},
		.when_full = argc > 1 ? (enum log_policy)atoi(argv[1]) : LOG_WAKE,
	};
	const size_t slots = argc > 2 ? (size_t)atoi(argv[2]) : 8u;
	uint8_t word[2];
	uint64_t time_us = 0;

	sample_log_init(&bench_log, region, SUPERBLOCK_BYTES + slots * BLOCK_BYTES, &config);
	while (fread(word, 1, 2, stdin) == 2u) {
		const struct sample sample = {
			.status = word[1] >> 5,
			.value = {(word[1] & 0x1fu) << 8 | word[0]},
		};

		CALLGRIND_ZERO_STATS;
		sample_log_append(&bench_log, time_us, &sample);
		CALLGRIND_DUMP_STATS;
		time_us += config.stream.period_us;
	}
	return 0;
}
