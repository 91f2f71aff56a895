/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A panel that may lose power at any time. The device
 * `panel` is for Zephyr's character framebuffer: it sends only what changed.
 */
#ifndef PANEL_H
#define PANEL_H

#include <stdbool.h>

#include <zephyr/device.h>

#include "panel_watch.h"

extern const struct device *const panel;

/*
 * Sets the panel up, or up again; then sends the whole next picture. `tells`: whether its status
 * byte is reliable. Returns 0, or an error if the panel does not answer.
 */
int panel_start(bool *tells);

enum panel_answer panel_ask(void);

/* Switches the panel off; panel_start() switches it on again. */
int panel_sleep(void);

#endif
