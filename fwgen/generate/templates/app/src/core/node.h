/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node: sample log, wire and handshake together. The shell around it provides time, the link
 * and the doorbells.
 *
 * No function here blocks, locks or allocates. The shell runs one call at a time (one lock around
 * all of them). It makes every call that may use the link (all but node_sample()) from one thread.
 * That thread takes a turn (turn.h) after any interrupt, or when node_next_due_us() is reached:
 *
 *   1. node_link(), if the virtio device appeared or disappeared. The resource table shows it; it
 *      is outside DDR, and the thread must read it before it uses any ring;
 *   2. node_tx_ready(), if vq0 rang; node_doorbell(), if vq1 rang;
 *   3. if vq1 rang: while node_door_open() and the ring holds a message, node_receive();
 *   4. node_poll(). Only this call sends. So the node has read all messages before it answers one:
 *      of several requests the last one counts.
 *
 * While the door is shut the shell must not even read a ring's index. The door may shut in any of
 * these calls. While it is open the shell uses the rings only after a doorbell and to send: without
 * an application, Linux may suspend without telling the firmware.
 */
#ifndef CORE_NODE_H
#define CORE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crash.h"
#include "handshake_table.h"
#include "sample_log.h"
#include "wake_calls.h"
#include "wire.h"

#define NODE_RETRY_US 100000u /* after the link had no buffer */
/* Pause between two attempts to wake Linux: at first, and at most. Each failed one doubles it. */
#define NODE_CALL_US 1000000u
#define NODE_CALL_MAX_US 3600000000u
#define NODE_STATUS_US 5000000u	   /* between two status messages while streaming */
#define NODE_STALE_PART_US 100000u /* an incomplete message is dropped after this time */

struct node_port {
	void *ctx;
	/* 0: sent, all of it; -1: no buffer now. Never blocks. Called with the door open only. */
	int (*send)(void *ctx, const uint8_t *bytes, size_t len);
	/* Opens or shuts the shell's own door, which guards the rings. */
	void (*door)(void *ctx, bool open);
	/* Rings the doorbell that wakes Linux. Uses mailbox registers only, no ring. */
	void (*ring_wakeup)(void *ctx);
	/* Discards doorbells that an interrupt noted before node_doorbell() was called for them. */
	void (*clear_doorbells)(void *ctx);
};

struct node_config {
	struct sample_log_config log;
	struct call_config call;
	uint32_t latency_us;	/* from a sample until its block is sent, while Linux is awake */
	uint32_t window_blocks; /* blocks sent and not acknowledged, at most: the number of the
				   link's buffers */
	uint8_t spec_hash[8];
};

/* What the shell counts on the link. */
struct link_counters {
	uint32_t blocked_accesses; /* uses of a ring that the shut door prevented */
	uint32_t bad_rings;	   /* rings outside the shared memory, or with invalid lists */
	uint32_t bad_messages;	   /* messages with an invalid buffer or header */
	uint32_t foreign_messages; /* to the firmware's address, from a sender that is not the peer
				    */
};

/* What only the shell knows, for the status message. Counts since boot. */
struct node_health {
	uint32_t sensor_faults;
	uint32_t display_faults;
	uint32_t late_samples;
	struct link_counters link;
};

/* Since boot. */
struct node_counters {
	uint32_t stream_errors;	  /* resynchronisations of the incoming byte stream */
	uint32_t stale_doorbells; /* ignored, door shut */
	uint32_t unexpected; /* events that should not occur, messages that came through a shut door
			      */
	uint32_t asks; /* hellos sent to ask for the peer's hello, after silence or a start of the
			  firmware */
	uint32_t no_buffer; /* sends that found no free buffer */
	uint32_t blocks_sent;
	uint32_t gaps_sent;
	uint32_t sleeps;
	uint32_t calls;		/* attempts to wake Linux */
	uint32_t calls_in_vain; /* of these, since samples were last freed */
};

enum node_answer {
	NODE_ANSWER_NONE,
	NODE_ANSWER_SLEEP,
	NODE_ANSWER_WAKE,
};

