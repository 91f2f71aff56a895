/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RPMsg to Linux. link.c is the only module that touches DDR, and it does so behind the door only.
 * All calls from one thread; none of them waits.
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
 * Is there a virtio device? Reads the resource table, which is not in DDR. After a restart of the
 * firmware alone the device of before is still there, and Linux perhaps asleep: then it counts when
 * vq1 rings (`rang`, by a doorbell that is no older than the firmware's start), or when the A35 has
 * run for a while.
 */
bool link_exists(bool rang);

void link_door(bool open);

/*
 * Behind the open door. Takes the rings over, if that is not done, and announces the channel.
 * `rang`: vq1 has rung, and link_receive() may find something; without, the rings are left alone.
 * False: the rings are not the ones of the last call, Linux has made new ones.
 */
bool link_attend(bool rang);

/* 0: sent. -1: no buffer, or nobody has spoken to the channel yet. Behind the open door. */
int link_send(const uint8_t *bytes, size_t len);

/*
 * The peer's next message: a copy, which stays until the next call; its buffer is given back.
 * NULL: none, nor will there be before vq1 rings. Behind the open door.
 */
const uint8_t *link_receive(size_t *len);

/* No more will be read for now: tells Linux of the buffers given back. Behind the open door. */
void link_read_all(void);

/* vq0 has rung: Linux has given buffers back. Behind the open door. */
void link_has_buffers(void);

const struct link_counters *link_counters(void);

#endif
