/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include <string.h>

#include <zephyr/display/cfb.h>
#include <zephyr/kernel.h>

#include "fonts.h"
#include "panel.h"

#define WIDTH DT_PROP(DT_NODELABEL(fwgen_panel), width)
#define HEIGHT DT_PROP(DT_NODELABEL(fwgen_panel), height)
#define LINE_HEIGHT FONT_SMALL_HEIGHT
/* One page of the panel, so that its frequent changes need one transfer. */
#define LAST_LINE_Y (HEIGHT - LINE_HEIGHT)
#define FIGURE_FIELD (FONT_FIGURES_WIDTH * SCREEN_FIGURE_CHARS)
#define BAR_HEIGHT 5
/* A decimal point: a square on the figures' line. */
#define POINT_WIDTH 6u
#define POINT_SIZE 3
#define POINT_Y 20

static void text(const char *string, uint16_t x, uint16_t y)
{
	(void)cfb_framebuffer_set_font(panel, FONT_SMALL);
	(void)cfb_draw_text(panel, string, (int16_t)x, (int16_t)y);
}

/* Right-aligned, so that the last digit does not move; the unit is after it. */
static void figure(const char *string, const char *unit)
{
	uint16_t x = (uint16_t)(FIGURE_FIELD - FONT_FIGURES_WIDTH * strlen(string));
	char glyph[2] = {0};

	(void)cfb_framebuffer_set_font(panel, FONT_FIGURES);
	for (; *string != '\0'; string++, x += FONT_FIGURES_WIDTH) {
		glyph[0] = font_figure(*string);
		(void)cfb_draw_text(panel, glyph, (int16_t)x, 0);
	}
	text(unit, FIGURE_FIELD + 2, FONT_FIGURES_HEIGHT - LINE_HEIGHT);
}

static void bar(uint16_t permille, uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
	const struct cfb_position start = {x, y};
	const struct cfb_position end = {(uint16_t)(x + width - 1), (uint16_t)(y + height - 1)};
	uint16_t filled = (uint16_t)((uint32_t)permille * (width - 2u) / 1000u);

	(void)cfb_draw_rect(panel, &start, &end);
	if (filled > 0) {
		(void)cfb_invert_area(panel, x + 1, y + 1, filled, height - 2);
	}
}

/* The figure with its unit, the bar below, three lines. */
static void draw_large(const struct screen *screen)
{
	figure(screen->figure, screen->unit);
	bar(screen->bar_permille, 0, 26, WIDTH, BAR_HEIGHT);
	for (uint16_t i = 0; i < SCREEN_LINES; i++) {
		text(screen->lines[i], 0, (uint16_t)(LAST_LINE_Y - 11 * (SCREEN_LINES - 1 - i)));
	}
}

/* A small panel has no room for everything: figure, log beside it, state below. */
static void draw_small(const struct screen *screen)
{
	figure(screen->figure, screen->unit);
	text(screen->lines[1], FIGURE_FIELD, 0);
	bar(screen->bar_permille, FIGURE_FIELD, 9, (uint16_t)(WIDTH - FIGURE_FIELD), BAR_HEIGHT);
	text(screen->lines[0], 0, FONT_FIGURES_HEIGHT);
}

/* On a panel too narrow for a whole figure: without `Linux`, and a figure that does not fit is
 * small. */
static void draw_narrow(const struct screen *screen)
{
	const char *state = screen->lines[0];
	uint16_t unit_x = WIDTH - FONT_SMALL_WIDTH * (sizeof(screen->unit) - 1u);
	size_t len = strlen(screen->figure);
	char glyph[2] = {0};

	if (len * FONT_FIGURES_WIDTH <= WIDTH) {
		(void)cfb_framebuffer_set_font(panel, FONT_FIGURES);
		for (size_t i = 0; i < len; i++) {
			glyph[0] = font_figure(screen->figure[i]);
			(void)cfb_draw_text(panel, glyph,
					    (int16_t)(WIDTH - FONT_FIGURES_WIDTH * (len - i)), 0);
		}
	} else {
		text(screen->figure, 0, LINE_HEIGHT);
	}
	if (HEIGHT >= 48) {
		bar(screen->bar_permille, 0, FONT_FIGURES_HEIGHT + 1, WIDTH, BAR_HEIGHT);
	}
	if (HEIGHT >= 40) {
		text(screen->lines[1], 0, LAST_LINE_Y - LINE_HEIGHT);
	}
	text(strncmp(state, "Linux ", 6) == 0 ? state + 6 : state, 0, LAST_LINE_Y);
	text(screen->unit, unit_x, HEIGHT >= 40 ? LAST_LINE_Y - LINE_HEIGHT : LAST_LINE_Y);
}

