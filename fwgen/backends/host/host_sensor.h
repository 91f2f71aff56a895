/* SPDX-License-Identifier: Apache-2.0 */
/* What the folder of a sensor implements for the simulated M33. */
#ifndef HOST_SENSOR_H
#define HOST_SENSOR_H

#include <stdint.h>

#include "sample.h"

struct host_measurement {
	struct sample sample;
	uint32_t takes_us; /* from its beginning until the sensor has given the sample */
};

/* Words of a reading that Python's model of the sensor gives for each measurement. */
extern const uint32_t host_reading_words;

struct host_measurement host_measure(const uint32_t *reading);

#endif
