/* SPDX-License-Identifier: Apache-2.0 */
/* What a sensor gives in a period. */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

enum sample_status {
	SAMPLE_VALID = 0,
	SAMPLE_TOO_NEAR = 1,
	SAMPLE_TOO_FAR = 2,
	SAMPLE_NO_ECHO = 3,
	SAMPLE_MISSED = 4, /* no measurement was made in this period */
	SAMPLE_FAULT = 5,  /* the sensor failed (echo line stuck, no rising edge) */
};

#define SAMPLE_DISTANCE_MAX_MM 8191u
#define SAMPLE_LATE_MAX_16THS 15u

struct sample {
	uint16_t distance_mm; /* 0 if the status has no distance */
	uint8_t status;	      /* enum sample_status */
	uint8_t late_16ths; /* lateness of the measurement, in sixteenths of the period; 0: on time
			     */
};

/* The lateness of a measurement in sixteenths of the period. */
static inline uint8_t sample_late_16ths(uint64_t late_us, uint32_t period_us)
{
	uint64_t late_16ths = late_us * 16u / period_us;

	return late_16ths < SAMPLE_LATE_MAX_16THS ? (uint8_t)late_16ths : SAMPLE_LATE_MAX_16THS;
}

static inline bool sample_status_has_distance(uint8_t status)
{
	return status <= SAMPLE_TOO_FAR;
}

/* Whether the sample can be encoded. */
static inline bool sample_in_range(struct sample sample)
{
	return sample.status <= SAMPLE_FAULT && sample.late_16ths <= SAMPLE_LATE_MAX_16THS &&
	       sample.distance_mm <= SAMPLE_DISTANCE_MAX_MM &&
	       (sample.distance_mm == 0u || sample_status_has_distance(sample.status));
}

#endif
