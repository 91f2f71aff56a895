/* SPDX-License-Identifier: Apache-2.0 */
#include "display.h"

#include <string.h>

#include <zephyr/display/cfb.h>
#include <zephyr/drivers/display.h>
#include <zephyr/kernel.h>

#include "clock.h"
#include "console.h"
#include "fonts.h"
#include "panel.h"

#define PRIORITY 10
#define STACK_BYTES 1024

#define WIDTH DT_PROP(DT_NODELABEL(fwgen_panel), width)
#define HEIGHT DT_PROP(DT_NODELABEL(fwgen_panel), height)
#define LINE_HEIGHT FONT_SMALL_HEIGHT
#define FIGURE_FIELD (FONT_FIGURES_WIDTH * SCREEN_FIGURE_CHARS)

static K_THREAD_STACK_DEFINE(stack, STACK_BYTES);
static struct k_thread thread;

static struct k_spinlock lock;
static struct screen_input latest;
static struct panel_watch watch;

void display_update(const struct screen_input *input)
{
	K_SPINLOCK(&lock)
	{
		latest = *input;
	}
}

uint32_t display_faults(void)
{
	return watch.faults;
}

/* ------------------------------------------------------------------------ drawing */

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
	bar(screen->bar_permille, 0, 26, WIDTH, 5);
	for (uint16_t i = 0; i < SCREEN_LINES; i++) {
		text(screen->lines[i], 0, (uint16_t)(34 + 10 * i));
	}
}

/* A small panel has no room for everything: figure, log beside it, state below. */
static void draw_small(const struct screen *screen)
{
	figure(screen->figure, screen->unit);
	text(screen->lines[1], FIGURE_FIELD, 0);
	bar(screen->bar_permille, FIGURE_FIELD, 9, WIDTH - FIGURE_FIELD, 5);
	text(screen->lines[0], 0, FONT_FIGURES_HEIGHT);
}

static int draw(void)
{
	struct screen_input input;
	struct screen screen;

	K_SPINLOCK(&lock)
	{
		input = latest;
	}
	screen_compose(&input, &screen);
	(void)cfb_framebuffer_clear(panel, false);
	if (HEIGHT >= 64) {
		draw_large(&screen);
	} else {
		draw_small(&screen);
	}
	return cfb_framebuffer_finalize(panel);
}

/* ------------------------------------------------------------------------- the thread */

static bool set_up(void)
{
	bool tells = false;
	bool done = panel_start(&tells) == 0;

	panel_watch_set_up(&watch, done, tells, clock_us());
	return done;
}

/* Whether the panel has just been set up and needs a picture. */
static bool look_after_panel(void)
{
	if (!panel_watch_due(&watch, clock_us())) {
		return false;
	}
	if (!watch.there) {
		if (set_up()) {
			say("display: there");
		}
		return watch.there;
	}
	if (panel_watch_answered(&watch, panel_ask(), clock_us())) {
		if (watch.tells) {
			say("display: reset");
		}
		return set_up();
	}
	if (!watch.there) {
		say("display: lost");
	}
	return false;
}

static void attend(uint32_t refresh_period_us)
{
	uint64_t next_us = clock_us();

	for (;;) {
		bool fresh = look_after_panel();

		if (watch.there && (fresh || clock_us() >= next_us) && draw() != 0) {
			panel_watch_lost(&watch, clock_us());
			say("display: lost");
		}
		if (clock_us() >= next_us) {
			next_us += refresh_period_us;
		}
		if (next_us < clock_us()) {
			next_us = clock_us() + refresh_period_us;
		}
		(void)k_sleep(clock_until(watch.look_us < next_us ? watch.look_us : next_us));
	}
}

static void run(void *refresh_period_us, void *unused1, void *unused2)
{
	if (cfb_framebuffer_init(panel) == 0 && cfb_framebuffer_invert(panel) == 0) {
		attend((uint32_t)(uintptr_t)refresh_period_us);
	}
}

void display_start(uint32_t refresh_period_us)
{
	(void)k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), run,
			      (void *)(uintptr_t)refresh_period_us, NULL, NULL, PRIORITY, 0,
			      K_NO_WAIT);
	(void)k_thread_name_set(&thread, "display");
}
