/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converts the length of the echo pulse to a distance.
 */
#ifndef CORE_ECHO_H
#define CORE_ECHO_H

#include <stdint.h>

#include "sample.h"

#define ECHO_MAX_MM 8191u /* of the channel, which has 13 bits */

/* Values instead of a length: the line never rose; the line was high before the trigger. */
#define ECHO_NO_PULSE 0u
#define ECHO_HELD UINT32_MAX

struct echo_config {
	uint32_t timeout_us; /* a pulse of this length means that there was no echo */
	uint16_t range_min_mm;
	uint16_t range_max_mm;
	uint32_t sound_mm_per_s; /* at the air temperature of the spec */
	bool pull_low;		 /* if the sensor holds the line high */
};

/* The spec's values. */
extern const struct echo_config echo_config;

/* Half the distance that sound travels in that time, rounded; UINT16_MAX if it is longer. */
uint16_t echo_to_mm(uint32_t echo_us, uint32_t sound_mm_per_s);

/* The sample for a pulse of that length. */
struct sample echo_classify(const struct echo_config *config, uint32_t echo_us);

#endif
