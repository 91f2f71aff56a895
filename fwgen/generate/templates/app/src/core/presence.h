/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether DDR may be taken for open, from what PWR and the doorbells tell. In the handshake the
 * door says so; this is for what no handshake covers: a Linux that suspends without a word, since
 * no application is there to say one, and a firmware that starts over a link older than itself.
 *
 * While PWR shows that the A35 stands still DDR is closed. When it runs again DDR opens some time
 * later: the A35 itself has to open it first. So that it runs proves nothing until Linux has given
 * a sign of life, or it has run for longer than any start takes.
 */
#ifndef CORE_PRESENCE_H
#define CORE_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

/* The A35 has run for so long: Linux is up, DDR open. */
#define PRESENCE_AWAKE_US 10000000u
/* No doorbell takes so long. */
#define PRESENCE_SETTLED_US 100000u

struct presence {
	uint64_t since_us; /* no standstill was seen since then */
	bool heard;	   /* Linux has given a sign of life since then */
};

/* The firmware starts and begins to look; what was before it does not know. */
static inline void presence_begin(struct presence *presence, uint64_t now_us)
{
	*presence = (struct presence){.since_us = now_us};
}

/*
 * A doorbell comes. Was it rung after the firmware's start? `listens_us`: since when doorbells are
 * let in. The first ones may have waited for that.
 */
static inline bool presence_is_news(uint64_t listens_us, uint64_t now_us)
{
	return now_us - listens_us >= PRESENCE_SETTLED_US;
}

/* A new doorbell has come, or the virtio device was made ready: Linux is up. */
static inline void presence_heard(struct presence *presence)
{
	presence->heard = true;
}

/* `runs`: what PWR says of the A35 now. Is DDR open? */
static inline bool presence_look(struct presence *presence, bool runs, uint64_t now_us)
{
	if (!runs) {
		presence->since_us = now_us;
		presence->heard = false;
		return false;
	}
	return presence->heard || now_us - presence->since_us >= PRESENCE_AWAKE_US;
}

#endif
