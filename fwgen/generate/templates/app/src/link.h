/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RPMsg to Linux. link.c is the only module that accesses the rings, and only while the door is
 * open. Call all functions from one thread; none of them waits.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node.h"

/* `channel` is kept by reference. */
void link_init(const char *channel);

/*
 * Whether there is a virtio device. Reads the resource table, which is not in DDR. After a reset of
 * the M33 alone the old device still exists, and Linux may be asleep. Then the device counts once
 * vq1 rings (`rang`: a doorbell that was rung after the firmware's start), or once the A35 has run
 * for long enough.
 */
bool link_exists(bool rang);

void link_door(bool open);

/*
 * With the door open. Attaches to the rings and announces the channel, if not yet done. `rang`: vq1
 * has rung, and link_receive() may find a message; else it does not read the rings again. False:
 * Linux has made new rings since the last call.
 */
bool link_attend(bool rang);

/* 0: sent. -1: no buffer, or no peer has sent to the channel yet. With the door open. */
int link_send(const uint8_t *bytes, size_t len);

/*
 * Returns a copy of the peer's next message, valid until the next call, and gives its buffer back.
 * NULL: no message until vq1 rings. With the door open.
 */
const uint8_t *link_receive(size_t *len);

/* Call after reading: notifies Linux of the buffers given back. With the door open. */
void link_read_all(void);

/* Call when vq0 has rung: Linux has given buffers back. With the door open. */
void link_has_buffers(void);

const struct link_counters *link_counters(void);

#endif
