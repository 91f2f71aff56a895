/* SPDX-License-Identifier: Apache-2.0 */
/* host_link.h against the emulated Linux, with queues in place of rings. */
#include "host_link.h"

#include <string.h>

static struct host_message *queue_add(struct host_queue *queue)
{
	struct host_message *message =
		&queue->messages[(queue->first + queue->count) % HOST_BUFFERS_MAX];

	queue->count++;
	return message;
}

static void queue_drop(struct host_queue *queue)
{
	queue->first = (queue->first + 1u) % HOST_BUFFERS_MAX;
	queue->count--;
}

static void fill(struct host_message *message, const uint8_t *bytes, size_t len)
{
	message->len = len;
	memcpy(message->bytes, bytes, len);
}

void host_link_reset(struct host_link *link)
{
	link->to_linux.count = 0;
	link->to_firmware.count = 0;
	link->not_given_back = 0;
	link->give_back_at_us = HOST_NEVER;
	link->linux_kick_at_us = HOST_NEVER;
	link->kick_count = 0;
	link->renewed = true;
	link->attached = false;
	link->unread = false;
	link->peer = (struct peer_address){0};
}

void host_link_attend(struct host_link *link, bool rang, uint64_t now_us)
{
	(void)rang;
	(void)now_us;
	link->attached = true;
	link->unread = true;
}

void host_link_has_buffers(struct host_link *link, uint64_t now_us)
{
	(void)host_link_touch(link, HOST_TOUCH_TX_RING, now_us);
}

void host_link_read_all(struct host_link *link, uint64_t now_us)
{
	(void)link; /* not called: the emulated Linux checks the queue when it sends */
	(void)now_us;
}

int host_link_send(struct host_link *link, const uint8_t *bytes, size_t len, uint64_t now_us)
{
	if (!host_link_touch(link, HOST_TOUCH_SEND, now_us) || !link->up || !link->peer.known ||
	    len > HOST_MESSAGE_BYTES) {
		return -1;
	}
	if (link->to_linux.count + link->not_given_back >= link->buffers) {
		(void)host_link_ring_linux(link, now_us); /* it may have missed the last one */
		return -1;
	}
	fill(queue_add(&link->to_linux), bytes, len);
	(void)host_link_ring_linux(link, now_us);
	return 0;
}

bool host_link_receive(struct host_link *link, struct host_message *out, uint64_t now_us)
{
	if (!host_link_touch(link, HOST_TOUCH_RECEIVE, now_us)) {
		return false;
	}
	while (link->to_firmware.count > 0) {
		*out = link->to_firmware.messages[link->to_firmware.first];
		queue_drop(&link->to_firmware);
		if (peer_address_accepts(&link->peer, out->source, out->bytes, out->len)) {
			return true;
		}
		link->counters.foreign_messages++;
	}
	return false;
}

int host_link_linux_send(struct host_link *link, uint32_t source, const uint8_t *bytes, size_t len,
			 uint64_t now_us)
{
	struct host_message *message;

	if (!link->up || len > HOST_MESSAGE_BYTES || link->to_firmware.count >= link->buffers) {
		return -1;
	}
	message = queue_add(&link->to_firmware);
	message->source = source;
	fill(message, bytes, len);
	host_link_kick(link, HOST_RING_RX, now_us);
	return 0;
}

size_t host_link_linux_read(struct host_link *link, uint8_t *out, size_t capacity, uint64_t now_us)
{
	size_t used = 0;

	link->linux_kick_at_us = HOST_NEVER;
	while (link->to_linux.count > 0) {
		const struct host_message *message = &link->to_linux.messages[link->to_linux.first];

		if (message->len > capacity - used) {
			link->linux_kick_at_us = now_us;
			break;
		}
		memcpy(out + used, message->bytes, message->len);
		used += message->len;
		queue_drop(&link->to_linux);
		link->not_given_back++;
	}
	if (link->not_given_back > 0 && link->give_back_at_us == HOST_NEVER) {
		link->give_back_at_us = now_us + link->give_back_us;
	}
	return used;
}

uint64_t host_link_read_due_us(const struct host_link *link)
{
	return link->linux_reads && link->up ? link->linux_kick_at_us : HOST_NEVER;
}

uint64_t host_link_give_back_due_us(const struct host_link *link)
{
	return link->linux_reads ? link->give_back_at_us : HOST_NEVER;
}

void host_link_give_back(struct host_link *link, uint64_t now_us)
{
	link->not_given_back = 0;
	link->give_back_at_us = HOST_NEVER;
	host_link_kick(link, HOST_RING_TX, now_us);
}
