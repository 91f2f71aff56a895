/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's thread. All that is done with the node and with the rings is done here, turn by turn
 * as node.h says; interrupts and the display's thread only leave word.
 */
#include <zephyr/kernel.h>

#include "clock.h"
#include "console.h"
#include "display.h"
#include "doorbell.h"
#include "echo.h"
#include "fwgen_config.h"
#include "link.h"
#include "node.h"
#include "presence.h"
#include "sampler.h"
#include "watchdog.h"

#define EVENT_READING BIT(0)
#define EVENT_VQ0 BIT(1)
#define EVENT_VQ1 BIT(2)
#define EVENT_AGAIN BIT(3)   /* the ring was not read to its end */
#define EVENT_NEW_VQ1 BIT(4) /* with EVENT_VQ1: and it rang after our start */
#define EVENTS (EVENT_READING | EVENT_VQ0 | EVENT_VQ1 | EVENT_AGAIN | EVENT_NEW_VQ1)

#define FIRST_SAMPLE_US 10000u /* after the log is recovered */
#define MESSAGES_A_TURN 16u
#define PAY_DOORBELLS_US 10000u

static K_EVENT_DEFINE(events);
static struct node node;
static struct node_health health;
static struct screen_input screen = {.state = HS_DETACHED};
static uint64_t next_slot_us; /* of the sample that comes next */
static bool link_there;
static uint64_t listens_us; /* since when doorbells are let in */

/* ------------------------------------------------------- word from the interrupts */

static void has_reading(void)
{
	(void)k_event_post(&events, EVENT_READING);
}

static void bell_rang(uint32_t channel)
{
	if (channel == DOORBELL_VQ0) {
		(void)k_event_post(&events, EVENT_VQ0);
	} else if (channel == DOORBELL_VQ1 && doorbell_a35_runs()) {
		/* While the A35 stands still a doorbell can only be an old one. */
		bool news = presence_is_news(listens_us, clock_us());

		(void)k_event_post(&events, news ? EVENT_VQ1 | EVENT_NEW_VQ1 : EVENT_VQ1);
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
	doorbell_forget();
}

static const struct node_port port = {
	.send = port_send,
	.door = port_door,
	.ring_wakeup = port_ring_wakeup,
	.clear_doorbells = port_clear_doorbells,
};

/* ------------------------------------------------------------------------- samples */

static void add_sample(uint64_t slot_us, struct sample sample)
{
	if (sample.status == SAMPLE_FAULT) {
		health.sensor_faults++;
	}
	if (sample.late_16ths > 0 || sample.status == SAMPLE_MISSED) {
		health.late_samples++;
	}
	node_sample(&node, slot_us, sample, clock_us());
	screen.has_sample = true;
	screen.sample = sample;
	screen.samples++;
}

static void add_readings(void)
{
	static const struct sample missed = {.status = SAMPLE_MISSED};
	struct reading reading;

	while (sampler_take(&reading)) {
		struct sample sample = echo_classify(&fwgen_config.echo, reading.echo_us);

		sample.late_16ths = reading.late_16ths;
		for (; next_slot_us < reading.slot_us;
		     next_slot_us += fwgen_config.node.log.period_us) {
			add_sample(next_slot_us, missed);
		}
		add_sample(reading.slot_us, sample);
		next_slot_us = reading.slot_us + fwgen_config.node.log.period_us;
		watchdog_feed();
	}
}

/* ---------------------------------------------------------------------------- turn */

static void follow_link(uint32_t happened)
{
	bool there = link_exists((happened & EVENT_NEW_VQ1) != 0);

	if (there != link_there) {
		link_there = there;
		say("linux: %s", there ? "there" : "gone");
		node_link(&node, there, clock_us());
	}
	if (node_door_open(&node) && !link_attend((happened & EVENT_VQ1) != 0)) {
		say("linux: new rings");
		node_link(&node, true, clock_us());
		(void)link_attend(false);
	}
}

static void read_messages(void)
{
	const uint8_t *message;
	size_t len;
	uint32_t count = 0;

	while (node_door_open(&node) && (message = link_receive(&len)) != NULL) {
		node_receive(&node, message, len, clock_us());
		if (node_door_open(&node)) {
			link_done();
		}
		if (++count == MESSAGES_A_TURN) {
			(void)k_event_post(&events, EVENT_AGAIN);
			break;
		}
	}
	if (node_door_open(&node)) {
		link_read_all();
	}
}

static void tell(enum hs_state before)
{
	enum hs_state state = node_state(&node);

	health.display_faults = display_faults();
	node_set_health(&node, &health);
	screen.state = state;
	screen.log_used = sample_log_used_slots(&node.log);
	screen.log_slots = sample_log_slots(&node.log);
	display_tell(&screen);
	if (state != before) {
		say("%s: %u samples waiting", hs_states[state].name, sample_log_backlog(&node.log));
	}
}

static void turn(uint32_t happened)
{
	enum hs_state before = node_state(&node);

	add_readings();
	follow_link(happened);
	doorbell_pay();
	if ((happened & EVENT_VQ0) != 0) {
		if (node_door_open(&node)) {
			link_has_buffers();
		}
		node_tx_ready(&node, clock_us());
	}
	if ((happened & EVENT_VQ1) != 0) {
		node_doorbell(&node, clock_us());
	}
	follow_link(happened);
	read_messages();
	node_poll(&node, clock_us());
	tell(before);
}

static uint64_t next_turn_us(void)
{
	uint64_t now_us = clock_us();
	uint64_t due_us = node_next_due_us(&node, now_us);

	if (doorbell_owes() && due_us > now_us + PAY_DOORBELLS_US) {
		due_us = now_us + PAY_DOORBELLS_US;
	}
	return due_us;
}

int main(void)
{
	const struct sampler_config sampler = {
		.period_us = fwgen_config.node.log.period_us,
		.timeout_us = fwgen_config.echo.timeout_us,
		.has_reading = has_reading,
	};
	uint32_t happened;

	link_init(fwgen_config.channel);
	node_init(&node, &fwgen_config.node, &port, (void *)fwgen_config.log_start,
		  fwgen_config.log_size_bytes, clock_us());
	say("%s: start %u, log %u of %u blocks, %u samples kept", fwgen_config.spec_name,
	    sample_log_boot(&node.log), sample_log_used_slots(&node.log),
	    sample_log_slots(&node.log), sample_log_backlog(&node.log));
	listens_us = clock_us();
	if (doorbell_init(bell_rang) != 0) {
		say("mailbox: not ready");
	}
	if (watchdog_start(fwgen_config.watchdog_us) != 0) {
		say("watchdog: not ready");
	}
	display_start(fwgen_config.refresh_period_us);
	if (sampler_start(&sampler, &next_slot_us) != 0) {
		say("sensor: pins not ready");
	}
	for (;;) {
		happened = k_event_wait_safe(&events, EVENTS, false, clock_until(next_turn_us()));
		turn(happened);
	}
	return 0;
}
