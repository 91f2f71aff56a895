/* SPDX-License-Identifier: Apache-2.0 */
/* When the screen is drawn: at one rate while Linux is awake, at another one or not at all while it
 * sleeps, and at once at each change between the two. Independent of Zephyr. */
#ifndef SCREEN_PACE_H
#define SCREEN_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct screen_pace {
	bool asleep; /* Linux */
	uint64_t next_us;
};

/* Call before screen_pace_due() with what Linux does now. */
static inline void screen_pace_enter(struct screen_pace *pace, bool asleep, uint64_t now_us)
{
	if (asleep != pace->asleep) {
		pace->asleep = asleep;
		pace->next_us = now_us;
	}
}

/* Whether to draw now, at the rate of the present state; then `next_us` is the next time. */
static inline bool screen_pace_due(struct screen_pace *pace, uint32_t period_us, uint64_t now_us)
{
	if (now_us < pace->next_us) {
		return false;
	}
	pace->next_us += period_us;
	if (pace->next_us <= now_us) {
		pace->next_us = now_us + period_us;
	}
	return true;
}

#endif
