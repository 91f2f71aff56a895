/* SPDX-License-Identifier: Apache-2.0 */
#include "node.h"

#include "check.h"
#include "node_actions.h"
#include "retained.h"

static void fire(struct node *node, enum hs_event event, uint64_t now_us)
{
	const struct node_occasion occasion = {.message = NULL, .now_us = now_us};

	node_fire(node, event, &occasion);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static const struct hs_state_facts *facts(const struct node *node)
{
	return &hs_states[node->state];
}

/* When the state's timer is due; UINT64_MAX: never. */
static uint64_t timeout_us(const struct node *node)
{
	uint8_t timer = facts(node)->timer;

	if (timer == HS_TIMER_NONE) {
		return UINT64_MAX;
	}
	if (timer == HS_TIMER_SILENCE && sample_log_unacked_blocks(&node->log) == 0) {
		return UINT64_MAX;
	}
	return node->state_us + hs_timer_us[timer];
}

/*
 * Whether an unsolicited hello found no buffer. It waits for a doorbell of either ring: retries
 * would use the rings while Linux may suspend without telling the firmware.
 */
static bool keeps_still(const struct node *node)
{
	return node->state == HS_GREETING && node->blocked;
}

/* When a sample becomes too old to wait for Linux; UINT64_MAX: never. */
static uint64_t too_old_us(const struct node *node)
{
	const uint64_t oldest_us = sample_log_oldest_us(&node->log);
	const uint64_t max_age_us = node->config.call.max_age_us;

	return max_age_us == 0u || oldest_us == UINT64_MAX ? UINT64_MAX : oldest_us + max_age_us;
}

/* When to wake Linux, and why. A peer with another spec would not read the log. */
static uint64_t call_due_us(const struct node *node, enum call_reason *why)
{
	const uint64_t condition_us = wake_calls_due_us(&node->calls, &node->config.call);
	uint64_t due_us = UINT64_MAX;

	if (hs_table[node->state][HS_EV_CALL].action != HS_DO_RING_WAKEUP || node->spec_differs) {
		return UINT64_MAX;
	}
	if (condition_us != UINT64_MAX) {
		*why = CALL_CONDITION;
		due_us = condition_us;
	}
	if (too_old_us(node) < due_us) {
		*why = CALL_AGE;
		due_us = too_old_us(node);
	}
	if (node->config.call.at_level && sample_log_high_water(&node->log)) {
		*why = sample_log_only_reserve(&node->log) ? CALL_FULL : CALL_LEVEL;
		due_us = 0;
	}
	return due_us < node->call_us ? node->call_us : due_us;
}

static uint32_t spec_of(const uint8_t *hash)
{
	return hash[0] | (uint32_t)hash[1] << 8 | (uint32_t)hash[2] << 16 | (uint32_t)hash[3] << 24;
}

/* Makes the crash record readable, and creates it if there is none. From then on node_crashed() can
 * use it, also during the recovery of the log. */
static void begin_crash_record(struct node *node, volatile uint32_t *place)
{
	struct crash_summary crash;

	for (uint32_t i = 0; i < CRASH_BYTES / 4u; i++) {
		node->unreadable += retained_repair(&place[i], 0) ? 1u : 0u;
	}
	if (!crash_load(&crash, place)) {
		for (uint32_t i = 0; i < CRASH_BYTES / 4u; i++) {
			retained_store(&place[i], 0);
		}
	}
	node->crash_place = place;
}

void node_init(struct node *node, const struct node_config *config, const struct node_port *port,
	       void *log_region, size_t log_size, uint64_t now_us)
{
	CORE_CHECK(config->window_blocks != 0u);
	CORE_CHECK(port->send != NULL && port->door != NULL && port->ring_wakeup != NULL &&
		   port->clear_doorbells != NULL);
	*node = (struct node){
		.config = *config,
		.port = *port,
		.state = HS_DETACHED,
		.state_us = now_us,
		.call_us = now_us,
		.call_pause_us = NODE_CALL_US,
		.status_us = now_us,
		.due = true,
	};
	node->config.log.spec = spec_of(config->spec_hash);
	wake_calls_init(&node->calls);
	if (log_size >= CRASH_BYTES) {
		begin_crash_record(node, (volatile uint32_t *)log_region);
		log_region = (uint8_t *)log_region + CRASH_BYTES;
		log_size -= CRASH_BYTES;
	}
	sample_log_init(&node->log, log_region, log_size, &node->config.log);
	port->door(port->ctx, false);
}

void node_started(struct node *node, uint32_t reset)
{
	const uint32_t boot_before = sample_log_boot(&node->log) - 1u;
	const struct crash crash = {.kind = CRASH_WATCHDOG, .boot = boot_before};
	struct crash_summary known;

	node->reset = reset;
	if ((reset & RESET_WATCHDOG) == 0u || node->crash_place == NULL) {
		return;
	}
	(void)crash_load(&known, node->crash_place);
	if (known.last_boot != boot_before) {
		crash_note(node->crash_place, &crash);
	}
}

void node_crashed(const struct node *node, const struct crash *crash)
{
	struct crash mine = *crash;

	if (node->crash_place != NULL) {
		mine.boot = sample_log_boot(&node->log);
		crash_note(node->crash_place, &mine);
	}
}

void node_sample(struct node *node, uint32_t stream, uint64_t schedule_us,
		 const struct sample *sample, uint64_t now_us)
{
	const uint32_t own = CORE_STREAMS == 1u ? 0u : stream;
	uint32_t open_before = sample_log_open_samples(&node->log, own);
	/* In waking, too: a doorbell alone does not say that an application will read the log. */
	const bool asleep = !facts(node)->streams && node->state != HS_GREETING;
	uint32_t open_after;

	CORE_ENTER(node->inside);
	sample_log_append(&node->log, schedule_us, sample, own);
	open_after = sample_log_open_samples(&node->log, own);
	if (open_after <= 1) {
		node->open_us[own] = schedule_us;
	}
	node->last_us[own] = schedule_us;
	if (open_after <= open_before || now_us >= node_open_block_due_us(node, own)) {
		node->due = true; /* a block was closed, the sample was dropped, or the time is
				     reached */
	}
	if (wake_calls_sample(&node->calls, &node->config.call, (uint8_t)own, sample, asleep)) {
		node->call_us = earlier(node->call_us, now_us);
		node->due = true;
	}
	CORE_LEAVE(node->inside);
}

void node_link(struct node *node, bool up, uint64_t now_us)
{
	CORE_ENTER(node->inside);
	fire(node, up ? HS_EV_LINK_UP : HS_EV_LINK_DOWN, now_us);
	CORE_LEAVE(node->inside);
}

void node_doorbell(struct node *node, uint64_t now_us)
{
	CORE_ENTER(node->inside);
	if (keeps_still(node)) {
		node->blocked = false;
	}
	fire(node, HS_EV_DOORBELL, now_us);
	CORE_LEAVE(node->inside);
}

void node_tx_ready(struct node *node, uint64_t now_us)
{
	CORE_ENTER(node->inside);
	fire(node, HS_EV_TX_READY, now_us);
	node->due = true;
	CORE_LEAVE(node->inside);
}

static void handle(struct node *node, const struct wire_peer_message *message, uint64_t now_us)
{
	static const enum hs_event events[] = {
		[WIRE_PEER_HELLO] = HS_EV_RX_HELLO,
		[WIRE_PEER_SLEEP] = HS_EV_RX_SLEEP,
		[WIRE_PEER_WAKE] = HS_EV_RX_WAKE,
		[WIRE_PEER_ACK] = HS_EV_RX_ACK,
	};
	const struct node_occasion occasion = {.message = message, .now_us = now_us};
	enum hs_event event;

	if (message->other_form && message->format == WIRE_FORMAT) {
		return; /* meant for a firmware of another format */
	}
	if (message->kind == WIRE_PEER_START_ACK) {
		if (node->crash_place != NULL && message->id == sample_log_boot(&node->log)) {
			crash_told(node->crash_place, message->crashes);
		}
		return;
	}
	event = CORE_STREAMS > 1u && message->kind == WIRE_PEER_STREAM_ACK ? HS_EV_RX_ACK
									   : events[message->kind];
	if (event == HS_EV_RX_ACK && !node_is_own_log(node, message)) {
		event = HS_EV_RX_STRAY_ACK;
	}
	node_fire(node, event, &occasion);
	node->due = true;
}

void node_receive(struct node *node, const uint8_t *bytes, size_t len, uint64_t now_us)
{
	struct wire_peer_message message;

	CORE_ENTER(node->inside);
	if (!node_door_open(node)) {
		node->counters.unexpected++;
		CORE_LEAVE(node->inside);
		return;
	}
	if (wire_reader_partial(&node->reader) && now_us - node->heard_us >= NODE_STALE_PART_US &&
	    wire_reader_abandon(&node->reader, &message)) {
		handle(node, &message, now_us);
	}
	node->heard_us = now_us;
	while (wire_read(&node->reader, &bytes, &len, &message)) {
		handle(node, &message, now_us);
	}
	node->counters.stream_errors = node->reader.errors;
	CORE_LEAVE(node->inside);
}

void node_poll(struct node *node, uint64_t now_us)
{
	CORE_ENTER(node->inside);
	enum call_reason why = CALL_NONE;

	node->due = false;
	if (now_us >= timeout_us(node)) {
		fire(node, HS_EV_TIMEOUT, now_us);
	}
	if (now_us >= call_due_us(node, &why)) {
		node->call = (struct wake_call){
			.reason = (uint8_t)why,
			.rule = wake_calls_rule(&node->calls),
			.at_us = now_us,
		};
		fire(node, HS_EV_CALL, now_us);
	}
	if (node->blocked && now_us >= node->retry_us && !keeps_still(node)) {
		node->blocked = false;
	}
	fire(node, HS_EV_DUE, now_us);
	CORE_LEAVE(node->inside);
}

/* When there is something to send, if the link allows it. */
static uint64_t send_due_us(const struct node *node, uint64_t now_us)
{
	uint64_t due_us = UINT64_MAX;

	if (node->blocked) { /* a send found no buffer */
		return keeps_still(node) ? UINT64_MAX : node->retry_us;
	}
	if (node->hello_waits || node->answer != NODE_ANSWER_NONE ||
	    (facts(node)->streams && (node->start_waits || node->call_waits))) {
		due_us = now_us;
	} else if (facts(node)->streams) {
		due_us = node->status_us;
		if (!node->spec_differs && node_window_open(node)) {
			for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
				due_us = earlier(due_us, node_open_block_due_us(node, stream));
			}
		}
	}
	return due_us;
}

uint64_t node_next_due_us(const struct node *node, uint64_t now_us)
{
	uint64_t due_us = timeout_us(node);
	enum call_reason why;

	if (node->due) {
		return now_us;
	}
	if (facts(node)->link_open) {
		due_us = earlier(due_us, send_due_us(node, now_us));
	} else {
		due_us = earlier(due_us, call_due_us(node, &why));
	}
	return due_us;
}

bool node_door_open(const struct node *node)
{
	return facts(node)->link_open;
}

enum hs_state node_state(const struct node *node)
{
	return node->state;
}

const struct node_counters *node_counters(const struct node *node)
{
	return &node->counters;
}

void node_set_health(struct node *node, const struct node_health *health)
{
	node->health = *health;
}
