/* SPDX-License-Identifier: Apache-2.0 */
/* What host_shell.c and host_api.c share. */
#ifndef HOST_INSIDE_H
#define HOST_INSIDE_H

#include <stdbool.h>

#include "host_link.h"
#include "host_shell.h"
#include "node.h"
#include "presence.h"
#include "turn.h"

#define HOST_INBOX_BYTES 32768u

struct host {
	struct host_params params;
	struct node node;
	struct turn turn;
	struct host_link link;
	struct presence presence;
	struct node_health health;
	uint64_t now_us;
	uint64_t boot_us;
	uint64_t stalled_us; /* until then the M33 stands still */
	uint8_t late_16ths;  /* of the measurement under way */
	uint64_t sample;     /* number of the next one to be triggered, or being measured */
	bool measuring;
	uint64_t measured_us; /* when the measurement under way ends */
	uint32_t echo_us;     /* what it will say */
	const uint32_t *echoes;
	uint64_t echoes_first;
	uint64_t echoes_count;
	bool vq0_rang;
	bool vq1_rang;
	bool again; /* the last turn left messages in the ring */
	bool rung;
	bool lose_next;
	uint32_t polls; /* without time going on */
	uint32_t inbox_len;
	uint8_t inbox[HOST_INBOX_BYTES];
};

#endif
