/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdint.h>

#ifdef CONFIG_FWGEN_WATCHDOG

/* Starts the watchdog: it resets the M33 if it is not fed for this long. Returns 0, or the driver's
 * error. */
int watchdog_start(uint32_t timeout_us);
void watchdog_feed(void);

/*
 * From the clock's interrupt: if the watchdog is about to reset the M33, keeps where the thread is
 * stuck, and stops. After the reset the chip does not tell. `exc_return` is the value in LR at the
 * interrupt's entry.
 */
void watchdog_look(uint32_t exc_return);

#else

static inline int watchdog_start(uint32_t timeout_us)
{
	return 0;
}

static inline void watchdog_feed(void)
{
}

static inline void watchdog_look(uint32_t exc_return)
{
}

#endif

#endif
