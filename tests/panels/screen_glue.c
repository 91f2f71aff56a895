/* SPDX-License-Identifier: Apache-2.0 */
/* The screen's picture on this machine: pixel by pixel instead of Zephyr's bytes of eight rows. */
#include <string.h>

#include <zephyr/display/cfb.h>

#include "draw.h"
#include "panel.h"

#define WIDTH DT_PROP(DT_NODELABEL(fwgen_panel), width)
#define HEIGHT DT_PROP(DT_NODELABEL(fwgen_panel), height)

int glue_draw(const struct screen_input *input, uint8_t *packed);
int glue_small_glyph_is_empty(char character);

const struct device *const panel;

static bool lit[HEIGHT][WIDTH];
static const struct cfb_font *font;
static int outside; /* pixels beyond the panel */

static void turn(int x, int y, bool only_on)
{
	if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT) {
		outside++;
	} else {
		lit[y][x] = only_on || !lit[y][x];
	}
}

int cfb_framebuffer_clear(const struct device *device, bool finalize)
{
	(void)device;
	(void)finalize;
	memset(lit, 0, sizeof(lit));
	outside = 0;
	return 0;
}

int cfb_framebuffer_finalize(const struct device *device)
{
	(void)device;
	return outside;
}

int cfb_framebuffer_set_font(const struct device *device, uint8_t index)
{
	(void)device;
	font = index == 0 ? &font_1_figures : &font_2_small;
	return 0;
}

static void glyph(char character, int x, int y)
{
	const uint8_t *columns;
	uint8_t pages = font->height / 8u;

	if (character < font->first || character > font->last) {
		return; /* Zephyr: a space, which the font of figures does not have */
	}
	columns = font->data + (size_t)(character - font->first) * font->width * pages;
	for (int at = 0; at < font->width; at++) {
		for (int row = 0; row < font->height; row++) {
			if ((columns[at * pages + row / 8] >> row % 8 & 1) != 0) {
				turn(x + at, y + row, true);
			}
		}
	}
}

int cfb_draw_text(const struct device *device, const char *text, int16_t x, int16_t y)
{
	(void)device;
	for (; *text != '\0'; text++, x = (int16_t)(x + font->width)) {
		glyph(*text, x, y);
	}
	return 0;
}

int cfb_draw_rect(const struct device *device, const struct cfb_position *start,
		  const struct cfb_position *end)
{
	(void)device;
	for (int x = start->x; x <= end->x; x++) {
		turn(x, start->y, true);
		turn(x, end->y, true);
	}
	for (int y = start->y; y <= end->y; y++) {
		turn(start->x, y, true);
		turn(end->x, y, true);
	}
	return 0;
}

int cfb_invert_area(const struct device *device, uint16_t x, uint16_t y, uint16_t width,
		    uint16_t height)
{
	(void)device;
	for (int row = y; row < y + height; row++) {
		for (int column = x; column < x + width; column++) {
			turn(column, row, false);
		}
	}
	return 0;
}

/* Eight pixels a byte, the leftmost in the highest bit. Returns how many were beyond the panel. */
int glue_draw(const struct screen_input *input, uint8_t *packed)
{
	int beyond = draw_screen(input);

	memset(packed, 0, WIDTH * HEIGHT / 8);
	for (int at = 0; at < WIDTH * HEIGHT; at++) {
		if (lit[at / WIDTH][at % WIDTH]) {
			packed[at / 8] |= (uint8_t)(0x80 >> at % 8);
		}
	}
	return beyond;
}

/* Whether the small font has nothing to draw for it. */
int glue_small_glyph_is_empty(char character)
{
	static const uint8_t empty[6];
	const uint8_t *data = font_2_small.data + (size_t)(character - font_2_small.first) * 6u;

	return character < font_2_small.first || character > font_2_small.last ||
	       memcmp(data, empty, sizeof(empty)) == 0;
}
