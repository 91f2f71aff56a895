/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All of it runs in interrupts of one priority, so that no two of these handlers run at a time: the
 * clock's (both timers) and the echo pin's. Nothing else has that priority.
 *
 * The schedule is absolute: slot n is start + n * period whatever became of the slots before. While
 * a timer's handler runs, the kernel's clock stands at the instant that the timer was set to; only
 * the cycle counter tells how late it is.
 */
#include "sampler.h"

#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>

#include "clock.h"
#include "echo.h"
#include "measurement.h"

#define TRIGGER_PULSE_US 10u

static const struct gpio_dt_spec trigger_pin =
	GPIO_DT_SPEC_GET(DT_NODELABEL(fwgen_sensor), trigger_gpios);
static const struct gpio_dt_spec echo_pin =
	GPIO_DT_SPEC_GET(DT_NODELABEL(fwgen_sensor), echo_gpios);

static struct sampler_config config;
static struct measurement measurement;
static struct reading current;
static struct reading_queue queue;
static struct gpio_callback echo_callback;
static uint32_t cycles_at_0; /* of the cycle counter when the clock began */
static uint64_t slot_us;

static void schedule_expired(struct k_timer *timer);
static void echo_expired(struct k_timer *timer);

static K_TIMER_DEFINE(schedule_timer, schedule_expired, NULL);
static K_TIMER_DEFINE(echo_timer, echo_expired, NULL);

static void finish(uint32_t echo_us)
{
	current.echo_us = echo_us;
	(void)reading_put(&queue, &current); /* what finds no place is missing, and seen to be */
	config.has_reading();
}

static void trigger(void)
{
	(void)gpio_pin_set_dt(&trigger_pin, 1);
	measurement_begin(&measurement);
	k_busy_wait(TRIGGER_PULSE_US);
	(void)gpio_pin_set_dt(&trigger_pin, 0);
	k_timer_start(&echo_timer, K_USEC(config.timeout_us), K_NO_WAIT);
}

static void schedule_expired(struct k_timer *timer)
{
	uint32_t slot_cycles = cycles_at_0 + (uint32_t)slot_us * CYCLES_PER_US;
	uint32_t late_us = (k_cycle_get_32() - slot_cycles) / CYCLES_PER_US;
	uint32_t echo_us;

	if (measurement_end(&measurement, config.timeout_us, &echo_us)) {
		finish(echo_us);
	}
	current.slot_us = slot_us;
	current.late_16ths = measurement_late_16ths(late_us, config.period_us);
	if (gpio_pin_get_dt(&echo_pin) > 0) {
		finish(ECHO_HELD);
	} else {
		trigger();
	}
	slot_us = measurement_next_slot(slot_us, late_us, config.period_us);
	k_timer_start(timer, clock_until(slot_us), K_NO_WAIT);
}

static void echo_edge(const struct device *port, struct gpio_callback *callback,
		      gpio_port_pins_t pins)
{
	uint32_t cycles = k_cycle_get_32();
	bool high = gpio_pin_get_dt(&echo_pin) > 0;
	uint32_t echo_us;

	switch (measurement_edge(&measurement, high, cycles, CYCLES_PER_US, &echo_us)) {
	case MEASUREMENT_ROSE:
		k_timer_start(&echo_timer, K_USEC(config.timeout_us), K_NO_WAIT);
		break;
	case MEASUREMENT_DONE:
		k_timer_stop(&echo_timer);
		finish(echo_us);
		break;
	default:
		break;
	}
}

static void echo_expired(struct k_timer *timer)
{
	uint32_t echo_us;

	if (measurement_end(&measurement, config.timeout_us, &echo_us)) {
		finish(echo_us);
	}
}

static int set_up_pins(void)
{
	int error;

	if (!gpio_is_ready_dt(&trigger_pin) || !gpio_is_ready_dt(&echo_pin)) {
		return -ENODEV;
	}
	error = gpio_pin_configure_dt(&trigger_pin, GPIO_OUTPUT_INACTIVE);
	if (error != 0) {
		return error;
	}
	error = gpio_pin_configure_dt(&echo_pin, GPIO_INPUT);
	if (error != 0) {
		return error;
	}
	gpio_init_callback(&echo_callback, echo_edge, BIT(echo_pin.pin));
	error = gpio_add_callback_dt(&echo_pin, &echo_callback);
	if (error != 0) {
		return error;
	}
	return gpio_pin_interrupt_configure_dt(&echo_pin, GPIO_INT_EDGE_BOTH);
}

int sampler_start(const struct sampler_config *from, uint64_t start_us)
{
	unsigned int key;
	int error;

	config = *from;
	slot_us = start_us;
	key = irq_lock();
	cycles_at_0 = k_cycle_get_32() - (uint32_t)clock_us() * CYCLES_PER_US;
	irq_unlock(key);
	error = set_up_pins();
	if (error == 0) {
		k_timer_start(&schedule_timer, clock_until(slot_us), K_NO_WAIT);
	}
	return error;
}

bool sampler_take(struct reading *reading)
{
	return reading_take(&queue, reading);
}
