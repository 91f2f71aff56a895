/* SPDX-License-Identifier: Apache-2.0 */
#include "node_actions.h"

#include <string.h>

/* An action returns the event that it caused, or HS_EVENTS. */
typedef enum hs_event (*action_fn)(struct node *node, const struct node_occasion *occasion);

/* ---------------------------------------------------------------------------- the link */

static void forget_link(struct node *node)
{
	wire_reader_reset(&node->reader);
	node->hello_waits = false;
	node->start_waits = false;
	node->call_waits = false;
	node->answer = NODE_ANSWER_NONE;
	node->session = 0;
	node->wake_id_known = false;
	node->blocked = false;
}

static bool send(struct node *node, size_t len, uint64_t now_us)
{
	if (len == 0) {
		node->counters.unexpected++; /* it has no encoding: skip it */
		return true;
	}
	if (node->port.send(node->port.ctx, node->tx, len) == 0) {
		return true;
	}
	node->counters.no_buffer++;
	node->blocked = true;
	node->retry_us = now_us + NODE_RETRY_US;
	return false;
}

static size_t encode_hello(struct node *node, uint64_t now_us)
{
	struct wire_hello hello = {
		.boot = sample_log_boot(&node->log),
		.session = node->session,
		.oldest_seq = sample_log_oldest_seq(&node->log, 0),
		.next_seq = sample_log_next_seq(&node->log, 0),
		.time_us = now_us,
		.period_us = node->config.log.streams[0].period_us,
		.log = sample_log_id(&node->log),
	};

	memcpy(hello.spec_hash, node->config.spec_hash, sizeof(hello.spec_hash));
	return node->format_differs ? wire_encode_hello_to_other(node->tx, &hello)
				    : wire_encode_hello(node->tx, &hello);
}

static size_t encode_status(struct node *node, uint64_t now_us)
{
	const struct node_counters *counters = node_counters(node);
	const struct wire_status status = {
		.time_us = now_us,
		.backlog = sample_log_backlog(&node->log),
		.log_used = sample_log_used_slots(&node->log),
		.log_slots = sample_log_slots(&node->log),
		.log_peak = sample_log_peak_slots(&node->log),
		.dropped = sample_log_dropped_total(&node->log),
		.stream_errors = counters->stream_errors,
		.stale_doorbells = counters->stale_doorbells,
		.unexpected = counters->unexpected,
		.asks = counters->asks,
		.no_buffer = counters->no_buffer,
		.sensor_faults = node->health.sensor_faults,
		.display_faults = node->health.display_faults,
		.late_samples = node->health.late_samples,
		.calls = counters->calls,
		.calls_in_vain = counters->calls_in_vain,
		.blocked_accesses = node->health.link.blocked_accesses,
		.bad_rings = node->health.link.bad_rings,
		.bad_messages = node->health.link.bad_messages,
		.foreign_messages = node->health.link.foreign_messages,
	};

	return wire_encode_status(node->tx, &status);
}

static void describe_start(const struct node *node, struct wire_start *start)
{
	*start = (struct wire_start){
		.boot = sample_log_boot(&node->log),
		.reset = node->reset,
		.memory = *sample_log_memory(&node->log),
	};
	start->memory.unreadable += node->unreadable;
	if (node->crash_place != NULL) {
		(void)crash_load(&start->crash, node->crash_place);
	}
}

/* A start of which nothing is known, with a memory as it should be, is not worth a message. */
static bool start_has_news(const struct node *node)
{
	struct wire_start start;

	describe_start(node, &start);
	return start.reset != 0u || start.crash.untold != 0u || start.memory.damaged != 0u ||
	       start.memory.unreadable != 0u;
}

/* False: no buffer; the message is still pending. */
static bool send_start(struct node *node, uint64_t now_us)
{
	struct wire_start start;

	if (node->start_waits ||
	    (!node->format_differs && sample_log_memory(&node->log)->damaged != node->damaged)) {
		describe_start(node, &start);
		if (!send(node, wire_encode_start(node->tx, &start), now_us)) {
			return false;
		}
		node->start_waits = false;
		node->damaged = start.memory.damaged;
	}
	return true;
}

/* False: no buffer; the message is still pending. */
static bool send_call(struct node *node, uint64_t now_us)
{
	if (node->call_waits) {
		const bool condition = node->call.reason == CALL_CONDITION;
		const struct wire_call call = {
			.time_us = node->call.at_us,
			.reason = node->call.reason,
			.condition = condition ? node->config.call.rules[node->call.rule].text : "",
		};

		if (!send(node, wire_encode_call(node->tx, &call), now_us)) {
			return false;
		}
		node->call_waits = false;
	}
	return true;
}

