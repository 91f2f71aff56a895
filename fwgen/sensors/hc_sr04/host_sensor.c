/* SPDX-License-Identifier: Apache-2.0 */
/* A reading is the length of the pulse in microseconds, as defined in echo.h. */
#include "host_sensor.h"

#include "echo.h"

const uint32_t host_reading_words = 1;

struct host_measurement host_measure(const uint32_t *reading)
{
	uint32_t echo_us = reading[0];
	bool pulse = echo_us != ECHO_NO_PULSE && echo_us != ECHO_HELD;

	if (pulse && echo_us > echo_config.timeout_us) {
		echo_us = echo_config.timeout_us; /* as measurement_end() in the firmware */
	}
	return (struct host_measurement){
		.sample = echo_classify(&echo_config, echo_us),
		.takes_us = pulse ? echo_us : echo_config.timeout_us,
	};
}
