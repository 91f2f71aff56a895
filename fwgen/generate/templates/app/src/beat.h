/* SPDX-License-Identifier: Apache-2.0 */
/* How often a counter wraps so that every slot of the schedule is a wrap. Free of Zephyr. */
#ifndef BEAT_H
#define BEAT_H

#include <stdint.h>

#define BEAT_COUNTER_CYCLES 0x1000000u /* SysTick's 24 bits */
/* How much oftener than needed it may wrap for the slots' sake. */
#define BEAT_MORE_WRAPS 16u

/*
 * The longest wrap that fits into the counter and, a whole number of times, into the period. If
 * there is none: the longest of equal parts, and a slot comes up to a wrap late.
 */
static inline uint32_t beat_wrap_cycles(uint64_t period_cycles)
{
	uint64_t least = (period_cycles + BEAT_COUNTER_CYCLES - 1u) / BEAT_COUNTER_CYCLES;

	for (uint64_t wraps = least; wraps < least + BEAT_MORE_WRAPS; wraps++) {
		if (period_cycles % wraps == 0) {
			return (uint32_t)(period_cycles / wraps);
		}
	}
	return (uint32_t)(period_cycles / least);
}

#endif
