/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Linux writes into the shared memory, as far as this side follows it. Each value is read
 * once, into memory of our own, and checked there: what lies in the shared memory may change at any
 * time. The layout is that of virtio's split ring (virtio 1.2, 2.7) and of Linux's struct
 * rpmsg_hdr.
 */
#ifndef CORE_RINGS_H
#define CORE_RINGS_H

#include <stdbool.h>
#include <stdint.h>

#define RPMSG_HEADER_BYTES 16u
#define RPMSG_BUFFER_BYTES 512u
#define RPMSG_PAYLOAD_MAX (RPMSG_BUFFER_BYTES - RPMSG_HEADER_BYTES)

struct shared_memory {
	uint64_t start; /* as descriptors say it */
	uint32_t size_bytes;
	uint8_t *bytes; /* where it is mapped */
};

/* Descriptors and the list of those that Linux has made available. */
struct ring {
	const volatile uint8_t *start;
	uint16_t entries; /* a power of two */
};

struct ring_buffer {
	uint16_t index; /* of its descriptor: what is given back */
	uint32_t size_bytes;
	uint8_t *bytes; /* in the shared memory */
};

enum ring_result {
	RING_EMPTY,
	RING_BUFFER,
	RING_BAD_BUFFER, /* `index` is sound, the buffer is not to be touched */
	RING_BROKEN,	 /* nothing in this ring can be believed */
};

struct rpmsg_message {
	uint32_t source;
	uint32_t destination;
	uint32_t len;
	uint8_t bytes[RPMSG_PAYLOAD_MAX];
};

/* The buffer that Linux made available as number `next` (both sides count round 2^16). */
enum ring_result ring_look(const struct ring *ring, const struct shared_memory *shared,
			   uint16_t next, struct ring_buffer *out);

/* False: the header makes no sense. */
bool rpmsg_read(const struct ring_buffer *buffer, struct rpmsg_message *out);

#endif
