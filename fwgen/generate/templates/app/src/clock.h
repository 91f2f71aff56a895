/* SPDX-License-Identifier: Apache-2.0 */
/* Zephyr's clock with a tick of one microsecond; it starts at boot. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#include <zephyr/kernel.h>

BUILD_ASSERT(CONFIG_SYS_CLOCK_TICKS_PER_SEC == USEC_PER_SEC, "a tick is a microsecond");
BUILD_ASSERT(CONFIG_SYS_CLOCK_HW_CYCLES_PER_SEC % USEC_PER_SEC == 0, "whole cycles in it");

#define CYCLES_PER_US ((uint32_t)(CONFIG_SYS_CLOCK_HW_CYCLES_PER_SEC / USEC_PER_SEC))

static inline uint64_t clock_us(void)
{
	return (uint64_t)k_uptime_ticks();
}

static inline k_timeout_t clock_until(uint64_t at_us)
{
	return at_us < (uint64_t)INT64_MAX ? K_TIMEOUT_ABS_TICKS((k_ticks_t)at_us) : K_FOREVER;
}

#endif
