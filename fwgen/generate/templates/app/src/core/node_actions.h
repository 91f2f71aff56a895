/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake's actions; node.c calls, nobody else. */
#ifndef CORE_NODE_ACTIONS_H
#define CORE_NODE_ACTIONS_H

#include "node.h"

/* What an action may have to look at; `message` is NULL but for the rx_ events. */
struct node_occasion {
	const struct wire_peer_message *message;
	uint64_t now_us;
};

/* Steps the table: enters the next state, then acts; so on with the event that the action causes.
 */
void node_fire(struct node *node, enum hs_event event, const struct node_occasion *occasion);

/* Does the number in the message count the samples of this log, as it has been since it last lost
 * its memory? */
bool node_is_own_log(const struct node *node, const struct wire_peer_message *message);

bool node_window_open(const struct node *node);

/* When the open block is to be closed and sent; UINT64_MAX: it is empty. */
uint64_t node_open_block_due_us(const struct node *node);

#endif
