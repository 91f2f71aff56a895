/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which RPMsg address of Linux is the peer's. Any program on Linux may send to the firmware's
 * address; the firmware sends samples to one address only.
 *
 * The first sender whose message begins like a message of the peer is the peer. Linux's rpmsg_tty
 * keeps its address as long as the channel exists, so messages of other senders are dropped, with
 * one exception: a sender of a complete hello of a new session becomes the peer.
 */
#ifndef CORE_PEER_ADDRESS_H
#define CORE_PEER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {0}: the peer is unknown, as after new rings and after a start. */
struct peer_address {
	bool known;
	uint32_t address;
	uint32_t session; /* of the last complete hello; 0: none */
};

/* Whether the message is the peer's; stores the peer's address then. False: drop the message. */
bool peer_address_accepts(struct peer_address *peer, uint32_t source, const uint8_t *bytes,
			  size_t len);

#endif
