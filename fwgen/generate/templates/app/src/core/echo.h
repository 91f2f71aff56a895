/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the length of the echo pulse to a distance.
 *
 * Sound travels there and back at c = 331.3 m/s * sqrt(1 + T / 273.15 degC): dry air as an ideal
 * gas. ISO 9613-1:1993 has the same as 343.2 m/s * sqrt((T + 273.15) / 293.15). Humidity makes it
 * up to 0.4 % faster at 20 degC and is left out.
 */
#ifndef CORE_ECHO_H
#define CORE_ECHO_H

#include <stdint.h>

#include "sample.h"

/* Instead of a length: the line never rose; the line was high before the trigger. */
#define ECHO_NO_PULSE 0u
#define ECHO_HELD UINT32_MAX

struct echo_config {
	uint32_t timeout_us; /* a pulse that long means that nothing was heard */
	uint16_t range_min_mm;
	uint16_t range_max_mm;
	int16_t air_decicelsius;
};

/* Speed of sound; 0 at and below absolute zero. */
uint32_t echo_speed_mm_per_s(int16_t air_decicelsius);

/* Half of the way that sound makes in that time, rounded; UINT16_MAX if it is longer. */
uint16_t echo_to_mm(uint32_t echo_us, int16_t air_decicelsius);

/* What the sensor says with a pulse of that length. */
struct sample echo_classify(const struct echo_config *config, uint32_t echo_us);

#endif
