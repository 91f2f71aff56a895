/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a panel is present and set up, derived from its answers. A panel that lost power for a
 * moment stays dark but acknowledges; its status byte shows that it is off. Panels without a
 * reliable status byte are set up again at every check. Independent of Zephyr.
 */
#ifndef PANEL_WATCH_H
#define PANEL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Time between two checks; longer for panels without a reliable status byte, as it costs more. */
#define PANEL_LOOK_US 1000000u
#define PANEL_BLIND_LOOK_US 1500000u

enum panel_answer {
	PANEL_SILENT, /* no acknowledgement */
	PANEL_OFF,
	PANEL_ON,
};

struct panel_watch {
	bool there; /* set up, as far as known */
	bool tells; /* its status byte is reliable */
	uint64_t look_us;
	uint32_t faults; /* how often it did not answer, or was found reset */
};

/* Whether to check now: to ask a panel that is present, or to set up one that is not. */
bool panel_watch_due(const struct panel_watch *watch, uint64_t now_us);

/* Call with the panel's answer. True: set it up again now. */
bool panel_watch_answered(struct panel_watch *watch, enum panel_answer answer, uint64_t now_us);

/* Call after an attempt to set it up. */
void panel_watch_set_up(struct panel_watch *watch, bool done, bool tells, uint64_t now_us);

/* Call when it did not accept a picture. */
void panel_watch_lost(struct panel_watch *watch, uint64_t now_us);

/* Call when it was switched off on purpose: it is set up again at the next check. */
void panel_watch_rest(struct panel_watch *watch);

#endif
