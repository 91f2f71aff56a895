/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's thread. Only this thread uses the node and the rings, turn by turn as node.h
 * describes. Interrupts and the display's thread only leave events and data for it.
 */
#include <zephyr/kernel.h>

#include "clock.h"
#include "console.h"
#include "display.h"
#include "doorbell.h"
#include "fatal.h"
#include "fwgen_config.h"
#include "link.h"
#include "node.h"
#include "presence.h"
#include "reset.h"
#include "sampler.h"
#include "turn.h"
#include "watchdog.h"

#define EVENT_READING BIT(0)
#define EVENT_VQ0 BIT(1)
#define EVENT_VQ1 BIT(2)
#define EVENT_AGAIN BIT(3)   /* the ring has more messages */
#define EVENT_NEW_VQ1 BIT(4) /* with EVENT_VQ1: it was rung after our start */
#define EVENTS (EVENT_READING | EVENT_VQ0 | EVENT_VQ1 | EVENT_AGAIN | EVENT_NEW_VQ1)

#define RING_PENDING_US 10000u

static K_EVENT_DEFINE(events);
static struct node node;
static struct node_health health;
static struct screen_input screen = {.state = HS_DETACHED};
static uint64_t next_slot_us[CORE_STREAMS]; /* of the next sample of each sensor */
static struct turn turn;
static uint64_t bells_enabled_us; /* when the doorbell interrupt was enabled */

/* ------------------------------------------------------- events from interrupts */

static void has_reading(void)
{
	(void)k_event_post(&events, EVENT_READING);
}

static void bell_rang(uint32_t channel)
{
	if (channel == DOORBELL_VQ0) {
		(void)k_event_post(&events, EVENT_VQ0);
	} else if (channel == DOORBELL_VQ1 && doorbell_a35_runs()) {
		/* While the A35 is stopped a doorbell can only be an old one. */
		bool is_new = presence_bell_is_new(bells_enabled_us, clock_us());

		(void)k_event_post(&events, is_new ? EVENT_VQ1 | EVENT_NEW_VQ1 : EVENT_VQ1);
	}
}

/* ----------------------------------------------------------------- the node's port */

static int port_send(void *context, const uint8_t *bytes, size_t len)
{
	return link_send(bytes, len);
}

static void port_door(void *context, bool open)
{
	link_door(open);
}

static void port_ring_wakeup(void *context)
{
	doorbell_ring(DOORBELL_WAKEUP);
}

static void port_clear_doorbells(void *context)
{
	(void)k_event_clear(&events, EVENT_VQ0 | EVENT_VQ1 | EVENT_NEW_VQ1);
	doorbell_clear_pending();
}

static const struct node_port port = {
	.send = port_send,
	.door = port_door,
	.ring_wakeup = port_ring_wakeup,
	.clear_doorbells = port_clear_doorbells,
};

/* ------------------------------------------------------------------------- samples */

static void add_sample(uint32_t stream, uint64_t slot_us, const struct sample *sample)
{
	if (sample->status == SAMPLE_FAULT) {
		health.sensor_faults++;
	}
	if (sample->late_16ths > 0 || sample->status == SAMPLE_MISSED) {
		health.late_samples++;
	}
	node_sample(&node, stream, slot_us, sample, clock_us());
	screen.has_sample[stream] = true;
	screen.sample[stream] = *sample;
	screen.samples++;
}

static void add_readings(void)
{
	static const struct sample missed = {.status = SAMPLE_MISSED};
	struct reading reading;

	while (sampler_take(&reading)) {
		const uint32_t stream = reading_stream(&reading);
		const uint32_t period_us = fwgen_config.node.log.streams[stream].period_us;
		uint64_t *next_us = &next_slot_us[stream];

		for (; *next_us < reading.slot_us; *next_us += period_us) {
			add_sample(stream, *next_us, &missed);
		}
		add_sample(stream, reading.slot_us, &reading.sample);
		*next_us = reading.slot_us + period_us;
		watchdog_feed();
	}
}

/* ---------------------------------------------------------------------- the turn's port */

static uint64_t port_now_us(void *context)
{
	return clock_us();
}

static bool port_exists(void *context, bool rang)
{
	return link_exists(rang);
}

