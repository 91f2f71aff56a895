/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the spec says, as the firmware needs it. The values stand in fwgen_config.c alone, so that
 * a change of the spec compiles one file anew.
 */
#ifndef CORE_FWGEN_CONFIG_H
#define CORE_FWGEN_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "sample_log.h"

#define FWGEN_SPEC_HASH_BYTES 8u

struct fwgen_config {
	const char *spec_name;
	const char *channel; /* name of the RPMsg service */
	uint8_t spec_hash[FWGEN_SPEC_HASH_BYTES];
	uint32_t period_us;
	uint32_t latency_us;
	uint32_t guard_us;	    /* silence after the acknowledgement of SLEEP */
	uint32_t window_blocks;	    /* blocks sent and not acknowledged, at most */
	uint32_t echo_timeout_us;   /* after this the sensor has seen nothing */
	uint32_t late_step_us;	    /* a sixteenth of the period */
	uint32_t refresh_period_us; /* of the display; 0: there is none */
	uint32_t watchdog_us;	    /* 0: off */
	uint16_t range_min_mm;
	uint16_t range_max_mm;
	int16_t air_decicelsius;
	enum log_policy when_full;
	uint32_t log_reserve_slots; /* high water: this many free slots or fewer */
	uintptr_t log_start;
	size_t log_size_bytes;
};

extern const struct fwgen_config fwgen_config;

#endif
