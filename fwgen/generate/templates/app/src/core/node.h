/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node: sample log, wire and handshake tied together. The shell around it brings time, the
 * link and the doorbells.
 *
 * Nothing here blocks, locks or allocates. The shell lets one call run at a time (one lock around
 * all of them), and makes every call that may use the link (all but node_sample()) from one thread.
 * A turn of that thread (turn.h), after any interrupt or when node_next_due_us() has come:
 *
 *   1. node_link(), if the virtio device came or went (the resource table says so; it lies outside
 *      of DDR, and is to be looked at before any ring);
 *   2. node_tx_ready(), if vq0 rang; node_doorbell(), if vq1 rang;
 *   3. if vq1 rang: while node_door_open() and the ring holds a message, node_receive();
 *   4. node_poll(). Only here is anything sent, so that all messages that have come are known
 *      before one is answered: of several requests the last one counts.
 *
 * A shut door means that not even a ring's index may be read. It may shut in any of these calls. An
 * open one is no licence to look at the rings for nothing: where no application speaks for Linux,
 * Linux may suspend without a word. So they are used after a doorbell and to send, only then.
 */
#ifndef CORE_NODE_H
#define CORE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handshake_table.h"
#include "sample_log.h"
#include "wire.h"

#define NODE_RETRY_US 100000u /* after the link had no buffer */
/* Between two attempts to ring Linux awake: at first, and at most. Each one in vain doubles it. */
#define NODE_CALL_US 1000000u
#define NODE_CALL_MAX_US 3600000000u
#define NODE_STATUS_US 5000000u	   /* between two status messages while streaming */
#define NODE_STALE_PART_US 100000u /* a message's beginning whose rest does not come is dropped */

struct node_port {
	void *ctx;
	/* 0: sent, all of it; -1: no buffer now. Never blocks. Called with the door open only. */
	int (*send)(void *ctx, const uint8_t *bytes, size_t len);
	/* The shell's own lock on the rings follows. */
	void (*door)(void *ctx, bool open);
	/* Rings Linux awake by the mailbox's registers, touching no ring. */
	void (*ring_wakeup)(void *ctx);
	/* Forgets doorbells that an interrupt noted and node_doorbell() was not told of. */
	void (*clear_doorbells)(void *ctx);
};

struct node_config {
	struct sample_log_config log;
	uint32_t latency_us;	/* from a sample to its block on the way, while Linux is awake */
	uint32_t window_blocks; /* under way without an acknowledgement: as many as the link has
				   buffers */
	uint8_t spec_hash[8];
};

/* What the shell saw of the link. */
struct link_counters {
	uint32_t blocked_accesses; /* uses of a ring that the shut door has stopped */
	uint32_t bad_rings; /* rings outside of the shared memory, or whose lists make no sense */
	uint32_t bad_messages;	   /* messages whose buffer or header makes no sense */
	uint32_t foreign_messages; /* to the firmware's address, by somebody who is not the peer */
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
	uint32_t unexpected; /* events that cannot happen, messages that came through a shut door */
	uint32_t asks; /* hellos sent to get the peer's hello: silence, or it missed our boot */
	uint32_t no_buffer; /* sends that found none */
	uint32_t blocks_sent;
	uint32_t gaps_sent;
	uint32_t sleeps;
	uint32_t calls;		/* Linux was rung awake */
	uint32_t calls_in_vain; /* of them, since samples were freed last */
};

enum node_answer {
	NODE_ANSWER_NONE,
	NODE_ANSWER_SLEEP,
	NODE_ANSWER_WAKE,
};

/* The fields are the node's own; others read them through the functions below. */
struct node {
	struct node_config config;
	struct node_port port;
	struct sample_log log;
	struct wire_reader reader;
	struct node_counters counters;
	struct node_health health;
	enum hs_state state;
	bool hello_waits; /* to be sent, before the answer: what follows belongs to the log in it */
	enum node_answer answer; /* waits to be sent; the last request's */
	uint32_t answer_id;	 /* of SLEEP or WAKE */
	uint32_t session;	 /* of the peer's hello; 0: none */
	uint32_t wake_id;	 /* the last one that was followed */
	bool wake_id_known;
	bool spec_differs; /* the last peer had another spec, or format: it gets no samples, and
			      cannot help a full log */
	bool format_differs;
	bool blocked; /* the link had no buffer: not before retry_us, or vq0 rings */
	bool due;     /* node_poll() has something to do */
	uint64_t retry_us;
	uint64_t state_us;	/* the state's timer started */
	uint64_t call_us;	/* earliest next attempt to ring Linux awake */
	uint64_t call_pause_us; /* from that one to the one after it */
	uint64_t status_us;	/* next status message */
	uint64_t open_us;	/* when the open block's first sample was due */
	uint64_t last_us;	/* when the last sample was due */
	uint64_t heard_us;	/* the last bytes were received */
	bool inside;		/* a call runs; kept with CORE_CHECKS alone */
	uint8_t tx[WIRE_MESSAGE_MAX];
};

/* Recovers what the log's region holds. `port` is copied; the door is shut. */
void node_init(struct node *node, const struct node_config *config, const struct node_port *port,
	       void *log_region, size_t log_size, uint64_t now_us);

/* `schedule_us`: when the sample was due, on the clock of `now_us`. Does not use the link;
 * node_poll() may have to follow. */
void node_sample(struct node *node, uint64_t schedule_us, struct sample sample, uint64_t now_us);

/* The virtio device and its endpoint came or went. Up twice: the rings are new. */
void node_link(struct node *node, bool up, uint64_t now_us);

void node_doorbell(struct node *node, uint64_t now_us);
void node_tx_ready(struct node *node, uint64_t now_us);

/* Bytes from the peer, cut anywhere. */
void node_receive(struct node *node, const uint8_t *bytes, size_t len, uint64_t now_us);

/* Timers that are due, answers, samples. */
void node_poll(struct node *node, uint64_t now_us);

/* When node_poll() is to be called next; `now_us` or earlier: at once; UINT64_MAX: on events only.
 */
uint64_t node_next_due_us(const struct node *node, uint64_t now_us);

bool node_door_open(const struct node *node);
enum hs_state node_state(const struct node *node);
const struct node_counters *node_counters(const struct node *node);
void node_set_health(struct node *node, const struct node_health *health);

#endif
