/* SPDX-License-Identifier: Apache-2.0 */
/* How often a counter wraps so that every slot of the schedule is at a wrap. Independent of Zephyr.
 */
#ifndef BEAT_H
#define BEAT_H

#include <stdint.h>

#define BEAT_COUNTER_CYCLES 0x1000000u /* SysTick's 24 bits */
/* How many extra wraps in a period are allowed for that. */
#define BEAT_MORE_WRAPS 16u

/*
 * Returns the longest wrap that fits the counter and divides the period. If there is none: the
 * period divided by the fewest wraps, rounded down; then a slot is up to one wrap late.
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

/*
 * Returns the length of the next wrap on the way to a slot that is so far away: all of it if it
 * fits the counter, else a part that leaves no short rest.
 */
static inline uint32_t beat_part_cycles(uint64_t cycles)
{
	if (cycles <= BEAT_COUNTER_CYCLES) {
		return (uint32_t)cycles;
	}
	return cycles < 2u * BEAT_COUNTER_CYCLES ? (uint32_t)(cycles / 2u) : BEAT_COUNTER_CYCLES;
}

#endif
