/* SPDX-License-Identifier: Apache-2.0 */
/* Time in microseconds since boot, which is Zephyr's tick, and the schedule of the samples. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/kernel.h>

#include "sample.h"

BUILD_ASSERT(CONFIG_SYS_CLOCK_TICKS_PER_SEC == USEC_PER_SEC, "a tick is a microsecond");
BUILD_ASSERT(CONFIG_SYS_CLOCK_HW_CYCLES_PER_SEC % USEC_PER_SEC == 0, "whole cycles in it");

#define CYCLES_PER_US ((uint32_t)(CONFIG_SYS_CLOCK_HW_CYCLES_PER_SEC / USEC_PER_SEC))

static inline uint64_t clock_us(void)
{
	return (uint64_t)k_uptime_ticks();
}

/* The timeout for a kernel wait until `at_us`; it ends at the clock's next interrupt after that. */
static inline k_timeout_t clock_until(uint64_t at_us)
{
	if (at_us >= (uint64_t)INT64_MAX) {
		return K_FOREVER;
	}
	return at_us > clock_us() ? K_TIMEOUT_ABS_TICKS((k_ticks_t)at_us) : K_NO_WAIT;
}

/*
 * Called in every interrupt of the clock. `due`: 0 between two slots; else 1 and the number of the
 * sensor of which a sample was due at `slot_us`, which is `late_us` ago. If samples of both sensors
 * are due there is a call for each.
 */
typedef void (*clock_beat)(uint32_t due, uint64_t slot_us, uint32_t late_us);

/*
 * Starts the calls; the slots of each sensor are the multiples of its period. Sets its next slot.
 */
void clock_start_beat(clock_beat beat, uint64_t first_us[CORE_STREAMS]);

#endif
