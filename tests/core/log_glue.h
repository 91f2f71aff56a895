/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOG_GLUE_H
#define LOG_GLUE_H

#include "sample_log.h"

size_t glue_log_size(void);

void glue_append(struct sample_log *log, uint32_t stream, uint64_t schedule_us,
		 const uint32_t *values, uint32_t channels, uint8_t status, uint8_t late_16ths);

/* Samples of one channel on time, one period apart; a word: status << 13 | value */
void glue_append_many(struct sample_log *log, uint64_t start_us, uint32_t period_us,
		      const uint16_t *words, uint32_t count);

/* Samples in the block that fills the bytes, -1 if there is none. `values`: SAMPLE_CHANNELS_MAX of
 * each sample. */
int glue_decode(const uint8_t *bytes, size_t len, struct block_header *header, uint8_t *status,
		uint8_t *late, uint32_t *values);

/* 0: no such constant */
uint32_t glue_constant(const char *name);

#endif
