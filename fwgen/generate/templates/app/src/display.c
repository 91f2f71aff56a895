/* SPDX-License-Identifier: Apache-2.0 */
#include "display.h"

#include <zephyr/display/cfb.h>
#include <zephyr/drivers/display.h>
#include <zephyr/kernel.h>

#include "clock.h"
#include "console.h"
#include "draw.h"
#include "fwgen_config.h"
#include "panel.h"
#include "screen_pace.h"

#define PRIORITY 10
#define STACK_BYTES 1024

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

static int draw(void)
{
	struct screen_input input;

	K_SPINLOCK(&lock)
	{
		input = latest;
	}
	return draw_screen(&input);
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
