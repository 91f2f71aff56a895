/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what Linux writes into the shared memory. Linux may change it at any time, so each value
 * is copied once into private memory, and the copy is checked. The layout is that of the virtio
 * split ring (virtio 1.2, 2.7) and of Linux's struct rpmsg_hdr.
 */
#ifndef CORE_RINGS_H
#define CORE_RINGS_H

#include <stdbool.h>
#include <stdint.h>

#define RPMSG_HEADER_BYTES 16u
#define RPMSG_BUFFER_BYTES 512u
#define RPMSG_PAYLOAD_MAX (RPMSG_BUFFER_BYTES - RPMSG_HEADER_BYTES)

struct shared_memory {
	uint64_t start; /* address as descriptors have it */
	uint32_t size_bytes;
	uint8_t *bytes; /* where it is mapped */
};

/* The descriptors, then the list of available ones. */
struct ring {
	const volatile uint8_t *start;
	uint16_t entries; /* a power of two */
};

struct ring_buffer {
	uint16_t index; /* of its descriptor; returned to Linux when the buffer is used */
	uint32_t size_bytes;
	uint8_t *bytes; /* in the shared memory */
};

enum ring_result {
	RING_EMPTY,
	RING_BUFFER,
	RING_BAD_BUFFER, /* `index` is valid, the buffer is not: do not access it */
	RING_BROKEN,	 /* the ring is invalid: do not use it */
};

struct rpmsg_message {
	uint32_t source;
	uint32_t destination;
	uint32_t len;
	uint8_t bytes[RPMSG_PAYLOAD_MAX];
};

/* Finds the buffer that Linux made available as number `next`, counted modulo 2^16. */
enum ring_result ring_look(const struct ring *ring, const struct shared_memory *shared,
			   uint16_t next, struct ring_buffer *out);

/* Copies the message. False: its header is invalid. */
bool rpmsg_read(const struct ring_buffer *buffer, struct rpmsg_message *out);

#endif
