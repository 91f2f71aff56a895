/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from fwgen/handshake/table.toml by `python -m fwgen.handshake`; do not edit. */
#ifndef CORE_HANDSHAKE_TABLE_H
#define CORE_HANDSHAKE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
enum hs_state {
	HS_DETACHED, /* no virtio device: Linux or its driver is not running */
	HS_GREETING, /* the link is up, no application has sent hello */
	HS_DRAINING, /* the firmware sends the backlog */
	HS_AWAKE, /* the firmware sends new samples as they are taken */
	HS_CLOSING, /* SLEEP was received, its acknowledgement is not sent yet */
	HS_HUSHED, /* the acknowledgement was sent; doorbells may be stale */
	HS_ASLEEP, /* Linux sleeps */
	HS_CALLING, /* Linux sleeps, the log is nearly full, the firmware has rung the wake-up doorbell */
	HS_WAKING, /* a doorbell opened the door; the firmware waits for a message */
	HS_STATES
};

enum hs_event {
	HS_EV_LINK_UP, /* the virtio device is ready, its rings are new */
	HS_EV_LINK_DOWN, /* the virtio device is gone */
	HS_EV_DOORBELL, /* vq1: Linux may have put a message into its ring */
	HS_EV_TX_READY, /* vq0: Linux may have given buffers back */
	HS_EV_DUE, /* there may be something to send */
	HS_EV_RX_HELLO, /* hello from the application */
	HS_EV_RX_SLEEP, /* SLEEP */
	HS_EV_RX_WAKE, /* WAKE */
	HS_EV_RX_ACK, /* an acknowledgement of samples of this log */
	HS_EV_RX_STRAY_ACK, /* an acknowledgement of samples of another log, which was in this memory before */
	HS_EV_ACK_OUT, /* the acknowledgement of SLEEP is in the ring and its doorbell has been rung */
	HS_EV_DRAINED, /* the whole backlog has been sent */
	HS_EV_CALL, /* there is a reason to wake Linux: the level of the log, the age of a sample, a condition */
	HS_EV_TIMEOUT, /* the state's timer */
	HS_EVENTS
};

enum hs_action {
	HS_DO_NONE, /* nothing */
	HS_DO_IGNORE, /* count a doorbell that has no meaning in this state */
	HS_DO_UNEXPECTED, /* count an event that should not occur in this state */
	HS_DO_ATTACH, /* forget the old link, open the door */
	HS_DO_DETACH, /* forget the link, shut the door */
	HS_DO_LISTEN, /* let the shell read the ring */
	HS_DO_UNBLOCK, /* retry the send that found no free buffer */
	HS_DO_ANSWER, /* send the pending answer */
	HS_DO_STREAM, /* send the pending answer, then gaps and blocks */
	HS_DO_ASK, /* send a hello that asks for the application's hello */
	HS_DO_WELCOME, /* store the session, give the log an identity if it has none, continue at the number that the peer expects, send hello */
	HS_DO_RESUME, /* continue at the number in WAKE, free nothing, send its acknowledgement */
	HS_DO_RELEASE, /* free the samples of this log that the application has processed */
	HS_DO_PROMISE, /* store the id of SLEEP; its acknowledgement is the next message to send */
	HS_DO_SHUT_DOOR, /* stop using the rings */
	HS_DO_OPEN_DOOR, /* allow use of the rings */
	HS_DO_CLEAR_BELLS, /* discard doorbells that arrived and were not handled */
	HS_DO_RING_WAKEUP, /* ring the doorbell that wakes Linux; uses mailbox registers only, no ring */
	HS_ACTIONS
};

enum hs_timer {
	HS_TIMER_NONE,
	HS_TIMER_GUARD, /* longer than a doorbell rung before the acknowledgement can take to arrive */
	HS_TIMER_PATIENCE, /* ten times the peer's interval between the first WAKEs */
	HS_TIMER_SILENCE, /* blocks wait for an acknowledgement and none came, not even a repeated one */
	HS_TIMERS
};

/* clang-format on */

struct hs_row {
	uint8_t action; /* enum hs_action */
	uint8_t next;	/* enum hs_state */
};

struct hs_state_facts {
	const char *name;
	uint8_t timer; /* enum hs_timer */
	bool link_open;
	bool streams;
};

extern const struct hs_row hs_table[HS_STATES][HS_EVENTS];
extern const struct hs_state_facts hs_states[HS_STATES];
extern const uint32_t hs_timer_us[HS_TIMERS];
extern const bool hs_touches_link[HS_ACTIONS];

#endif
