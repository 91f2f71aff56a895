/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the sensor at every beat of the clock, in interrupts from the trigger to the reading. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "reading_queue.h"

struct sampler_config {
	uint32_t period_us;
	uint32_t timeout_us;	   /* of the echo, from its beginning */
	void (*has_reading)(void); /* called in the interrupt */
	/* Called when the sensor has held its line for a whole measurement; NULL: nothing is. */
	void (*pull_echo_low)(void);
};

/* 0, and `first_us` is when the first sample is due; or the pins' error. */
int sampler_start(const struct sampler_config *config, uint64_t *first_us);

bool sampler_take(struct reading *reading);

#endif
