/* SPDX-License-Identifier: Apache-2.0 */
/* What the folder of a sensor implements for the simulated M33. */
#ifndef HOST_SENSOR_H
#define HOST_SENSOR_H

#include <stdint.h>

#include "own.h"

#ifdef SENSOR_STREAM
#define host_reading_words OWN(host_reading_words)
#define host_measure OWN(host_measure)
#endif

struct host_measurement {
	struct sample sample;
	uint32_t waits_us; /* from when it could begin until it begins */
	uint32_t takes_us; /* from its beginning until the sensor has given the sample */
};

/* Words of a reading that Python's model of the sensor gives for each measurement. */
extern const uint32_t host_reading_words;

struct host_measurement host_measure(const uint32_t *reading);

#if CORE_STREAMS > 1u && !defined(SENSOR_STREAM) /* for the machine: the same of both sensors */
extern const uint32_t host_reading_words_0;
extern const uint32_t host_reading_words_1;
struct host_measurement host_measure_0(const uint32_t *reading);
struct host_measurement host_measure_1(const uint32_t *reading);
#endif

struct host_sensor {
	const uint32_t *words; /* of a reading */
	struct host_measurement (*measure)(const uint32_t *reading);
};

#endif