static bool port_attend(void *context, bool rang)
{
	return link_attend(rang);
}

static void port_has_buffers(void *context)
{
	link_has_buffers();
}

static const uint8_t *port_receive(void *context, size_t *len)
{
	return link_receive(len);
}

static void port_read_all(void *context)
{
	link_read_all();
}

static const struct turn_port turn_port = {
	.now_us = port_now_us,
	.exists = port_exists,
	.attend = port_attend,
	.has_buffers = port_has_buffers,
	.receive = port_receive,
	.read_all = port_read_all,
};

/* ---------------------------------------------------------------------------- turn */

/* Without an application Linux suspends without telling the node; then only PWR reports it. */
static bool linux_sleeps(enum hs_state state)
{
	return state == HS_HUSHED || state == HS_ASLEEP || state == HS_CALLING ||
	       (IS_ENABLED(CONFIG_FWGEN_ASK_PWR) && !doorbell_a35_runs());
}

/* The node forgets it as soon as Linux has read samples; the screen shows it until the next sleep.
 */
static void show_call(void)
{
	if (node.call.reason != CALL_NONE) {
		screen.call_reason = node.call.reason;
		screen.call_rule = node.call.rule;
	} else if (screen.asleep) {
		screen.call_reason = CALL_NONE;
	}
}

static void report(enum hs_state before)
{
	enum hs_state state = node_state(&node);

	health.display_faults = display_faults();
	health.link = *link_counters();
	node_set_health(&node, &health);
	screen.state = state;
	screen.asleep = linux_sleeps(state);
	if (SCREEN_CALLS) {
		show_call();
	}
	screen.log_used = sample_log_used_slots(&node.log);
	screen.log_slots = sample_log_slots(&node.log);
	display_update(&screen);
	if (state != before) {
		say("%s: %u samples waiting", hs_states[state].name, sample_log_backlog(&node.log));
	}
}

static void take_turn(uint32_t happened)
{
	const struct turn_bells bells = {
		.vq0 = (happened & EVENT_VQ0) != 0,
		.vq1 = (happened & EVENT_VQ1) != 0,
		.vq1_is_new = (happened & EVENT_NEW_VQ1) != 0,
	};
	enum hs_state state_before = node_state(&node);
	bool there_before = turn.link_there;
	struct turn_result result;

	add_readings();
	doorbell_ring_pending();
	result = turn_take(&turn, &node, &turn_port, bells);
	if (result.more) {
		(void)k_event_post(&events, EVENT_AGAIN);
	}
	if (turn.link_there != there_before) {
		say("linux: %s", turn.link_there ? "there" : "gone");
	}
	if (result.new_rings) {
		say("linux: new rings");
	}
	report(state_before);
}

static uint64_t next_turn_us(void)
{
	uint64_t now_us = clock_us();
	uint64_t due_us = node_next_due_us(&node, now_us);

	if (doorbell_pending() && due_us > now_us + RING_PENDING_US) {
		due_us = now_us + RING_PENDING_US;
	}
	return due_us;
}

int main(void)
{
	uint32_t happened;

	fatal_begin(&node); /* a crash during the recovery of the log is kept as well */
	link_init(fwgen_config.channel);
	node_init(&node, &fwgen_config.node, &port, (void *)fwgen_config.log_start,
		  fwgen_config.log_size_bytes, clock_us());
	node_started(&node, reset_cause());
	say("%s: start %u, log %u of %u blocks, %u samples kept", fwgen_config.spec_name,
	    sample_log_boot(&node.log), sample_log_used_slots(&node.log),
	    sample_log_slots(&node.log), sample_log_backlog(&node.log));
	bells_enabled_us = clock_us();
	if (doorbell_init(bell_rang) != 0) {
		say("mailbox: not ready");
	}
	if (watchdog_start(fwgen_config.watchdog_us) != 0) {
		say("watchdog: not ready");
	}
	display_start();
	if (sampler_start(has_reading, next_slot_us) != 0) {
		say("sensor: not ready");
	}
	for (;;) {
		happened = k_event_wait_safe(&events, EVENTS, false, clock_until(next_turn_us()));
		take_turn(happened);
	}
	return 0;
}
