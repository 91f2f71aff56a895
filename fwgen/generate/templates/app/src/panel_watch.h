/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a panel is there and set up, from what it answers. A panel that lost its power for a
 * moment acknowledges as if nothing had been, dark: but its status byte says that it is off. Some
 * do not tell; they are set up again at every look. Free of Zephyr.
 */
#ifndef PANEL_WATCH_H
#define PANEL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* From one look to the next; a panel that does not tell is looked at less often, for it is dear. */
#define PANEL_LOOK_US 1000000u
#define PANEL_BLIND_LOOK_US 1500000u

enum panel_answer {
	PANEL_SILENT, /* no acknowledgement */
	PANEL_OFF,
	PANEL_ON,
};

struct panel_watch {
	bool there; /* set up, as far as is known */
	bool tells; /* its status follows its state */
	uint64_t look_us;
	uint32_t faults; /* how often it was gone, or had forgotten everything */
};

/* Time to look: to ask a panel that is there, to set up one that is not. */
bool panel_watch_due(const struct panel_watch *watch, uint64_t now_us);

/* What it answered. True: it must be set up again now. */
bool panel_watch_answered(struct panel_watch *watch, enum panel_answer answer, uint64_t now_us);

/* It was tried to set it up. */
void panel_watch_set_up(struct panel_watch *watch, bool done, bool tells, uint64_t now_us);

/* It did not take a picture. */
void panel_watch_lost(struct panel_watch *watch, uint64_t now_us);

#endif
