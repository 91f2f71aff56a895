/* SPDX-License-Identifier: Apache-2.0 */
/* What sampler.c wants of Zephyr's GPIO driver; pin 0 is the trigger, 1 the echo. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DT_NODELABEL(label) 0
#define GPIO_DT_SPEC_GET(node, property) {.pin = PIN_##property}
#define PIN_trigger_gpios 0
#define PIN_echo_gpios 1
#define GPIO_OUTPUT_INACTIVE 1
#define GPIO_INPUT 2
#define GPIO_INT_EDGE_BOTH 3

struct device;
struct gpio_callback;
typedef uint32_t gpio_port_pins_t;
typedef void (*gpio_edge)(const struct device *, struct gpio_callback *, gpio_port_pins_t);

struct gpio_dt_spec {
	uint8_t pin;
};

struct gpio_callback {
	gpio_edge edge;
};

bool gpio_is_ready_dt(const struct gpio_dt_spec *spec);
int gpio_pin_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags);
int gpio_pin_interrupt_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags);
int gpio_pin_get_dt(const struct gpio_dt_spec *spec);
int gpio_pin_set_dt(const struct gpio_dt_spec *spec, int value);
void gpio_init_callback(struct gpio_callback *callback, gpio_edge edge, uint32_t pins);
int gpio_add_callback_dt(const struct gpio_dt_spec *spec, struct gpio_callback *callback);
