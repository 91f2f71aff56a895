/* SPDX-License-Identifier: Apache-2.0 */
#include "display.h"

#include <string.h>

#include <zephyr/display/cfb.h>
#include <zephyr/drivers/display.h>
#include <zephyr/kernel.h>

#include "clock.h"
#include "console.h"
#include "fonts.h"
#include "fwgen_config.h"
#include "panel.h"
#include "screen_pace.h"

#define PRIORITY 10
#define STACK_BYTES 1024

#define WIDTH DT_PROP(DT_NODELABEL(fwgen_panel), width)
#define HEIGHT DT_PROP(DT_NODELABEL(fwgen_panel), height)
#define LINE_HEIGHT FONT_SMALL_HEIGHT
/* One page of the panel, so that its frequent changes need one transfer. */
#define LAST_LINE_Y (HEIGHT - LINE_HEIGHT)
#define FIGURE_FIELD (FONT_FIGURES_WIDTH * SCREEN_FIGURE_CHARS)

static K_THREAD_STACK_DEFINE(stack, STACK_BYTES);
static struct k_thread thread;

static struct k_spinlock lock;
static struct screen_input latest;
static struct panel_watch watch;
static struct screen_pace pace;

/* Given when Linux falls asleep or awakes: the screen shows it at once. */
static K_SEM_DEFINE(turned, 0, 1);

void display_update(const struct screen_input *input)
{
	bool other;

	K_SPINLOCK(&lock)
	{
		other = input->asleep != latest.asleep;
		latest = *input;
	}
	if (other) {
		k_sem_give(&turned);
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
		text(screen->lines[i], 0, (uint16_t)(LAST_LINE_Y - 11 * (SCREEN_LINES - 1 - i)));
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
		bar(screen->bar_permille, 0, FONT_FIGURES_HEIGHT + 1, WIDTH, 5);
	}
	if (HEIGHT >= 40) {
		text(screen->lines[1], 0, LAST_LINE_Y - LINE_HEIGHT);
	}
	text(strncmp(state, "Linux ", 6) == 0 ? state + 6 : state, 0, LAST_LINE_Y);
	text(screen->unit, unit_x, HEIGHT >= 40 ? LAST_LINE_Y - LINE_HEIGHT : LAST_LINE_Y);
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
	if (WIDTH < FIGURE_FIELD) {
		draw_narrow(&screen);
	} else if (HEIGHT >= 64) {
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

static bool linux_sleeps(void)
{
	bool asleep;

	K_SPINLOCK(&lock)
	{
		asleep = latest.asleep;
	}
	return asleep;
}

/* A dark panel is not looked after; it is set up as a new one when Linux awakes. */
static void go_dark(void)
{
	if (watch.there) {
		(void)panel_sleep();
		panel_watch_rest(&watch);
	}
}

static void show(uint32_t period_us)
{
	bool fresh = look_after_panel();
	bool due = screen_pace_due(&pace, period_us, clock_us());

	if (watch.there && (fresh || due) && draw() != 0) {
		panel_watch_lost(&watch, clock_us());
		say("display: lost");
	}
}

static void attend(void)
{
	uint64_t due_us;
	uint32_t period_us;

	for (;;) {
		screen_pace_enter(&pace, linux_sleeps(), clock_us());
		period_us = pace.asleep ? fwgen_config.refresh_asleep_period_us
					: fwgen_config.refresh_period_us;
		due_us = UINT64_MAX;
		if (period_us == 0) {
			go_dark();
		} else {
			show(period_us);
			due_us = MIN(watch.look_us, pace.next_us);
		}
		(void)k_sem_take(&turned, clock_until(due_us));
	}
}

static void run(void *unused1, void *unused2, void *unused3)
{
	if (cfb_framebuffer_init(panel) == 0 && cfb_framebuffer_invert(panel) == 0) {
		attend();
	}
}

void display_start(void)
{
	pace.next_us = clock_us();
	(void)k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), run, NULL, NULL, NULL,
			      PRIORITY, 0, K_NO_WAIT);
	(void)k_thread_name_set(&thread, "display");
}
