/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the screen with Zephyr's character framebuffer. */
#ifndef DRAW_H
#define DRAW_H

#include "screen.h"

/* Returns 0, or an error if the panel did not take the picture. */
int draw_screen(const struct screen_input *input);

#endif
