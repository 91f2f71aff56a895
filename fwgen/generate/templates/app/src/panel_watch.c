/* SPDX-License-Identifier: Apache-2.0 */
#include "panel_watch.h"

static void look_later(struct panel_watch *watch, uint64_t now_us)
{
	bool blind = watch->there && !watch->tells;

	watch->look_us = now_us + (blind ? PANEL_BLIND_LOOK_US : PANEL_LOOK_US);
}

bool panel_watch_due(const struct panel_watch *watch, uint64_t now_us)
{
	return now_us >= watch->look_us;
}

bool panel_watch_answered(struct panel_watch *watch, enum panel_answer answer, uint64_t now_us)
{
	if (answer == PANEL_SILENT) {
		panel_watch_lost(watch, now_us);
		return false;
	}
	if (!watch->tells) {
		return true;
	}
	if (answer == PANEL_OFF) {
		watch->faults++;
		return true;
	}
	look_later(watch, now_us);
	return false;
}

void panel_watch_set_up(struct panel_watch *watch, bool done, bool tells, uint64_t now_us)
{
	watch->there = done;
	watch->tells = tells;
	look_later(watch, now_us);
}

void panel_watch_lost(struct panel_watch *watch, uint64_t now_us)
{
	watch->there = false;
	watch->faults++;
	look_later(watch, now_us);
}

void panel_watch_rest(struct panel_watch *watch)
{
	watch->there = false;
	watch->look_us = 0;
}
