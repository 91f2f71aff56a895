/* SPDX-License-Identifier: Apache-2.0 */
/* Lets the sensor measure at every slot of the clock, and passes its samples to the thread. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "reading_queue.h"

/*
 * Returns 0 and sets `first_us`, when the first sample is due; or the sensor's error.
 * `has_reading` is called in an interrupt.
 */
int sampler_start(uint32_t period_us, void (*has_reading)(void), uint64_t *first_us);

/* Called by the sensor: the sample of the present slot; its lateness is set here. */
void sampler_give(struct sample sample);

/* Called by a sensor whose measurement does not begin in sensor_begin(): when it began. */
void sampler_began(uint64_t at_us);

bool sampler_take(struct reading *reading);

#endif
