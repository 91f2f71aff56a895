/* SPDX-License-Identifier: Apache-2.0 */
/* One reading of a sensor: a status, and a number for each of its channels. */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#ifndef CORE_CHANNELS /* else the compiler's options have both */
#include "fwgen_shape.h"
#endif

#define SAMPLE_CHANNELS_MAX 8u /* of a sensor, in the format */
#define SAMPLE_WIDTH_MAX 24u   /* bits of a channel */
#define SAMPLE_LATE_MAX_16THS 15u

_Static_assert(CORE_CHANNELS >= 1u && CORE_CHANNELS <= SAMPLE_CHANNELS_MAX,
	       "a sensor has one to eight channels");
_Static_assert(CORE_STREAMS >= 1u && CORE_STREAMS <= 2u, "a node has one or two sensors");

enum sample_status {
	SAMPLE_VALID = 0,
	SAMPLE_TOO_NEAR = 1, /* below the sensor's range */
	SAMPLE_TOO_FAR = 2,  /* above it */
	SAMPLE_NO_ECHO = 3,  /* the sensor found nothing to measure */
	SAMPLE_MISSED = 4,   /* no measurement was made in this period */
	SAMPLE_FAULT = 5,    /* the sensor failed */
};

struct sample {
	union {
		struct {
			uint8_t status;	    /* enum sample_status */
			uint8_t late_16ths; /* of the measurement, in sixteenths of the period; 0:
					       on time */
		};
		uint16_t unusual; /* both of them; 0: valid and on time */
	};
	uint32_t value[CORE_CHANNELS]; /* raw numbers; 0 if the status has no values */
};

/* The lateness of a measurement in sixteenths of the period. */
static inline uint8_t sample_late_16ths(uint64_t late_us, uint32_t period_us)
{
	uint64_t late_16ths = late_us * 16u / period_us;

	return late_16ths < SAMPLE_LATE_MAX_16THS ? (uint8_t)late_16ths : SAMPLE_LATE_MAX_16THS;
}

static inline bool sample_status_has_values(uint8_t status)
{
	return status <= SAMPLE_TOO_FAR;
}

/* The largest value of a channel of that many bits. */
static inline uint32_t sample_value_max(uint32_t width)
{
	return UINT32_MAX >> (32u - width);
}

#endif
