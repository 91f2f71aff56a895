/* SPDX-License-Identifier: Apache-2.0 */
/* Two fonts for Zephyr's character framebuffer, drawn by scripts/draw_fonts.py. */
#ifndef FONTS_H
#define FONTS_H

/* Their places in the framebuffer's list, which is sorted by name. */
#define FONT_FIGURES 0u
#define FONT_SMALL 1u

#define FONT_FIGURES_WIDTH 16u
#define FONT_FIGURES_HEIGHT 24u
#define FONT_SMALL_WIDTH 6u
#define FONT_SMALL_HEIGHT 8u

/* The figures' font has digits, the dash and what letters the screen needs, in its own order. */
char font_figure(char character);

#endif
