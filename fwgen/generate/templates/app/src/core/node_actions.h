/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake's actions. Only node.c calls them. */
#ifndef CORE_NODE_ACTIONS_H
#define CORE_NODE_ACTIONS_H

#include "node.h"

/* The input of an action; `message` is NULL except for the rx_ events. */
struct node_occasion {
	const struct wire_peer_message *message;
	uint64_t now_us;
};

/* Steps the table: enters the next state, then runs the action. Repeats with the event that the
 * action causes, if any. */
void node_fire(struct node *node, enum hs_event event, const struct node_occasion *occasion);

/* Whether the number in the message counts samples of this log. It does not if the log has lost
 * its memory since the number was given. */
bool node_is_own_log(const struct node *node, const struct wire_peer_message *message);

bool node_window_open(const struct node *node);

/* When the stream's open block must be closed and sent; UINT64_MAX: no block is open, or the peer
 * has not yet said where the stream is to begin. */
uint64_t node_open_block_due_us(const struct node *node, uint32_t stream);

#endif
