/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One measurement of the HC-SR04: after the trigger the echo line rises, and falls when the echo
 * is back. Times in cycles of a 32-bit counter that wraps. Free of Zephyr.
 */
#ifndef MEASUREMENT_H
#define MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

enum measurement_phase {
	MEASUREMENT_IDLE,
	MEASUREMENT_TRIGGERED, /* the line has not risen */
	MEASUREMENT_LISTENING, /* it has not fallen */
};

struct measurement {
	enum measurement_phase phase;
	uint32_t rose_cycles;
};

enum measurement_news {
	MEASUREMENT_NO_NEWS,
	MEASUREMENT_ROSE,
	MEASUREMENT_DONE,
};

void measurement_begin(struct measurement *measurement);

/*
 * An edge of the echo line was seen, `high` is its level since. `echo_us`, with MEASUREMENT_DONE:
 * the pulse's length, 1 at least. Edges that belong to no measurement are no news.
 */
enum measurement_news measurement_edge(struct measurement *measurement, bool high, uint32_t cycles,
				       uint32_t cycles_per_us, uint32_t *echo_us);

/*
 * Time is over: what the sensor has said, as echo.h has it (ECHO_NO_PULSE if the line never rose,
 * else `timeout_us`). False if nothing was being measured.
 */
bool measurement_end(struct measurement *measurement, uint32_t timeout_us, uint32_t *echo_us);

/* How late a trigger is, in sixteenths of the period, as a sample has it. */
uint8_t measurement_late_16ths(uint32_t late_us, uint32_t period_us);

/* The first slot behind `slot_us` that a trigger `late_us` late has not missed yet. */
uint64_t measurement_next_slot(uint64_t slot_us, uint32_t late_us, uint32_t period_us);

#endif
