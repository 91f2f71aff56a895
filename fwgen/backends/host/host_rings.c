/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_link.h over the rings of a real Linux: virtio split rings in memory that Linux's process
 * shares with this one. It takes the place of host_link.c, and reads what Linux wrote as the
 * firmware does, with core/rings.h. Linux gets doorbells and reads by itself, so the functions with
 * `linux` in their names have nothing to do but to pass the doorbell on.
 */
#include "host_link.h"

#include <stdatomic.h>
#include <string.h>

#include "rings.h"

#define ADDRESS 1024u /* of the firmware's endpoint */
#define NAME_SERVICE 53u
#define NAME_BYTES 32u
#define CHANNEL "rpmsg-tty"
#define AVAIL_NO_INTERRUPT 1u /* Linux wants no doorbell */
#define USED_NO_NOTIFY 1u     /* the firmware wants none */

struct header {
	uint32_t source;
	uint32_t destination;
	uint32_t reserved;
	uint16_t len;
	uint16_t flags;
};

struct announcement {
	char name[NAME_BYTES];
	uint32_t address;
	uint32_t flags; /* 0: the channel is created */
};

/* Of a ring: flags and index, then the entries. */
struct used_entry {
	uint32_t index;
	uint32_t len;
};

_Static_assert(sizeof(struct header) == RPMSG_HEADER_BYTES, "Linux's layout");
_Static_assert(HOST_MESSAGE_BYTES <= RPMSG_PAYLOAD_MAX, "a message must fit into a buffer");

static uint16_t avail_flags(const struct host_vring *vring)
{
	const volatile uint8_t *avail = vring->descriptors + 16u * vring->entries;

	return *(const volatile uint16_t *)avail;
}

static volatile uint16_t *used_flags(const struct host_vring *vring)
{
	return (volatile uint16_t *)vring->used;
}

static volatile uint16_t *used_index(const struct host_vring *vring)
{
	return (volatile uint16_t *)(vring->used + 2u);
}

static void ring_linux(struct host_link *link, enum host_ring ring, uint64_t now_us)
{
	if ((avail_flags(&link->rings[ring]) & AVAIL_NO_INTERRUPT) != 0) {
		return;
	}
	if (host_link_ring_linux(link, now_us)) {
		link->ringing |= 1u << ring;
	}
}

/* Finds the next buffer that Linux made available. A broken ring is counted once. */
static enum ring_result look(struct host_link *link, enum host_ring which, struct ring_buffer *out)
{
	const struct host_vring *vring = &link->rings[which];
	const struct ring ring = {.start = vring->descriptors, .entries = vring->entries};
	const struct shared_memory shared = {
		.start = link->memory_start,
		.size_bytes = link->memory_bytes,
		.bytes = link->memory,
	};
	enum ring_result result;

	if (link->broken) {
		return RING_EMPTY;
	}
	result = ring_look(&ring, &shared, vring->next, out);
	if (result == RING_BROKEN) {
		link->broken = true;
		link->counters.bad_rings++;
		return RING_EMPTY;
	}
	return result;
}

static void give_back(struct host_link *link, enum host_ring which, uint16_t index, uint32_t len)
{
	struct host_vring *vring = &link->rings[which];
	const uint16_t place = *used_index(vring) & (uint16_t)(vring->entries - 1u);
	const struct used_entry entry = {.index = index, .len = len};

	memcpy((void *)(vring->used + 4u + sizeof(entry) * place), &entry, sizeof(entry));
	atomic_thread_fence(memory_order_release);
	*used_index(vring) = (uint16_t)(*used_index(vring) + 1u);
	vring->next++;
}

static int put(struct host_link *link, uint32_t destination, const void *bytes, size_t len,
	       uint64_t now_us)
{
	const struct header header = {
		.source = ADDRESS,
		.destination = destination,
		.len = (uint16_t)len,
	};
	struct ring_buffer buffer;
	enum ring_result result = look(link, HOST_RING_TX, &buffer);

	if (result == RING_EMPTY) {
		*used_flags(&link->rings[HOST_RING_TX]) = 0; /* ring when there is one again */
		ring_linux(link, HOST_RING_TX, now_us);	     /* it may have missed the last one */
		return -1;
	}
	if (result == RING_BAD_BUFFER || buffer.size_bytes < sizeof(header) + len) {
		link->broken = true;
		link->counters.bad_rings++;
		return -1;
	}
	memcpy(buffer.bytes, &header, sizeof(header));
	memcpy(buffer.bytes + sizeof(header), bytes, len);
	give_back(link, HOST_RING_TX, buffer.index, (uint32_t)(sizeof(header) + len));
	ring_linux(link, HOST_RING_TX, now_us);
	return 0;
}