/* Asks the peer where stream 1 is to begin, until it has answered. False: no buffer. */
static bool send_stream(struct node *node, uint64_t now_us)
{
	const uint32_t last = CORE_STREAMS - 1u;
	const struct wire_stream about = {
		.oldest_seq = sample_log_oldest_seq(&node->log, last),
		.next_seq = sample_log_next_seq(&node->log, last),
		.period_us = node->config.log.streams[last].period_us,
	};

	return node->spec_differs || !sample_log_is_held(&node->log, last) ||
	       send(node, wire_encode_stream(node->tx, &about), now_us);
}

/* False: no buffer; the answer is still pending. */
static bool send_answer(struct node *node, uint64_t now_us)
{
	size_t len;

	if (node->hello_waits) {
		if (!send(node, encode_hello(node, now_us), now_us)) {
			return false;
		}
		node->hello_waits = false;
	}
	switch (node->answer) {
	case NODE_ANSWER_SLEEP:
		len = wire_encode_sleep_ack(node->tx, node->answer_id);
		break;
	case NODE_ANSWER_WAKE:
		len = wire_encode_wake_ack(node->tx, node->answer_id,
					   sample_log_backlog(&node->log));
		break;
	default:
		return true;
	}
	if (!send(node, len, now_us)) {
		return false;
	}
	node->answer = NODE_ANSWER_NONE;
	return true;
}

bool node_is_own_log(const struct node *node, const struct wire_peer_message *message)
{
	return message->log != 0 && message->log == sample_log_id(&node->log);
}

bool node_window_open(const struct node *node)
{
	return sample_log_unacked_blocks(&node->log) < node->config.window_blocks;
}

uint64_t node_open_block_due_us(const struct node *node, uint32_t stream)
{
	const uint32_t own = CORE_STREAMS == 1u ? 0u : stream;
	uint64_t last_us = node->last_us[own];
	uint64_t latest_us = node->open_us[own] + node->config.latency_us;

	if (sample_log_open_samples(&node->log, own) == 0 ||
	    (CORE_STREAMS > 1u && sample_log_is_held(&node->log, own))) {
		return UINT64_MAX;
	}
	/* If the next sample would come too late for this block's latency, send it now. */
	return last_us + node->config.log.streams[own].period_us > latest_us ? last_us : latest_us;
}

static size_t encode_gap(struct node *node, const struct log_view *view)
{
	return CORE_STREAMS == 1u || view->stream == 0u
		       ? wire_encode_gap(node->tx, view->first_seq, view->count)
		       : wire_encode_stream_gap(node->tx, view->first_seq, view->count);
}

static bool send_view(struct node *node, const struct log_view *view, uint64_t now_us)
{
	bool first = sample_log_unacked_blocks(&node->log) == 0;
	bool block = view->kind == LOG_VIEW_BLOCK;
	size_t len =
		block ? wire_encode_data(node->tx, view->bytes, view->len) : encode_gap(node, view);

	if (!send(node, len, now_us)) {
		return false;
	}
	sample_log_sent(&node->log);
	if (block) {
		node->counters.blocks_sent++;
	} else {
		node->counters.gaps_sent++;
	}
	if (first) {
		node->state_us = now_us; /* silence counts from here */
	}
	return true;
}

/* True: everything that must be sent now was sent. */
static bool send_samples(struct node *node, uint64_t now_us)
{
	struct log_view view;

	while (node_window_open(node)) {
		uint32_t close_open = 0;

		for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
			bool due = now_us >= node_open_block_due_us(node, stream);

			close_open |= (due ? 1u : 0u) << stream;
		}
		if (!sample_log_peek(&node->log, close_open, &view)) {
			return true;
		}
		/* A block that was found damaged is reported before its gap. */
		if (!send_start(node, now_us) || !send_view(node, &view, now_us)) {
			return false;
		}
	}
	return false;
}

/* ------------------------------------------------------------------------- the actions */

static enum hs_event do_nothing(struct node *node, const struct node_occasion *occasion)
{
	(void)node;
	(void)occasion;
	return HS_EVENTS;
}

static enum hs_event do_ignore(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	node->counters.stale_doorbells++;
	return HS_EVENTS;
}

static enum hs_event do_unexpected(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	node->counters.unexpected++;
	return HS_EVENTS;
}

static enum hs_event do_attach(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	forget_link(node);
	node->port.door(node->port.ctx, true);
	return HS_EVENTS;
}

static enum hs_event do_detach(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	forget_link(node);
	node->port.door(node->port.ctx, false);
	return HS_EVENTS;
}

