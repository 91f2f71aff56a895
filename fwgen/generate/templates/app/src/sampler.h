/* SPDX-License-Identifier: Apache-2.0 */
/* Triggers the sensor at every slot of the clock. Runs in interrupts from trigger to reading. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "reading_queue.h"

struct sampler_config {
	uint32_t period_us;
	uint32_t timeout_us;	   /* of the echo, from its rising edge */
	void (*has_reading)(void); /* called in the interrupt */
	/* Called when the sensor has held its line high for a whole measurement; may be NULL. */
	void (*pull_echo_low)(void);
};

/* Returns 0 and sets `first_us`, when the first sample is due; or the error of the pins. */
int sampler_start(const struct sampler_config *config, uint64_t *first_us);

bool sampler_take(struct reading *reading);

#endif
