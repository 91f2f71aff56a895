/* SPDX-License-Identifier: Apache-2.0 */
#include "channels.h"

static uint32_t raw_of(const struct channel *channel, int64_t quantity)
{
	uint64_t since_low = (uint64_t)(quantity - channel->low);

	return (uint32_t)((since_low + channel->step / 2u) / channel->step);
}

struct sample channels_sample(const int64_t *quantities)
{
	struct sample sample = {.status = SAMPLE_VALID};

	for (uint32_t i = 0; i < SENSOR_CHANNELS; i++) {
		const struct channel *channel = &channels[i];
		int64_t quantity = quantities[i];

		if (quantity < channel->low) {
			sample.status = SAMPLE_TOO_NEAR;
			quantity = channel->low;
		} else if (quantity > channel->high) {
			sample.status = SAMPLE_TOO_FAR;
			quantity = channel->high;
		}
		sample.value[i] = raw_of(channel, quantity);
	}
	return sample;
}
