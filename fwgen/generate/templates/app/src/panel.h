/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SSD1306 as a panel that may come and go. `panel` stands between Zephyr's character
 * framebuffer and Zephyr's driver: a display that sends on only what changed.
 */
#ifndef PANEL_H
#define PANEL_H

#include <zephyr/device.h>

extern const struct device *const panel;

/* Starts it (again), dark. 0, or an error if it does not answer. */
int panel_start(void);

/* Is it still there? 0, or an error. */
int panel_ask(void);

#endif
