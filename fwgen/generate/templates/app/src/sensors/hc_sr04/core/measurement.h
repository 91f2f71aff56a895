/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One measurement of the HC-SR04: after the trigger the echo line rises, and it falls when the echo
 * arrives. Copies of the sensor may hold the line high from an earlier measurement, or put spikes
 * on it. Times are in cycles of a 32-bit counter that wraps. Independent of Zephyr.
 */
#ifndef MEASUREMENT_H
#define MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A shorter pulse is a spike and ignored: it would be an echo from 9 mm, and the sensor measures
 * from 20 mm on.
 */
#define MEASUREMENT_SPIKE_US 50u

enum measurement_phase {
	MEASUREMENT_IDLE,
	MEASUREMENT_HELD,      /* the line was high at the trigger and has not fallen */
	MEASUREMENT_RELEASED,  /* it was high at the trigger and has fallen since */
	MEASUREMENT_TRIGGERED, /* it was low at the trigger and has not risen */
	MEASUREMENT_LISTENING, /* it has risen and not fallen */
};

struct measurement {
	enum measurement_phase phase;
	uint32_t since_cycles; /* when the phase began */
	enum measurement_phase before_rise;
	uint32_t before_rise_cycles;
};

/* Call when the sensor is triggered; `high`: the line's level right before. */
void measurement_begin(struct measurement *measurement, bool high, uint32_t cycles);

/*
 * Call at each edge of the echo line; `high`: the level after it. True: the measurement is done,
 * and `echo_cycles` is the length of the pulse. Ignores edges outside a measurement and pulses
 * shorter than `spike_cycles`.
 */
bool measurement_edge(struct measurement *measurement, bool high, uint32_t cycles,
		      uint32_t spike_cycles, uint32_t *echo_cycles);

/* Whether the phase has lasted for at least the limit. */
bool measurement_is_stale(const struct measurement *measurement, uint32_t cycles,
			  uint32_t limit_cycles);

/*
 * Ends the measurement at its time-out. Sets a result of echo.h: ECHO_HELD if the line was high at
 * the trigger and no pulse followed, ECHO_NO_PULSE if it never rose, else `timeout_us`. False if no
 * measurement was running.
 */
bool measurement_end(struct measurement *measurement, uint32_t timeout_us, uint32_t *echo_us);

/* The length of a pulse for echo.h: at least 1. */
uint32_t measurement_echo_us(uint32_t echo_cycles, uint32_t cycles_per_us);

#endif