/* ------------------------------------------------------------- the values of the table */

static uint16_t glyph_width(char character)
{
	return character == '.' ? POINT_WIDTH : FONT_FIGURES_WIDTH;
}

/* The width of a text in the large font; 0: the font cannot show it, or the panel not all of it. */
static uint16_t large_width(const char *string)
{
	uint16_t width = 0;

	for (; *string != '\0'; string++) {
		if (*string != '.' && font_figure(*string) == ' ') {
			return 0;
		}
		width += glyph_width(*string);
	}
	return width <= WIDTH ? width : 0;
}

static void large_text(const char *string, uint16_t x, uint16_t y)
{
	char glyph[2] = {0};

	(void)cfb_framebuffer_set_font(panel, FONT_FIGURES);
	for (; *string != '\0'; string++) {
		if (*string == '.') {
			(void)cfb_invert_area(panel, x + 1, y + POINT_Y, POINT_SIZE, POINT_SIZE);
		} else {
			glyph[0] = font_figure(*string);
			(void)cfb_draw_text(panel, glyph, (int16_t)x, (int16_t)y);
		}
		x += glyph_width(*string);
	}
}

static uint16_t left_of(uint16_t right, uint16_t width)
{
	return right > width ? right - width : 0;
}

static void draw_value(const struct screen_input *input, const struct screen_value *value)
{
	char string[SCREEN_LINE_CHARS + 1u];
	bool is_number = screen_value(input, value, string);
	uint16_t small = (uint16_t)(FONT_SMALL_WIDTH * strlen(string));
	uint16_t width = value->large ? large_width(string) : 0;

	if (width > 0) {
		large_text(string, left_of(value->right, width), value->y);
	} else {
		uint16_t down = value->large ? FONT_FIGURES_HEIGHT - LINE_HEIGHT : 0;

		text(string, left_of(value->right, small), value->y + down);
	}
	if (value->large && is_number) {
		text(value->unit, value->right + 2, value->y + FONT_FIGURES_HEIGHT - LINE_HEIGHT);
	} else if (!value->large) {
		text(value->label, 0, value->y);
		text(is_number ? value->unit : "", value->right + FONT_SMALL_WIDTH, value->y);
	}
}

static const char *state_in(const char *line)
{
	return WIDTH < FIGURE_FIELD && strncmp(line, "Linux ", 6) == 0 ? line + 6 : line;
}

static void draw_values(const struct screen_input *input, const struct screen *screen)
{
	for (int i = 0; i < SCREEN_VALUES; i++) {
		draw_value(input, &screen_values[i]);
	}
	if (screen_places.bar_y != SCREEN_ABSENT) {
		bar(screen->bar_permille, 0, screen_places.bar_y, WIDTH, BAR_HEIGHT);
	}
	for (size_t i = 0; i < SCREEN_LINES; i++) {
		if (screen_places.line_y[i] != SCREEN_ABSENT) {
			text(state_in(screen->lines[i]), 0, screen_places.line_y[i]);
		}
	}
}

int draw_screen(const struct screen_input *input)
{
	struct screen screen;

	screen_compose(input, &screen);
	(void)cfb_framebuffer_clear(panel, false);
	if (SCREEN_VALUES > 0) {
		draw_values(input, &screen);
	} else if (WIDTH < FIGURE_FIELD) {
		draw_narrow(&screen);
	} else if (HEIGHT >= 64) {
		draw_large(&screen);
	} else {
		draw_small(&screen);
	}
	return cfb_framebuffer_finalize(panel);
}
