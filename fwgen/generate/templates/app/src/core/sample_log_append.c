/* SPDX-License-Identifier: Apache-2.0 */
/* In a separate file, so that the compiler keeps the short path of the usual sample apart. */
#include "sample_log.h"

#include "block_encode.h"
#include "sample_log_inside.h"

/* A function of its own, so that a sample of one channel saves no registers for it. */
#ifdef __GNUC__
#define NOT_INLINED __attribute__((noinline))
#else
#define NOT_INLINED
#endif

static inline void count(struct log_stream *one)
{
	one->next_us += one->period_us;
	one->next_seq++;
}

/* Of a sensor with several channels; the sample is due. */
static NOT_INLINED void append_several(struct sample_log *log, const struct sample *sample,
				       struct log_stream *one)
{
	if (block_append_several(&one->open, sample)) {
		count(one);
	} else {
		sample_log_append_unusual(log, one->next_us, sample, one);
	}
}

void sample_log_append(struct sample_log *log, uint64_t schedule_us, const struct sample *sample,
		       uint32_t stream)
{
	struct log_stream *one = &log->streams[0];

	if (log_own_stream(stream) != 0u) {
		one = &log->streams[CORE_STREAMS - 1u];
	}
	if (schedule_us == one->next_us && block_takes_one(&one->open) &&
	    block_append_one(&one->open, sample)) {
		count(one);
	} else if (schedule_us == one->next_us && block_takes_several(&one->open)) {
		append_several(log, sample, one);
	} else {
		sample_log_append_unusual(log, schedule_us, sample, one);
	}
}
