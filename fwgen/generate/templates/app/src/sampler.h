/* SPDX-License-Identifier: Apache-2.0 */
/* Lets each sensor measure at every slot of the clock, and passes its samples to the thread. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "own.h"
#include "reading_queue.h"

#ifdef SENSOR_STREAM
#define sampler_give OWN(sampler_give)
#define sampler_began OWN(sampler_began)
#endif

/*
 * Returns 0 and sets `first_us`, when the first sample of each sensor is due; or the sensor's
 * error. `has_reading` is called in an interrupt.
 */
int sampler_start(void (*has_reading)(void), uint64_t first_us[CORE_STREAMS]);

/* Called by a sensor: the sample of the present slot; its lateness is set here. */
void sampler_give(struct sample sample);

/* Called by a sensor whose measurement does not begin in sensor_begin(): when it began. */
void sampler_began(uint64_t at_us);

bool sampler_take(struct reading *reading);

#endif
