/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether DDR is open, derived from PWR and the doorbells. In a session the door decides. This
 * module covers two cases without a session: Linux suspends without telling the firmware, because
 * no application runs; and the firmware starts while the link already exists.
 *
 * While PWR shows that the A35 is stopped, DDR is closed. After the A35 starts again it needs some
 * time to open DDR. So a running A35 is not enough: Linux must also have rung a doorbell or made
 * the virtio device ready, or the A35 must have run for longer than any resume takes.
 *
 * With rings outside DDR the same rules decide whether Linux is up. Then an A35 that is stopped and
 * not switched off counts as running: it only idles.
 */
#ifndef CORE_PRESENCE_H
#define CORE_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

/* When the A35 has run for this long, Linux is up and DDR is open. */
#define PRESENCE_AWAKE_US 10000000u
/* Longer than any doorbell takes to arrive. */
#define PRESENCE_SETTLED_US 100000u

struct presence {
	uint64_t since_us; /* the A35 has not been seen stopped since then */
	bool heard;	   /* a doorbell or a new virtio device since then shows that Linux is up */
};

/* At the start of the firmware: the past of the A35 is unknown. */
static inline void presence_begin(struct presence *presence, uint64_t now_us)
{
	*presence = (struct presence){.since_us = now_us};
}

/*
 * Whether a doorbell that arrives now was rung after the firmware's start. `enabled_us`: when the
 * firmware enabled the doorbell interrupt. The first doorbells after that may be older.
 */
static inline bool presence_bell_is_new(uint64_t enabled_us, uint64_t now_us)
{
	return now_us - enabled_us >= PRESENCE_SETTLED_US;
}

/* A new doorbell has arrived, or Linux has made the virtio device ready: Linux is up. */
static inline void presence_heard(struct presence *presence)
{
	presence->heard = true;
}

/* Returns whether DDR is open. `runs`: whether PWR shows that the A35 runs now. */
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
