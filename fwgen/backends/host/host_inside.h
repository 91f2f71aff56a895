/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by host_shell.c and host_api.c. */
#ifndef HOST_INSIDE_H
#define HOST_INSIDE_H

#include <stdbool.h>

#include "host_link.h"
#include "host_shell.h"
#include "node.h"
#include "presence.h"
#include "turn.h"

#define HOST_INBOX_BYTES 32768u

/* A sensor. */
struct host_stream {
	uint64_t sample; /* number of the sample that is triggered next, or is being measured */
	bool measuring;
	uint64_t measured_us;	/* when the running measurement ends */
	struct sample measured; /* its result */
	const uint32_t *readings;
	uint64_t readings_first;
	uint64_t readings_count;
};

struct host {
	struct host_params params;
	struct node node;
	struct turn turn;
	struct host_link link;
	struct presence presence;
	enum host_a35 a35;
	struct node_health health;
	uint64_t now_us;
	uint64_t boot_us;
	uint64_t stalled_us; /* the M33 is stopped until then */
	bool stalled;	     /* it is, for a time */
	bool stall_delayed;  /* the last time delayed something */
	struct host_stream streams[CORE_STREAMS];
	uint32_t lacks; /* the stream that needs a reading */
	bool vq0_rang;
	bool vq1_rang;
	bool again; /* the last turn left messages in the ring */
	bool rung;
	bool lose_next;
	uint32_t polls; /* at one instant of time */
	uint32_t inbox_len;
	uint8_t inbox[HOST_INBOX_BYTES];
};

#endif
