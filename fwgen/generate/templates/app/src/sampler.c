/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in the clock's interrupt, and in those of the sensors, which have the same priority. */
#include "sampler.h"

#include "clock.h"
#include "fwgen_config.h"
#include "sensor.h"

#if CORE_STREAMS == 1u
#define SENSOR(stream, call) call()
#else
#define SENSOR(stream, call) ((stream) == 0u ? call##_0() : call##_1())
#endif

static void (*has_reading)(void);
static struct reading current[CORE_STREAMS];
static struct reading_queue queue;

static uint8_t late_16ths(uint32_t stream, uint64_t late_us)
{
	return sample_late_16ths(late_us, fwgen_config.node.log.streams[stream].period_us);
}

static void give(uint32_t stream, struct sample sample)
{
	sample.late_16ths = current[stream].sample.late_16ths;
	current[stream].sample = sample;
	(void)reading_put(&queue, &current[stream]); /* if the queue is full the thread logs the
							sample as missed */
	has_reading();
}

static void began(uint32_t stream, uint64_t at_us)
{
	current[stream].sample.late_16ths = late_16ths(stream, at_us - current[stream].slot_us);
}

#if CORE_STREAMS == 1u

void sampler_give(struct sample sample)
{
	give(0, sample);
}

void sampler_began(uint64_t at_us)
{
	began(0, at_us);
}

#else

void sampler_give_0(struct sample sample);
void sampler_give_1(struct sample sample);
void sampler_began_0(uint64_t at_us);
void sampler_began_1(uint64_t at_us);

void sampler_give_0(struct sample sample)
{
	give(0, sample);
}

void sampler_give_1(struct sample sample)
{
	give(1, sample);
}

void sampler_began_0(uint64_t at_us)
{
	began(0, at_us);
}

void sampler_began_1(uint64_t at_us)
{
	began(1, at_us);
}

#endif

static void look(void)
{
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		SENSOR(stream, sensor_look);
	}
}

static void on_beat(uint32_t due, uint64_t slot_us, uint32_t late_us)
{
	const uint32_t stream = CORE_STREAMS == 1u ? 0u : due - 1u;

	if (due == 0u) {
		look();
		return;
	}
	SENSOR(stream, sensor_end);
	current[stream].slot_us = slot_us;
	current[stream].sample.late_16ths = late_16ths(stream, late_us);
	SENSOR(stream, sensor_begin);
}

int sampler_start(void (*listener)(void), uint64_t first_us[CORE_STREAMS])
{
	int error = 0;

	has_reading = listener;
	for (uint32_t stream = 0; stream < CORE_STREAMS && error == 0; stream++) {
		reading_is_of(&current[stream], stream);
		error = SENSOR(stream, sensor_start);
	}
	if (error == 0) {
		clock_start_beat(on_beat, first_us);
	}
	return error;
}

bool sampler_take(struct reading *reading)
{
	return reading_take(&queue, reading);
}