/* The fields are private to the node; other modules use the functions below. */
struct node {
	struct node_config config;
	struct node_port port;
	struct sample_log log;
	struct wire_reader reader;
	struct node_counters counters;
	struct node_health health;
	enum hs_state state;
	volatile uint32_t *crash_place; /* of the crash record; NULL: the region is too small */
	uint32_t unreadable;		/* words of it that could not be read at the start */
	uint32_t reset;			/* why the machine started: RESET_... */
	bool hello_waits; /* to be sent before the answer: data after it belongs to the log in it */
	bool start_waits; /* the message that says how the firmware started is to be sent */
	uint32_t damaged; /* blocks that this message has reported last */
	enum node_answer answer; /* to be sent; it answers the last request */
	uint32_t answer_id;	 /* of SLEEP or WAKE */
	uint32_t session;	 /* of the peer's hello; 0: none */
	uint32_t wake_id;	 /* the last one that was obeyed */
	bool wake_id_known;
	bool spec_differs; /* the last peer has another spec or format: it gets no samples, and
			      waking it does not empty the log */
	bool format_differs;
	bool blocked; /* the link had no buffer: wait until retry_us, or until vq0 rings */
	bool due;     /* node_poll() has something to do */
	uint64_t retry_us;
	uint64_t state_us; /* the state's timer started */
	struct wake_calls calls;
	struct wake_call call;	/* the last attempt since Linux was last awake */
	bool call_waits;	/* the message that says why Linux was called is to be sent */
	uint64_t call_us;	/* earliest next attempt to ring Linux awake */
	uint64_t call_pause_us; /* from that attempt to the next */
	uint64_t status_us;	/* next status message */
	uint64_t open_us[CORE_STREAMS]; /* when the open block's first sample was due */
	uint64_t last_us[CORE_STREAMS]; /* when the last sample was due */
	uint64_t heard_us;		/* when the last bytes were received */
	bool inside;			/* a call is running; used with CORE_CHECKS only */
	uint8_t tx[WIRE_MESSAGE_MAX];
};

/*
 * Recovers the crash record and the log from their region: the record is at its start, the log
 * after it. `port` is copied. The door is shut on return.
 */
void node_init(struct node *node, const struct node_config *config, const struct node_port *port,
	       void *log_region, size_t log_size, uint64_t now_us);

/*
 * Says why the machine started, RESET_...; call once after node_init(). If the watchdog reset it
 * and the start before left no crash, this is a crash, of which only the kind is known.
 */
void node_started(struct node *node, uint32_t reset);

/* Keeps a crash of this start. May be called from a fault handler, also during any other call. */
void node_crashed(const struct node *node, const struct crash *crash);

/* Logs a sample of a sensor, 0 to CORE_STREAMS - 1. `schedule_us`: when it was due, on the clock of
 * `now_us`. Does not use the link; call node_next_due_us() afterwards, as node_poll() may have to
 * follow. */
void node_sample(struct node *node, uint32_t stream, uint64_t schedule_us,
		 const struct sample *sample, uint64_t now_us);

/* The virtio device and its endpoint appeared or disappeared. Up twice: the rings are new. */
void node_link(struct node *node, bool up, uint64_t now_us);

void node_doorbell(struct node *node, uint64_t now_us);
void node_tx_ready(struct node *node, uint64_t now_us);

/* Takes bytes from the peer; the stream may be cut at any byte. */
void node_receive(struct node *node, const uint8_t *bytes, size_t len, uint64_t now_us);

/* Handles timers that have expired, sends answers and samples. */
void node_poll(struct node *node, uint64_t now_us);

/* When to call node_poll() next; `now_us` or earlier: at once; UINT64_MAX: after events only. */
uint64_t node_next_due_us(const struct node *node, uint64_t now_us);

bool node_door_open(const struct node *node);
enum hs_state node_state(const struct node *node);
const struct node_counters *node_counters(const struct node *node);
void node_set_health(struct node *node, const struct node_health *health);

#endif