static enum hs_event do_unblock(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	node->blocked = false;
	return HS_EVENTS;
}

static enum hs_event do_answer(struct node *node, const struct node_occasion *occasion)
{
	bool sleep = node->answer == NODE_ANSWER_SLEEP;

	if (node->blocked || !send_answer(node, occasion->now_us)) {
		return HS_EVENTS;
	}
	return sleep ? HS_EV_ACK_OUT : HS_EVENTS;
}

static enum hs_event do_stream(struct node *node, const struct node_occasion *occasion)
{
	uint64_t now_us = occasion->now_us;

	if (node->blocked || !send_answer(node, now_us) || !send_start(node, now_us) ||
	    !send_call(node, now_us)) {
		return HS_EVENTS;
	}
	/* Before the samples: the peer needs the clock to date them. */
	if (now_us >= node->status_us) {
		if (CORE_STREAMS > 1u && !send_stream(node, now_us)) {
			return HS_EVENTS;
		}
		if (!send(node, encode_status(node, now_us), now_us)) {
			return HS_EVENTS;
		}
		node->status_us = now_us + NODE_STATUS_US;
	}
	return node->spec_differs || send_samples(node, now_us) ? HS_EV_DRAINED : HS_EVENTS;
}

static enum hs_event do_ask(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	node->counters.asks++;
	node->session = 0;
	node->hello_waits = true;
	node->answer = NODE_ANSWER_NONE;
	return HS_EVENTS;
}

/* Frees what the peer has processed. False, and nothing freed: some of it was not handed out. */
static bool release(struct node *node, const struct wire_peer_message *has, uint64_t now_us)
{
	uint32_t used = sample_log_used_slots(&node->log);

	if (!sample_log_release(&node->log, has->stream, has->next_seq)) {
		return false;
	}
	if (sample_log_used_slots(&node->log) != used) {
		node->counters.calls_in_vain = 0;
		node->call_pause_us = NODE_CALL_US;
		node->call_us = now_us;
	}
	return true;
}

/* Frees only what the peer has processed of this log. A peer that knows another log, or none, gets
 * all samples. */
static void greet(struct node *node, const struct wire_peer_message *hello, uint64_t now_us)
{
	if (hello->knows_seq && node_is_own_log(node, hello) &&
	    sample_log_rewind(&node->log, 0, hello->next_seq)) {
		(void)release(node, hello, now_us); /* these count as handed out */
	} else {
		/* no sample has this number: all samples */
		(void)sample_log_rewind(&node->log, 0, sample_log_next_seq(&node->log, 0) + 1u);
	}
	for (uint32_t stream = 1; stream < CORE_STREAMS; stream++) {
		sample_log_hold(&node->log, stream);
	}
	if (sample_log_id(&node->log) == 0 && hello->new_log != 0) {
		sample_log_identify(&node->log, hello->new_log);
	}
}

/* Linux is awake. The message that says why it was called is sent until it has read samples. */
static void linux_answers(struct node *node)
{
	wake_calls_answered(&node->calls);
	node->call_waits = node->call.reason != CALL_NONE && !node->format_differs;
}

static enum hs_event do_welcome(struct node *node, const struct node_occasion *occasion)
{
	const struct wire_peer_message *hello = occasion->message;

	node->session = hello->id;
	node->format_differs = hello->format != WIRE_FORMAT;
	node->spec_differs = node->format_differs ||
			     (hello->knows_spec && memcmp(hello->spec_hash, node->config.spec_hash,
							  sizeof(hello->spec_hash)) != 0);
	greet(node, hello, occasion->now_us);
	node->wake_id_known = false;
	node->status_us = occasion->now_us;
	linux_answers(node);
	node->hello_waits = true;
	node->start_waits = !node->format_differs && start_has_news(node);
	node->answer = NODE_ANSWER_NONE;
	return HS_EVENTS;
}

/* A wake has the number of stream 0 only. Of the others the peer gets all that it has not
 * acknowledged. */
static void rewind_others(struct node *node)
{
	for (uint32_t stream = 1; stream < CORE_STREAMS; stream++) {
		if (!sample_log_is_held(&node->log, stream)) {
			(void)sample_log_rewind(&node->log, stream,
						sample_log_next_seq(&node->log, stream) + 1u);
		}
	}
}

static enum hs_event do_resume(struct node *node, const struct node_occasion *occasion)
{
	const struct wire_peer_message *wake = occasion->message;

