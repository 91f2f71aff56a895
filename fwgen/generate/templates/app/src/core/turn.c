/* SPDX-License-Identifier: Apache-2.0 */
#include "turn.h"

/* Checks, before any ring is used, whether the link still exists and is the same. */
static bool follow_link(struct turn *turn, struct node *node, const struct turn_port *port,
			struct turn_bells bells)
{
	bool there = port->exists(port->ctx, bells.vq1 && bells.vq1_is_new);

	if (there != turn->link_there) {
		turn->link_there = there;
		node_link(node, there, port->now_us(port->ctx));
	}
	if (!node_door_open(node) || port->attend(port->ctx, bells.vq1)) {
		return false;
	}
	node_link(node, true, port->now_us(port->ctx));
	(void)port->attend(port->ctx, false);
	return true;
}

/* True: there may be more. */
static bool read_messages(struct node *node, const struct turn_port *port)
{
	const uint8_t *message;
	uint32_t count = 0;
	size_t len;

	while (count < TURN_MESSAGES_MAX && node_door_open(node) &&
	       (message = port->receive(port->ctx, &len)) != NULL) {
		node_receive(node, message, len, port->now_us(port->ctx));
		count++;
	}
	if (node_door_open(node)) {
		port->read_all(port->ctx);
	}
	return count == TURN_MESSAGES_MAX;
}

struct turn_result turn_take(struct turn *turn, struct node *node, const struct turn_port *port,
			     struct turn_bells bells)
{
	const struct turn_bells missed = {.vq1 = true};
	struct turn_result result = {0};
	uint32_t asks;

	result.new_rings = follow_link(turn, node, port, bells);
	if (bells.vq0) {
		if (node_door_open(node)) {
			port->has_buffers(port->ctx);
		}
		node_tx_ready(node, port->now_us(port->ctx));
	}
	if (bells.vq1) {
		node_doorbell(node, port->now_us(port->ctx));
	}
	/* The doorbell may have opened the door. */
	result.new_rings |= follow_link(turn, node, port, bells);
	result.more = read_messages(node, port);
	asks = node_counters(node)->asks;
	node_poll(node, port->now_us(port->ctx));
	if (node_counters(node)->asks != asks) {
		/* No acknowledgement came, perhaps because a doorbell was lost. If the ring is full
		 * by now, no other one can follow. */
		result.new_rings |= follow_link(turn, node, port, missed);
		result.more |= read_messages(node, port);
	}
	return result;
}
