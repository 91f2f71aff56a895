/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reading is how the driver answers, how long it waits for the bus and how long it takes then, in
 * microseconds, and for each channel the quantity in millionths as Zephyr's API gives it, lower
 * half first.
 */
#include "host_sensor.h"

#include "channels.h"

#define ANSWER_VALUES 0u
#define QUANTITIES 3u

const uint32_t host_reading_words = QUANTITIES + 2u * SENSOR_CHANNELS;

struct host_measurement host_measure(const uint32_t *reading)
{
	struct host_measurement measurement = {
		.sample = {.status = SAMPLE_FAULT},
		.waits_us = reading[1],
		.takes_us = reading[2],
	};
	int64_t quantities[SENSOR_CHANNELS];

	for (uint32_t i = 0; i < SENSOR_CHANNELS; i++) {
		const uint32_t *half = &reading[QUANTITIES + 2u * i];

		quantities[i] = (int64_t)(half[0] | (uint64_t)half[1] << 32);
	}
	if (reading[0] == ANSWER_VALUES) {
		measurement.sample = channels_sample(quantities);
	}
	return measurement;
}
