/* SPDX-License-Identifier: Apache-2.0 */
#include "measurement.h"

#include "echo.h"

static void enter(struct measurement *measurement, enum measurement_phase phase, uint32_t cycles)
{
	measurement->phase = phase;
	measurement->since_cycles = cycles;
}

void measurement_begin(struct measurement *measurement, bool high, uint32_t cycles)
{
	enter(measurement, high ? MEASUREMENT_HELD : MEASUREMENT_TRIGGERED, cycles);
}

static void rise(struct measurement *measurement, uint32_t cycles)
{
	if (measurement->phase == MEASUREMENT_TRIGGERED ||
	    measurement->phase == MEASUREMENT_RELEASED) {
		measurement->before_rise = measurement->phase;
		measurement->before_rise_cycles = measurement->since_cycles;
		enter(measurement, MEASUREMENT_LISTENING, cycles);
	}
}

/* Ignores the rising edge: the echo has not come yet. */
static void forget_spike(struct measurement *measurement)
{
	enter(measurement, measurement->before_rise, measurement->before_rise_cycles);
}

bool measurement_edge(struct measurement *measurement, bool high, uint32_t cycles,
		      uint32_t spike_cycles, uint32_t *echo_cycles)
{
	if (high) {
		rise(measurement, cycles);
	} else if (measurement->phase == MEASUREMENT_HELD) {
		enter(measurement, MEASUREMENT_RELEASED, measurement->since_cycles);
	} else if (measurement->phase == MEASUREMENT_LISTENING) {
		*echo_cycles = cycles - measurement->since_cycles;
		if (*echo_cycles >= spike_cycles) {
			measurement->phase = MEASUREMENT_IDLE;
			return true;
		}
		forget_spike(measurement);
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
	switch (phase) {
	case MEASUREMENT_LISTENING:
		*echo_us = timeout_us;
		break;
	case MEASUREMENT_HELD:
	case MEASUREMENT_RELEASED:
		*echo_us = ECHO_HELD;
		break;
	default:
		*echo_us = ECHO_NO_PULSE;
		break;
	}
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
