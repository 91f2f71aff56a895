/* SPDX-License-Identifier: Apache-2.0 */
/* Drawn from fwgen/handshake/table.toml by `python -m fwgen.handshake`; do not edit. */
#ifndef CORE_HANDSHAKE_TABLE_H
#define CORE_HANDSHAKE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
enum hs_state {
	HS_DETACHED, /* no virtio device: Linux is down, or its driver is */
	HS_GREETING, /* the link is there, no application has said hello */
	HS_DRAINING, /* streaming what piled up */
	HS_AWAKE, /* streaming as samples come */
	HS_CLOSING, /* SLEEP was read, its acknowledgement is not out yet */
	HS_HUSHED, /* the acknowledgement is out; doorbells may be stale */
	HS_ASLEEP, /* Linux sleeps */
	HS_CALLING, /* asleep, the log nearly full, Linux has been rung */
	HS_WAKING, /* a doorbell opened the door; what does it say? */
	HS_STATES
};

enum hs_event {
	HS_EV_LINK_UP, /* the virtio device has come up, its rings are new */
	HS_EV_LINK_DOWN, /* the virtio device is gone */
	HS_EV_DOORBELL, /* vq1: Linux may have put a message into its ring */
	HS_EV_TX_READY, /* vq0: Linux may have given buffers back */
	HS_EV_DUE, /* there may be something to send */
	HS_EV_RX_HELLO, /* the application says hello */
	HS_EV_RX_SLEEP, /* SLEEP */
	HS_EV_RX_WAKE, /* WAKE */
	HS_EV_RX_ACK, /* an acknowledgement of samples of this log */
	HS_EV_RX_STRAY_ACK, /* an acknowledgement of samples of another log, that had this memory before */
	HS_EV_ACK_OUT, /* the acknowledgement of SLEEP lies in the ring, its doorbell is rung */
	HS_EV_DRAINED, /* all that piled up has been handed out */
	HS_EV_LOG_HIGH, /* the log is nearly full and somebody should fetch it */
	HS_EV_TIMEOUT, /* the state's timer */
	HS_EVENTS
};

enum hs_action {
	HS_DO_NONE, /* nothing */
	HS_DO_IGNORE, /* count a doorbell that means nothing here */
	HS_DO_UNEXPECTED, /* count an event that cannot happen here */
	HS_DO_ATTACH, /* forget the old link, open the door */
	HS_DO_DETACH, /* forget the link, shut the door */
	HS_DO_LISTEN, /* let the shell read the ring */
	HS_DO_UNBLOCK, /* try again to send what found no buffer */
	HS_DO_ANSWER, /* send the waiting answer */
	HS_DO_STREAM, /* send the waiting answer, then gaps and blocks */
	HS_DO_ASK, /* send a hello that asks for the application's hello */
	HS_DO_WELCOME, /* note the session, give the log an identity if it has none, go back to what the peer expects of this log, send hello */
	HS_DO_RESUME, /* go back to what WAKE expects, free nothing, send its acknowledgement */
	HS_DO_RELEASE, /* free what the application has processed of this log */
	HS_DO_PROMISE, /* note the id of SLEEP: its acknowledgement is the next thing to send */
	HS_DO_SHUT_DOOR, /* no ring is used from here on */
	HS_DO_OPEN_DOOR, /* rings may be used from here on */
	HS_DO_CLEAR_BELLS, /* throw away doorbells that were noted and not handled */
	HS_DO_RING_WAKEUP, /* ring Linux awake: mailbox registers only, no ring */
	HS_ACTIONS
};

enum hs_timer {
	HS_TIMER_NONE,
	HS_TIMER_GUARD, /* longer than any doorbell takes that was rung before the acknowledgement */
	HS_TIMER_PATIENCE, /* ten times the peer's interval between two WAKEs */
	HS_TIMER_SILENCE, /* no acknowledgement, not even a repeated one, though blocks wait for it */
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
