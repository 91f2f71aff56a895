/* SPDX-License-Identifier: Apache-2.0 */
/* Time in microseconds since boot, Zephyr's tick; and the schedule of the samples, which it beats.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/kernel.h>

BUILD_ASSERT(CONFIG_SYS_CLOCK_TICKS_PER_SEC == USEC_PER_SEC, "a tick is a microsecond");
BUILD_ASSERT(CONFIG_SYS_CLOCK_HW_CYCLES_PER_SEC % USEC_PER_SEC == 0, "whole cycles in it");

#define CYCLES_PER_US ((uint32_t)(CONFIG_SYS_CLOCK_HW_CYCLES_PER_SEC / USEC_PER_SEC))

static inline uint64_t clock_us(void)
{
	return (uint64_t)k_uptime_ticks();
}

/* For a wait of the kernel; it ends at the clock's next interrupt after that. */
static inline k_timeout_t clock_until(uint64_t at_us)
{
	if (at_us >= (uint64_t)INT64_MAX) {
		return K_FOREVER;
	}
	return at_us > clock_us() ? K_TIMEOUT_ABS_TICKS((k_ticks_t)at_us) : K_NO_WAIT;
}

/*
 * Called in the clock's interrupt. `slot`: a sample is due, at `slot_us`, that is `late_us` ago.
 * Between two slots it is called as often as the clock interrupts.
 */
typedef void (*clock_beat)(bool slot, uint64_t slot_us, uint32_t late_us);

/* From now on; the slots are the multiples of the period. Returns the first one to come. */
uint64_t clock_start_beat(clock_beat beat);

#endif
