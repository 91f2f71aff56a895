/* SPDX-License-Identifier: Apache-2.0 */
/* In a separate file, so that the compiler keeps the short path of the usual sample apart. */
#include "sample_log.h"

#include "block_encode.h"
#include "sample_log_inside.h"

void sample_log_append(struct sample_log *log, uint64_t schedule_us, const struct sample *sample,
		       uint32_t stream)
{
	const uint32_t own = log_own_stream(stream);
	struct log_stream *one = &log->streams[own];

	if (schedule_us == one->next_us && block_append_usual(&one->open, sample)) {
		one->next_us += log->config.streams[own].period_us;
		one->next_seq++;
	} else {
		sample_log_append_unusual(log, schedule_us, sample, own);
	}
}
