/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two interrupts, of the clock and of the echo pin. They share one priority, which no other
 * interrupt has, so neither interrupts the other.
 *
 * The sensor is triggered in every period, also while it holds its line high from an earlier
 * measurement: many copies of the sensor release the line only at the next trigger.
 */
#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>

#include "clock.h"
#include "echo.h"
#include "echo_pull.h"
#include "measurement.h"
#include "sampler.h"
#include "sensor.h"

#define TRIGGER_PULSE_US 10u

static const struct gpio_dt_spec trigger_pin =
	GPIO_DT_SPEC_GET(DT_NODELABEL(fwgen_sensor), trigger_gpios);
static const struct gpio_dt_spec echo_pin =
	GPIO_DT_SPEC_GET(DT_NODELABEL(fwgen_sensor), echo_gpios);

static struct measurement measurement;
static struct gpio_callback echo_callback;

static void finish(uint32_t echo_us)
{
	sampler_give(echo_classify(&echo_config, echo_us));
}

void sensor_end(void)
{
	bool held = measurement.phase == MEASUREMENT_HELD;
	uint32_t echo_us;

	if (measurement_end(&measurement, echo_config.timeout_us, &echo_us)) {
		finish(echo_us);
	}
	if (held && echo_config.pull_low) {
		echo_pull_low();
	}
}

void sensor_look(void)
{
	if (measurement_is_stale(&measurement, k_cycle_get_32(),
				 echo_config.timeout_us * CYCLES_PER_US)) {
		sensor_end();
	}
}

/* Reads the counter only now and then: in an emulator a read costs as much as a thousand loops. */
static void hold_trigger(uint32_t since_cycles)
{
	do {
		for (uint32_t i = 0; i < TRIGGER_PULSE_US * CYCLES_PER_US / 8u; i++) {
			arch_nop();
		}
	} while (k_cycle_get_32() - since_cycles < TRIGGER_PULSE_US * CYCLES_PER_US);
}

void sensor_begin(void)
{
	bool high = gpio_pin_get_dt(&echo_pin) > 0;
	uint32_t began_cycles;

	(void)gpio_pin_set_dt(&trigger_pin, 1);
	began_cycles = k_cycle_get_32();
	measurement_begin(&measurement, high, began_cycles);
	hold_trigger(began_cycles);
	(void)gpio_pin_set_dt(&trigger_pin, 0);
}

static void on_edge(const struct device *port, struct gpio_callback *callback,
		    gpio_port_pins_t pins)
{
	uint32_t cycles = k_cycle_get_32();
	bool high = gpio_pin_get_dt(&echo_pin) > 0;
	uint32_t echo_cycles;

	if (measurement_edge(&measurement, high, cycles, MEASUREMENT_SPIKE_US * CYCLES_PER_US,
			     &echo_cycles)) {
		finish(measurement_echo_us(echo_cycles, CYCLES_PER_US));
	}
}

int sensor_start(void)
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
	gpio_init_callback(&echo_callback, on_edge, BIT(echo_pin.pin));
	error = gpio_add_callback_dt(&echo_pin, &echo_callback);
	if (error != 0) {
		return error;
	}
	return gpio_pin_interrupt_configure_dt(&echo_pin, GPIO_INT_EDGE_BOTH);
}
