/* SPDX-License-Identifier: Apache-2.0 */
/* rings.h and peer_address.h for ctypes. */
#include <string.h>

#include "peer_address.h"
#include "rings.h"

int glue_ring_look(const uint8_t *ring_bytes, uint16_t entries, uint64_t start,
		   uint8_t *shared_bytes, uint32_t size_bytes, uint16_t next, uint32_t *index,
		   int64_t *offset, uint32_t *buffer_bytes);
int glue_message(uint8_t *bytes, uint32_t size_bytes, uint32_t *source, uint32_t *destination,
		 uint8_t *out);
int glue_accepts(struct peer_address *peer, uint32_t source, const uint8_t *bytes, uint32_t len);

int glue_ring_look(const uint8_t *ring_bytes, uint16_t entries, uint64_t start,
		   uint8_t *shared_bytes, uint32_t size_bytes, uint16_t next, uint32_t *index,
		   int64_t *offset, uint32_t *buffer_bytes)
{
	const struct ring ring = {.start = ring_bytes, .entries = entries};
	const struct shared_memory shared = {
		.start = start,
		.size_bytes = size_bytes,
		.bytes = shared_bytes,
	};
	struct ring_buffer buffer = {0};
	enum ring_result result = ring_look(&ring, &shared, next, &buffer);

	*index = buffer.index;
	*offset = buffer.bytes == NULL ? -1 : buffer.bytes - shared_bytes;
	*buffer_bytes = buffer.size_bytes;
	return (int)result;
}

/* The payload's length, or -1. */
int glue_message(uint8_t *bytes, uint32_t size_bytes, uint32_t *source, uint32_t *destination,
		 uint8_t *out)
{
	const struct ring_buffer buffer = {.bytes = bytes, .size_bytes = size_bytes};
	static struct rpmsg_message message;

	if (!rpmsg_read(&buffer, &message)) {
		return -1;
	}
	*source = message.source;
	*destination = message.destination;
	memcpy(out, message.bytes, message.len);
	return (int)message.len;
}

int glue_accepts(struct peer_address *peer, uint32_t source, const uint8_t *bytes, uint32_t len)
{
	return peer_address_accepts(peer, source, bytes, len);
}
