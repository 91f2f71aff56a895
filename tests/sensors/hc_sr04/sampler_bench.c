/* SPDX-License-Identifier: Apache-2.0 */
/* sampler.c and hc_sr04.c between a clock and two pins that a test moves. A millimetre of the
 * samples is a microsecond of the pulse. */
#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>

#include "clock.h"
#include "echo.h"
#include "echo_pull.h"
#include "fwgen_config.h"
#include "sampler.h"

void bench_start(void);
void bench_beat(uint64_t now_us, int slot);
void bench_line(uint64_t now_us, int high);
uint32_t bench_triggers(void);
uint32_t bench_pulls(void);
int bench_take(uint8_t *status, uint16_t *echo_us);

const struct echo_config echo_config = {
	.timeout_us = 28000,
	.range_max_mm = UINT16_MAX,
	.sound_mm_per_s = 2000000,
	.pull_low = BENCH_PULLS,
};

const struct fwgen_config fwgen_config = {.node.log.streams[0].period_us = 60000};

static uint32_t now_cycles;
static bool level;
static uint32_t triggers;
static uint32_t pulls;
static clock_beat beat;
static struct gpio_callback *edges;

uint32_t k_cycle_get_32(void)
{
	return now_cycles += CYCLES_PER_US;
}

bool gpio_is_ready_dt(const struct gpio_dt_spec *spec)
{
	return true;
}

int gpio_pin_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags)
{
	return 0;
}

int gpio_pin_interrupt_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags)
{
	return 0;
}

int gpio_pin_get_dt(const struct gpio_dt_spec *spec)
{
	return level;
}

int gpio_pin_set_dt(const struct gpio_dt_spec *spec, int value)
{
	triggers += value != 0;
	return 0;
}

void gpio_init_callback(struct gpio_callback *callback, gpio_edge edge, uint32_t pins)
{
	callback->edge = edge;
}

int gpio_add_callback_dt(const struct gpio_dt_spec *spec, struct gpio_callback *callback)
{
	edges = callback;
	return 0;
}

void clock_start_beat(clock_beat listener, uint64_t first_us[CORE_STREAMS])
{
	beat = listener;
	first_us[0] = 0;
}

static void has_reading(void)
{
}

void echo_pull_low(void)
{
	pulls++;
}

void bench_start(void)
{
	uint64_t first_us;

	level = false;
	triggers = pulls = 0;
	(void)sampler_start(has_reading, &first_us);
}

void bench_beat(uint64_t now_us, int slot)
{
	now_cycles = (uint32_t)(now_us * CYCLES_PER_US);
	beat(slot != 0, slot ? now_us : 0, 0);
}

void bench_line(uint64_t now_us, int high)
{
	now_cycles = (uint32_t)(now_us * CYCLES_PER_US);
	level = high != 0;
	edges->edge(NULL, edges, BIT(1));
}

uint32_t bench_triggers(void)
{
	return triggers;
}

uint32_t bench_pulls(void)
{
	return pulls;
}

int bench_take(uint8_t *status, uint16_t *echo_us)
{
	struct reading reading;

	if (!sampler_take(&reading)) {
		return 0;
	}
	*status = reading.sample.status;
	*echo_us = (uint16_t)reading.sample.value[0];
	return 1;
}