	/* A repeated WAKE needs only its answer again; the samples sent since are in flight. */
	if (!node->wake_id_known || node->wake_id != wake->id) {
		(void)sample_log_rewind(&node->log, 0, wake->next_seq);
		rewind_others(node);
		node->status_us = occasion->now_us;
	}
	linux_answers(node);
	node->wake_id = wake->id;
	node->wake_id_known = true;
	node->answer = NODE_ANSWER_WAKE;
	node->answer_id = wake->id;
	return HS_EVENTS;
}

/* The first acknowledgement of a stream says where it is to begin, and one that is ahead, what the
 * peer has from before. */
static void begin_stream(struct node *node, const struct wire_peer_message *ack)
{
	if (sample_log_is_held(&node->log, ack->stream) ||
	    !sample_log_was_sent(&node->log, ack->stream, ack->next_seq)) {
		(void)sample_log_rewind(&node->log, ack->stream, ack->next_seq);
	}
}

static enum hs_event do_release(struct node *node, const struct node_occasion *occasion)
{
	const struct wire_peer_message *ack = occasion->message;

	if (CORE_STREAMS > 1u && ack->kind == WIRE_PEER_STREAM_ACK) {
		begin_stream(node, ack);
	}
	if (!release(node, ack, occasion->now_us)) {
		node->counters.unexpected++;
		return HS_EVENTS;
	}
	node->call.reason = CALL_NONE;
	if (hs_states[node->state].streams) {
		/* Also without progress: the application is slow but alive. */
		node->state_us = occasion->now_us;
	}
	return HS_EVENTS;
}

static enum hs_event do_promise(struct node *node, const struct node_occasion *occasion)
{
	node->answer = NODE_ANSWER_SLEEP;
	node->answer_id = occasion->message->id;
	node->wake_id_known = false;
	node->call = (struct wake_call){.reason = CALL_NONE};
	return HS_EVENTS;
}

static enum hs_event do_shut_door(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	wire_reader_reset(&node->reader);
	node->port.door(node->port.ctx, false);
	return HS_EVENTS;
}

static enum hs_event do_open_door(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	node->blocked = false;
	node->port.door(node->port.ctx, true);
	return HS_EVENTS;
}

static enum hs_event do_clear_bells(struct node *node, const struct node_occasion *occasion)
{
	(void)occasion;
	node->port.clear_doorbells(node->port.ctx);
	return HS_EVENTS;
}

static enum hs_event do_ring_wakeup(struct node *node, const struct node_occasion *occasion)
{
	/* The pause grows until samples are freed: repeated wake-ups do not help an application
	 * that cannot store samples, or does not run. */
	node->call_us = occasion->now_us + node->call_pause_us;
	node->call_pause_us *= 2u;
	if (node->call_pause_us > NODE_CALL_MAX_US) {
		node->call_pause_us = NODE_CALL_MAX_US;
	}
	if (node->call.reason == CALL_CONDITION) {
		wake_calls_rung(&node->calls, occasion->now_us);
	}
	node->counters.calls++;
	node->counters.calls_in_vain++;
	node->port.ring_wakeup(node->port.ctx);
	return HS_EVENTS;
}

static const action_fn actions[HS_ACTIONS] = {
	[HS_DO_NONE] = do_nothing,
	[HS_DO_IGNORE] = do_ignore,
	[HS_DO_UNEXPECTED] = do_unexpected,
	[HS_DO_ATTACH] = do_attach,
	[HS_DO_DETACH] = do_detach,
	[HS_DO_LISTEN] = do_nothing, /* the shell reads as long as the door is open */
	[HS_DO_UNBLOCK] = do_unblock,
	[HS_DO_ANSWER] = do_answer,
	[HS_DO_STREAM] = do_stream,
	[HS_DO_ASK] = do_ask,
	[HS_DO_WELCOME] = do_welcome,
	[HS_DO_RESUME] = do_resume,
	[HS_DO_RELEASE] = do_release,
	[HS_DO_PROMISE] = do_promise,
	[HS_DO_SHUT_DOOR] = do_shut_door,
	[HS_DO_OPEN_DOOR] = do_open_door,
	[HS_DO_CLEAR_BELLS] = do_clear_bells,
	[HS_DO_RING_WAKEUP] = do_ring_wakeup,
};

void node_fire(struct node *node, enum hs_event event, const struct node_occasion *occasion)
{
	while (event != HS_EVENTS) {
		const struct hs_row *row = &hs_table[node->state][event];

		if (row->next != (uint8_t)node->state) {
			node->state = (enum hs_state)row->next;
			node->state_us = occasion->now_us;
			node->due = true;
			if (node->state == HS_HUSHED) {
				node->counters.sleeps++;
			}
		}
		event = actions[row->action](node, occasion);
	}
}
