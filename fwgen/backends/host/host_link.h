/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host backend's rings between firmware and Linux: a fixed number of buffers per direction,
 * doorbells that arrive after their messages, and a DDR that can be closed. Every access of the
 * firmware to a ring while DDR is closed is recorded.
 *
 * There are two implementations, one per library: host_link.c has the rings and Linux's driver of
 * the emulated Linux; host_rings.c uses the rings of a real one. host_bells.c is shared.
 */
#ifndef HOST_LINK_H
#define HOST_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node.h"
#include "peer_address.h"
#include "wire.h"

#define HOST_BUFFERS_MAX 64u
#define HOST_MESSAGE_BYTES WIRE_MESSAGE_MAX
#define HOST_KICKS_MAX 256u
#define HOST_ACCESSES_MAX 256u
#define HOST_NEVER UINT64_MAX
#define HOST_RINGS 2u
#define HOST_DIRECTIONS 2u

enum host_ring {
	HOST_RING_TX = 0, /* vq0: firmware to Linux */
	HOST_RING_RX = 1, /* vq1: Linux to firmware */
};

struct host_message {
	uint32_t source; /* Linux's address of the sender; unused in messages to Linux */
	size_t len;
	uint8_t bytes[HOST_MESSAGE_BYTES];
};

struct host_queue {
	struct host_message messages[HOST_BUFFERS_MAX];
	uint32_t first;
	uint32_t count;
};

enum host_direction {
	HOST_TO_LINUX = 0,
	HOST_TO_FIRMWARE = 1,
};

enum host_disturbance {
	HOST_BELLS_WELL = 0,
	HOST_BELLS_LOST = 1,	/* they do not arrive */
	HOST_BELLS_DOUBLED = 2, /* each arrives again, `by_us` later */
	HOST_BELLS_LATE = 3,	/* each arrives `by_us` later */
};

/* What happens to the doorbells of one direction that are rung before a time. */
struct host_bells {
	enum host_disturbance how;
	uint64_t until_us;
	uint64_t by_us;
};

struct host_kick {
	uint64_t at_us;
	enum host_ring ring;
};

struct host_access {
	uint64_t at_us;
	uint32_t what; /* enum host_touch */
};

enum host_touch {
	HOST_TOUCH_SEND = 0,
	HOST_TOUCH_RECEIVE = 1,
	HOST_TOUCH_TX_RING = 2,
};

/* A ring of the real Linux: its descriptors are followed by the list of available ones. */
struct host_vring {
	volatile uint8_t *descriptors;
	volatile uint8_t *used;
	uint16_t entries;
	uint16_t next; /* the firmware's next buffer, counted modulo 2^16 */
};

struct host_link {
	uint32_t buffers;      /* per direction */
	uint32_t latency_us;   /* of a doorbell, in both directions */
	uint32_t give_back_us; /* from Linux's read to its kick for the buffers given back */
	bool up;	       /* the virtio device exists, with its rings */
	bool renewed;	       /* it was reset since the firmware last checked it */
	bool attached;	       /* the firmware knows the rings and has announced its channel */
	bool unread;	       /* the firmware has not read to the end of its ring */
	struct host_message received; /* last message that the firmware received */
	struct peer_address peer;
	struct link_counters counters; /* since the firmware's start */
	bool linux_reads;	       /* Linux's driver runs */
	bool in_ddr;		       /* the rings are in DDR */
	bool ddr_closed;
	struct host_queue to_linux;
	struct host_queue to_firmware;
	uint32_t not_given_back; /* buffers that Linux has read and still holds */
	uint64_t give_back_at_us;
	struct host_bells bells[HOST_DIRECTIONS];
	uint64_t linux_kick_at_us; /* doorbell in flight, or waiting until Linux runs */
	struct host_kick kicks[HOST_KICKS_MAX];
	uint32_t kick_first;
	uint32_t kick_count;
	struct host_access accesses[HOST_ACCESSES_MAX];
	uint32_t access_count; /* may exceed the number of recorded ones */

	/* host_rings.c only */
	struct host_vring rings[HOST_RINGS];
	uint8_t *memory; /* shared with Linux */
	uint64_t memory_start;
	uint32_t memory_bytes;
	bool broken;	  /* a ring is invalid: neither is used until there are new ones */
	bool gave_back;	  /* buffers, since Linux's last doorbell */
	uint32_t ringing; /* a bit per ring: doorbells to Linux that are on their way */
	uint32_t rang;	  /* and those that have arrived, until the host takes them */
};

/* Makes new, empty rings. Messages in flight are lost; recorded accesses and counters stay. */
void host_link_reset(struct host_link *link);

/* True if the firmware may access the rings; an access to closed DDR is recorded. */
bool host_link_touch(struct host_link *link, enum host_touch what, uint64_t now_us);

/* The firmware's side. Uses new rings, if there are some; `rang`: there may be messages. */
void host_link_attend(struct host_link *link, bool rang, uint64_t now_us);
/* Linux has given buffers back. */
void host_link_has_buffers(struct host_link *link, uint64_t now_us);
/* No more is read for now: Linux gets its buffers back. */
void host_link_read_all(struct host_link *link, uint64_t now_us);
/* 0: sent; -1: no buffer, no link, no known peer, or DDR closed. */
int host_link_send(struct host_link *link, const uint8_t *bytes, size_t len, uint64_t now_us);
/* The peer's next message; others are counted and dropped. */
bool host_link_receive(struct host_link *link, struct host_message *out, uint64_t now_us);

/* Linux's side. 0: sent; -1: all buffers are in use. */
int host_link_linux_send(struct host_link *link, uint32_t source, const uint8_t *bytes, size_t len,
			 uint64_t now_us);

/* Linux's driver reads the messages in the ring into `out`; returns the bytes read. */
size_t host_link_linux_read(struct host_link *link, uint8_t *out, size_t capacity, uint64_t now_us);

/* When Linux's driver reads or gives buffers back next; when a doorbell reaches the M33. */
uint64_t host_link_read_due_us(const struct host_link *link);
uint64_t host_link_give_back_due_us(const struct host_link *link);
uint64_t host_link_kick_due_us(const struct host_link *link);
void host_link_give_back(struct host_link *link, uint64_t now_us);
enum host_ring host_link_take_kick(struct host_link *link);
/* Linux rings now. */
void host_link_kick(struct host_link *link, enum host_ring ring, uint64_t now_us);
/* A doorbell reaches the M33 at that time, whatever disturbs others. */
void host_link_add_kick(struct host_link *link, enum host_ring ring, uint64_t at_us);
/* The firmware rings now. False: the doorbell is lost. */
bool host_link_ring_linux(struct host_link *link, uint64_t now_us);

#endif
