/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One measurement of the HC-SR04: after the trigger the echo line rises, and falls when the echo
 * is back. Copies of the sensor may hold the line high from an earlier measurement, and may put
 * spikes on it. Times in cycles of a 32-bit counter that wraps. Free of Zephyr.
 */
#ifndef MEASUREMENT_H
#define MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A shorter pulse is no echo but a spike, and not listened to: half of this time sound needs for
 * 9 mm, and the sensor sees nothing nearer than 20.
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

/* The sensor was triggered; `high` is the line's level right before. */
void measurement_begin(struct measurement *measurement, bool high, uint32_t cycles);

/*
 * An edge of the echo line was seen, `high` is its level since. True: the measurement is done, and
 * `echo_cycles` the length of the pulse. Edges that belong to no measurement and pulses shorter
 * than `spike_cycles` say nothing.
 */
bool measurement_edge(struct measurement *measurement, bool high, uint32_t cycles,
		      uint32_t spike_cycles, uint32_t *echo_cycles);

/* Whether its phase has lasted for that long. */
bool measurement_is_stale(const struct measurement *measurement, uint32_t cycles,
			  uint32_t limit_cycles);

/*
 * Time is over: what the sensor has said, as echo.h has it: ECHO_HELD if the line was high at the
 * trigger and no pulse followed, ECHO_NO_PULSE if it never rose, else `timeout_us`. False if
 * nothing was being measured.
 */
bool measurement_end(struct measurement *measurement, uint32_t timeout_us, uint32_t *echo_us);

/* A pulse's length, as echo.h has it: 1 at least. */
uint32_t measurement_echo_us(uint32_t echo_cycles, uint32_t cycles_per_us);

/* How late a trigger is, in sixteenths of the period, as a sample has it. */
uint8_t measurement_late_16ths(uint32_t late_us, uint32_t period_us);

#endif
