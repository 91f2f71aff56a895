/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities of Zephyr's sensor API as the raw numbers of a sample. */
#ifndef CHANNELS_H
#define CHANNELS_H

#include <stdint.h>

#include "own.h"

#ifdef SENSOR_STREAM
#define channels OWN(channels)
#define channels_sample OWN(channels_sample)
#endif

/* In millionths of the channel's unit. */
struct channel {
	int64_t low; /* the raw number 0 */
	int64_t high;
	uint64_t step;
};

/* The spec's, in the order of the record. */
extern const struct channel channels[SENSOR_CHANNELS];

/*
 * The sample for these quantities, each rounded to its nearest step. A quantity out of its range
 * makes the sample SAMPLE_TOO_NEAR (below) or SAMPLE_TOO_FAR, and is cut to it.
 */
struct sample channels_sample(const int64_t *quantities);

#endif