void host_link_reset(struct host_link *link)
{
	link->linux_kick_at_us = HOST_NEVER;
	link->give_back_at_us = HOST_NEVER;
	link->ringing = 0;
	link->rang = 0;
	link->kick_count = 0;
	link->renewed = true;
	link->attached = false;
	link->unread = false;
	link->broken = false;
	link->gave_back = false;
	link->peer = (struct peer_address){0};
}

void host_link_attend(struct host_link *link, bool rang, uint64_t now_us)
{
	const struct announcement announcement = {.name = CHANNEL, .address = ADDRESS};

	link->unread |= rang;
	if (link->attached || !link->up || !host_link_touch(link, HOST_TOUCH_SEND, now_us)) {
		return;
	}
	for (uint32_t i = 0; i < HOST_RINGS; i++) {
		link->rings[i].next = *used_index(&link->rings[i]);
	}
	link->attached = put(link, NAME_SERVICE, &announcement, sizeof(announcement), now_us) == 0;
	link->unread = true;
}

void host_link_has_buffers(struct host_link *link, uint64_t now_us)
{
	if (host_link_touch(link, HOST_TOUCH_TX_RING, now_us) && link->attached) {
		*used_flags(&link->rings[HOST_RING_TX]) = USED_NO_NOTIFY;
	}
}

int host_link_send(struct host_link *link, const uint8_t *bytes, size_t len, uint64_t now_us)
{
	if (!host_link_touch(link, HOST_TOUCH_SEND, now_us) || !link->up || !link->attached ||
	    !link->peer.known || len > HOST_MESSAGE_BYTES) {
		return -1;
	}
	return put(link, link->peer.address, bytes, len, now_us);
}

/* Whether the buffer has a message of the peer; it is in `out` then. */
static bool is_peers(struct host_link *link, const struct ring_buffer *buffer,
		     struct host_message *out)
{
	struct rpmsg_message message;

	if (!rpmsg_read(buffer, &message)) {
		link->counters.bad_messages++;
		return false;
	}
	if (message.destination != ADDRESS) {
		return false;
	}
	if (!peer_address_accepts(&link->peer, message.source, message.bytes, message.len)) {
		link->counters.foreign_messages++;
		return false;
	}
	out->source = message.source;
	out->len = message.len;
	memcpy(out->bytes, message.bytes, message.len);
	return true;
}

bool host_link_receive(struct host_link *link, struct host_message *out, uint64_t now_us)
{
	struct ring_buffer buffer;
	enum ring_result result;

	if (!host_link_touch(link, HOST_TOUCH_RECEIVE, now_us) || !link->attached) {
		return false;
	}
	while ((result = look(link, HOST_RING_RX, &buffer)) != RING_EMPTY) {
		bool peers = result == RING_BUFFER && is_peers(link, &buffer, out);

		if (result == RING_BAD_BUFFER) {
			link->counters.bad_messages++;
		}
		give_back(link, HOST_RING_RX, buffer.index, 0);
		link->gave_back = true;
		if (peers) {
			return true;
		}
	}
	return false;
}

void host_link_read_all(struct host_link *link, uint64_t now_us)
{
	link->gave_back = false;
	if (host_link_touch(link, HOST_TOUCH_RECEIVE, now_us)) {
		ring_linux(link, HOST_RING_RX, now_us);
	}
}

int host_link_linux_send(struct host_link *link, uint32_t source, const uint8_t *bytes, size_t len,
			 uint64_t now_us)
{
	(void)link;
	(void)source;
	(void)bytes;
	(void)len;
	(void)now_us;
	return -1; /* Linux writes to the ring itself */
}

/* The doorbell has arrived: whoever runs the M33 interrupts Linux. */
size_t host_link_linux_read(struct host_link *link, uint8_t *out, size_t capacity, uint64_t now_us)
{
	(void)out;
	(void)capacity;
	(void)now_us;
	link->linux_kick_at_us = HOST_NEVER;
	link->rang |= link->ringing;
	link->ringing = 0;
	return 0;
}

uint64_t host_link_read_due_us(const struct host_link *link)
{
	return link->linux_reads && link->up ? link->linux_kick_at_us : HOST_NEVER;
}

uint64_t host_link_give_back_due_us(const struct host_link *link)
{
	(void)link;
	return HOST_NEVER;
}

void host_link_give_back(struct host_link *link, uint64_t now_us)
{
	(void)link;
	(void)now_us;
}
