/* SPDX-License-Identifier: Apache-2.0 */
#include "measurement.h"

#include "echo.h"

void measurement_begin(struct measurement *measurement)
{
	measurement->phase = MEASUREMENT_TRIGGERED;
}

enum measurement_news measurement_edge(struct measurement *measurement, bool high, uint32_t cycles,
				       uint32_t cycles_per_us, uint32_t *echo_us)
{
	uint32_t length_us;

	if (measurement->phase == MEASUREMENT_TRIGGERED && high) {
		measurement->phase = MEASUREMENT_LISTENING;
		measurement->rose_cycles = cycles;
		return MEASUREMENT_ROSE;
	}
	if (measurement->phase == MEASUREMENT_LISTENING && !high) {
		measurement->phase = MEASUREMENT_IDLE;
		length_us =
			(cycles - measurement->rose_cycles + cycles_per_us / 2u) / cycles_per_us;
		*echo_us = length_us > 0 ? length_us : 1u;
		return MEASUREMENT_DONE;
	}
	return MEASUREMENT_NO_NEWS;
}

bool measurement_end(struct measurement *measurement, uint32_t timeout_us, uint32_t *echo_us)
{
	enum measurement_phase phase = measurement->phase;

	measurement->phase = MEASUREMENT_IDLE;
	*echo_us = phase == MEASUREMENT_LISTENING ? timeout_us : ECHO_NO_PULSE;
	return phase != MEASUREMENT_IDLE;
}

uint8_t measurement_late_16ths(uint32_t late_us, uint32_t period_us)
{
	uint64_t late_16ths = (uint64_t)late_us * 16u / period_us;

	return late_16ths < SAMPLE_LATE_MAX_16THS ? (uint8_t)late_16ths : SAMPLE_LATE_MAX_16THS;
}

uint64_t measurement_next_slot(uint64_t slot_us, uint32_t late_us, uint32_t period_us)
{
	return slot_us + (uint64_t)period_us * (late_us / period_us + 1u);
}
