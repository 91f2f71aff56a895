/* SPDX-License-Identifier: Apache-2.0 */
#include "rings.h"

#include <stdatomic.h>
#include <string.h>

#define DESCRIPTOR_BYTES 16u
#define DESCRIPTOR_NEXT 1u     /* the buffer continues in another descriptor */
#define DESCRIPTOR_INDIRECT 4u /* the descriptor points to more descriptors */

struct descriptor {
	uint64_t address;
	uint32_t size_bytes;
	uint16_t flags;
	uint16_t next;
};

struct header {
	uint32_t source;
	uint32_t destination;
	uint32_t reserved;
	uint16_t len;
	uint16_t flags;
};

_Static_assert(sizeof(struct descriptor) == DESCRIPTOR_BYTES, "virtio's layout");
_Static_assert(sizeof(struct header) == RPMSG_HEADER_BYTES, "Linux's layout");

/* Copies byte by byte, so that the compiler reads once and assumes no alignment. */
static void copy_once(void *to, const volatile uint8_t *from, uint32_t size_bytes)
{
	uint8_t *bytes = to;

	for (uint32_t i = 0; i < size_bytes; i++) {
		bytes[i] = from[i];
	}
}

static uint16_t read_u16(const volatile uint8_t *from)
{
	return *(const volatile uint16_t *)from;
}

/* Reads a field of the available list: flags, index, then the entries. */
static const volatile uint8_t *available(const struct ring *ring)
{
	return ring->start + (uint32_t)ring->entries * DESCRIPTOR_BYTES;
}

static bool is_shared(const struct shared_memory *shared, const struct descriptor *descriptor)
{
	return descriptor->size_bytes <= shared->size_bytes &&
	       descriptor->address >= shared->start &&
	       descriptor->address - shared->start <= shared->size_bytes - descriptor->size_bytes;
}

enum ring_result ring_look(const struct ring *ring, const struct shared_memory *shared,
			   uint16_t next, struct ring_buffer *out)
{
	uint16_t waiting = (uint16_t)(read_u16(available(ring) + 2) - next);
	struct descriptor descriptor;
	uint16_t place;

	if (waiting == 0) {
		return RING_EMPTY;
	}
	if (waiting > ring->entries) {
		return RING_BROKEN;
	}
	atomic_thread_fence(memory_order_acquire);
	place = next & (uint16_t)(ring->entries - 1u);
	out->index = read_u16(available(ring) + 4 + 2u * place);
	if (out->index >= ring->entries) {
		return RING_BROKEN;
	}
	copy_once(&descriptor, ring->start + (uint32_t)out->index * DESCRIPTOR_BYTES,
		  sizeof(descriptor));
	if ((descriptor.flags & (DESCRIPTOR_NEXT | DESCRIPTOR_INDIRECT)) != 0 ||
	    !is_shared(shared, &descriptor)) {
		out->size_bytes = 0;
		out->bytes = NULL;
		return RING_BAD_BUFFER;
	}
	out->size_bytes = descriptor.size_bytes;
	out->bytes = shared->bytes + (uint32_t)(descriptor.address - shared->start);
	return RING_BUFFER;
}

bool rpmsg_read(const struct ring_buffer *buffer, struct rpmsg_message *out)
{
	uint32_t size_bytes =
		buffer->size_bytes < RPMSG_BUFFER_BYTES ? buffer->size_bytes : RPMSG_BUFFER_BYTES;
	struct header header;

	if (size_bytes < sizeof(header)) {
		return false;
	}
	copy_once(&header, buffer->bytes, sizeof(header));
	if (header.len > size_bytes - sizeof(header)) {
		return false;
	}
	out->source = header.source;
	out->destination = header.destination;
	out->len = header.len;
	copy_once(out->bytes, buffer->bytes + sizeof(header), header.len);
	return true;
}
