/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of Linux's RPMsg addresses is the peer's. Any program on Linux may send to the firmware's
 * address; samples go to one of them.
 *
 * The first that begins as a message of the peer begins is the peer. Linux's rpmsg_tty keeps its
 * address for as long as the channel is there, so nothing else is let through, but for one thing:
 * another sender that brings, in one piece, the hello of a new session is the peer from then on.
 */
#ifndef CORE_PEER_ADDRESS_H
#define CORE_PEER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {0}: nobody is known, as after new rings and after a start. */
struct peer_address {
	bool known;
	uint32_t address;
	uint32_t session; /* of the last whole hello; 0: none */
};

/* A message has come. True: it is the peer's, whose address is known now. False: drop it. */
bool peer_address_accepts(struct peer_address *peer, uint32_t source, const uint8_t *bytes,
			  size_t len);

#endif
