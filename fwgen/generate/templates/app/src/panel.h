/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SSD1306 as a panel that may come and go. `panel` stands between Zephyr's character
 * framebuffer and Zephyr's driver: a display that sends on only what changed.
 */
#ifndef PANEL_H
#define PANEL_H

#include <stdbool.h>

#include <zephyr/device.h>

#include "panel_watch.h"

extern const struct device *const panel;

/*
 * Sets it up (again); the next picture is sent as a whole. `tells`: its status byte can be relied
 * on. 0, or an error if it does not answer.
 */
int panel_start(bool *tells);

enum panel_answer panel_ask(void);

#endif
