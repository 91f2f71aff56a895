/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a sensor through its driver, in a thread of its own. The clock's interrupt begins each
 * measurement. If the driver has not answered at the end of the period, the sample is a fault, and
 * the driver's late answer is dropped. While a driver hangs, each sample is a fault; all else runs.
 *
 * The thread is below the node's, so that a driver that never waits cannot stop the node.
 */
#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>

#include "channel_names.h"
#include "channels.h"
#include "clock.h"
#include "sampler.h"
#include "sensor.h"
#include "sensor_bus.h"

#define PRIORITY 1
#define STACK_BYTES 1024

BUILD_ASSERT(ARRAY_SIZE(channel_names) == SENSOR_CHANNELS, "one name for each channel");

static const struct device *const device = DEVICE_DT_GET(DT_NODELABEL(fwgen_sensor));

static K_THREAD_STACK_DEFINE(stack, STACK_BYTES);
static struct k_thread thread;
static K_SEM_DEFINE(due, 0, 1);

/* Changed with interrupts locked. */
static bool waits; /* the present sample has not been given */
static bool busy;  /* the driver runs */
static bool fresh; /* it has not had the bus for the present sample */

static const struct sample fault = {.status = SAMPLE_FAULT};

static struct sample measure(void)
{
	int64_t quantities[SENSOR_CHANNELS];
	struct sensor_value value;

	if (!device_is_ready(device) || sensor_sample_fetch(device) != 0) {
		return fault;
	}
	for (size_t i = 0; i < SENSOR_CHANNELS; i++) {
		if (sensor_channel_get(device, channel_names[i], &value) != 0) {
			return fault;
		}
		quantities[i] = sensor_value_to_micro(&value);
	}
	return channels_sample(quantities);
}

/* False: the period is over already. */
static bool begin(void)
{
	unsigned int key = irq_lock();
	bool began = waits;

	busy = began;
	fresh = began;
	if (began) {
		sampler_began(clock_us());
	}
	irq_unlock(key);
	return began;
}

/* On a shared bus a measurement begins here. */
void sensor_has_bus(void)
{
	unsigned int key = irq_lock();

	if (fresh && waits) {
		sampler_began(clock_us());
	}
	fresh = false;
	irq_unlock(key);
}

static void end(struct sample sample)
{
	unsigned int key = irq_lock();

	busy = false;
	if (waits) {
		waits = false;
		sampler_give(sample);
	}
	irq_unlock(key);
}

static void run(void *a, void *b, void *c)
{
	for (;;) {
		(void)k_sem_take(&due, K_FOREVER);
		if (begin()) {
			end(measure());
		}
	}
}

/* A driver that still reads for an earlier period must not answer for this one. */
void sensor_begin(void)
{
	if (busy) {
		sampler_give(fault);
	} else {
		waits = true;
		k_sem_give(&due);
	}
}

void sensor_look(void)
{
}

void sensor_end(void)
{
	if (waits) {
		waits = false;
		sampler_give(fault);
	}
}

int sensor_start(void)
{
	(void)k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), run, NULL, NULL, NULL,
			      PRIORITY, 0, K_NO_WAIT);
	return 0;
}
