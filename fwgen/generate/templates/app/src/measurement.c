/* SPDX-License-Identifier: Apache-2.0 */
#include "measurement.h"

#include "echo.h"

void measurement_begin(struct measurement *measurement, uint32_t cycles)
{
	measurement->phase = MEASUREMENT_TRIGGERED;
	measurement->since_cycles = cycles;
}

bool measurement_edge(struct measurement *measurement, bool high, uint32_t cycles,
		      uint32_t *echo_cycles)
{
	if (measurement->phase == MEASUREMENT_TRIGGERED && high) {
		measurement->phase = MEASUREMENT_LISTENING;
		measurement->since_cycles = cycles;
	} else if (measurement->phase == MEASUREMENT_LISTENING && !high) {
		measurement->phase = MEASUREMENT_IDLE;
		*echo_cycles = cycles - measurement->since_cycles;
		return true;
	}
	return false;
}

bool measurement_is_stale(const struct measurement *measurement, uint32_t cycles,
			  uint32_t limit_cycles)
{
	return measurement->phase != MEASUREMENT_IDLE &&
	       cycles - measurement->since_cycles >= limit_cycles;
}

bool measurement_end(struct measurement *measurement, uint32_t timeout_us, uint32_t *echo_us)
{
	enum measurement_phase phase = measurement->phase;

	measurement->phase = MEASUREMENT_IDLE;
	*echo_us = phase == MEASUREMENT_LISTENING ? timeout_us : ECHO_NO_PULSE;
	return phase != MEASUREMENT_IDLE;
}

uint32_t measurement_echo_us(uint32_t echo_cycles, uint32_t cycles_per_us)
{
	uint32_t echo_us = echo_cycles / cycles_per_us;

	if (echo_cycles % cycles_per_us >= cycles_per_us / 2u) {
		echo_us++;
	}
	return echo_us > 0 ? echo_us : 1u;
}

uint8_t measurement_late_16ths(uint32_t late_us, uint32_t period_us)
{
	uint64_t late_16ths = (uint64_t)late_us * 16u / period_us;

	return late_16ths < SAMPLE_LATE_MAX_16THS ? (uint8_t)late_16ths : SAMPLE_LATE_MAX_16THS;
}
