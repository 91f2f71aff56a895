/* SPDX-License-Identifier: Apache-2.0 */
/* The part of Zephyr's character framebuffer that the screen uses; screen_glue.c implements it. */
#ifndef ZEPHYR_CFB_H
#define ZEPHYR_CFB_H

#include <zephyr/device.h>
#include <zephyr/kernel.h>

#define CFB_FONT_MONO_VPACKED 1u

struct cfb_font {
	const uint8_t *data;
	uint8_t width;
	uint8_t height;
	char first;
	char last;
};

struct cfb_position {
	uint16_t x;
	uint16_t y;
};

#define FONT_ENTRY_DEFINE(name, columns, rows, caps, glyphs, from, to)                             \
	const struct cfb_font name = {&(glyphs)[0][0], columns, rows, from, to}

extern const struct cfb_font font_1_figures;
extern const struct cfb_font font_2_small;

int cfb_framebuffer_clear(const struct device *device, bool finalize);
int cfb_framebuffer_finalize(const struct device *device);
int cfb_framebuffer_set_font(const struct device *device, uint8_t index);
int cfb_draw_text(const struct device *device, const char *text, int16_t x, int16_t y);
int cfb_draw_rect(const struct device *device, const struct cfb_position *start,
		  const struct cfb_position *end);
int cfb_invert_area(const struct device *device, uint16_t x, uint16_t y, uint16_t width,
		    uint16_t height);

#endif
