/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A turn of the link's thread, as node.h describes it. The firmware's thread and the simulated M33
 * both use it, through a small port.
 */
#ifndef CORE_TURN_H
#define CORE_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node.h"

#define TURN_MESSAGES_MAX 16u /* read in one turn, so that samples and timers do not wait */

/* The functions of link.h; each gets `ctx`. */
struct turn_port {
	void *ctx;
	uint64_t (*now_us)(void *ctx);
	/* Is there a virtio device? `rang`: vq1 has rung since the firmware's start. */
	bool (*exists)(void *ctx, bool rang);
	/* With the door open, as all below. False: Linux has made new rings. */
	bool (*attend)(void *ctx, bool rang);
	/* vq0 has rung: Linux has given buffers back. */
	void (*has_buffers)(void *ctx);
	/* The peer's next message, valid until the next call. NULL: no more. */
	const uint8_t *(*receive)(void *ctx, size_t *len);
	/* No more is read for now. */
	void (*read_all)(void *ctx);
};

/* The doorbells since the last turn. */
struct turn_bells {
	bool vq0;
	bool vq1;
	bool vq1_is_new; /* with vq1: it rang after the firmware's start */
};

/* {0} at the start. */
struct turn {
	bool link_there;
};

struct turn_result {
	bool more;	/* the ring was not read to its end: take another turn at once */
	bool new_rings; /* Linux has made new rings, and the firmware saw no reset of the device */
};

struct turn_result turn_take(struct turn *turn, struct node *node, const struct turn_port *port,
			     struct turn_bells bells);

#endif
