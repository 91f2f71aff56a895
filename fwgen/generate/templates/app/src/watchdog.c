/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include <zephyr/drivers/watchdog.h>
#include <zephyr/kernel.h>

static const struct device *const watchdog = DEVICE_DT_GET(DT_NODELABEL(iwdg));
static int channel = -1;

int watchdog_start(uint32_t timeout_us)
{
	const struct wdt_timeout_cfg timeout = {
		.window.max = timeout_us / USEC_PER_MSEC,
		.flags = WDT_FLAG_RESET_SOC,
	};

	if (!device_is_ready(watchdog)) {
		return -ENODEV;
	}
	channel = wdt_install_timeout(watchdog, &timeout);
	return channel < 0 ? channel : wdt_setup(watchdog, 0);
}

void watchdog_feed(void)
{
	if (channel >= 0) {
		(void)wdt_feed(watchdog, channel);
	}
}
