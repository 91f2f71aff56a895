/* SPDX-License-Identifier: Apache-2.0 */
/* In a separate file, so that the compiler keeps the short path of the usual sample apart. */
#include "sample_log.h"

#include "block_encode.h"
#include "sample_log_inside.h"

void sample_log_append(struct sample_log *log, uint64_t schedule_us, const struct sample *sample)
{
	if (schedule_us == log->next_us && block_append_usual(&log->open, sample)) {
		log->next_us += log->config.stream.period_us;
		log->next_seq++;
	} else {
		sample_log_append_unusual(log, schedule_us, sample);
	}
}
