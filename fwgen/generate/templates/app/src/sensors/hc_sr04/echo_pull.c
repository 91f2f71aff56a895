/* SPDX-License-Identifier: Apache-2.0 */
#include "echo_pull.h"

#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>

#include "sensor.h"

#define PULL_LOW_US 20u

static const struct gpio_dt_spec echo_pin =
	GPIO_DT_SPEC_GET(DT_NODELABEL(fwgen_sensor), echo_gpios);

/* Open drain: this side never drives the line high. */
void echo_pull_low(void)
{
	(void)gpio_pin_configure_dt(&echo_pin, GPIO_OUTPUT_LOW | GPIO_OPEN_DRAIN);
	k_busy_wait(PULL_LOW_US);
	(void)gpio_pin_configure_dt(&echo_pin, GPIO_INPUT);
}
