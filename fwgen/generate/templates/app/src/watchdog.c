/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include <zephyr/drivers/watchdog.h>
#include <zephyr/kernel.h>

#include "clock.h"
#include "fatal.h"

static const struct device *const watchdog = DEVICE_DT_GET(DT_NODELABEL(iwdg));
static int channel = -1;
static uint32_t look_after_ms; /* since the last feed; the watchdog's own clock is not exact */
static volatile uint32_t fed_ms;

static uint32_t now_ms(void)
{
	return (uint32_t)(clock_us() / USEC_PER_MSEC);
}

int watchdog_start(uint32_t timeout_us)
{
	const struct wdt_timeout_cfg timeout = {
		.window.max = timeout_us / USEC_PER_MSEC,
		.flags = WDT_FLAG_RESET_SOC,
	};

	if (!device_is_ready(watchdog)) {
		return -ENODEV;
	}
	look_after_ms = timeout.window.max - timeout.window.max / 8u;
	fed_ms = now_ms();
	channel = wdt_install_timeout(watchdog, &timeout);
	return channel < 0 ? channel : wdt_setup(watchdog, 0);
}

void watchdog_feed(void)
{
	if (channel >= 0) {
		(void)wdt_feed(watchdog, channel);
		fed_ms = now_ms();
	}
}

void watchdog_look(uint32_t exc_return)
{
	if (channel >= 0 && now_ms() - fed_ms > look_after_ms) {
		fatal_stuck(exc_return);
	}
}
