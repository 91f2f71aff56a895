/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdint.h>

#ifdef CONFIG_FWGEN_WATCHDOG

/* From now on the M33 is reset when nobody feeds for so long. 0, or the driver's error. */
int watchdog_start(uint32_t timeout_us);
void watchdog_feed(void);

#else

static inline int watchdog_start(uint32_t timeout_us)
{
	return 0;
}

static inline void watchdog_feed(void)
{
}

#endif

#endif
