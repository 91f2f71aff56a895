/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in the clock's interrupt, and in those of the sensor, which have the same priority. */
#include "sampler.h"

#include "clock.h"
#include "sensor.h"

static struct {
	uint32_t period_us;
	void (*has_reading)(void);
} config;

static struct reading current;
static struct reading_queue queue;

void sampler_give(struct sample sample)
{
	sample.late_16ths = current.sample.late_16ths;
	current.sample = sample;
	(void)reading_put(&queue,
			  &current); /* if the queue is full the thread logs the sample as missed */
	config.has_reading();
}

void sampler_began(uint64_t at_us)
{
	current.sample.late_16ths = sample_late_16ths(at_us - current.slot_us, config.period_us);
}

static void on_beat(bool slot, uint64_t slot_us, uint32_t late_us)
{
	if (!slot) {
		sensor_look();
		return;
	}
	sensor_end();
	current.slot_us = slot_us;
	current.sample.late_16ths = sample_late_16ths(late_us, config.period_us);
	sensor_begin();
}

int sampler_start(uint32_t period_us, void (*has_reading)(void), uint64_t *first_us)
{
	int error;

	config.period_us = period_us;
	config.has_reading = has_reading;
	error = sensor_start();
	if (error == 0) {
		*first_us = clock_start_beat(on_beat);
	}
	return error;
}

bool sampler_take(struct reading *reading)
{
	return reading_take(&queue, reading);
}
