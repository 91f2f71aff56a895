/* SPDX-License-Identifier: Apache-2.0 */
/* The mailbox between M33 and A35. Uses registers only, no rings. */
#ifndef DOORBELL_H
#define DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/devicetree.h>

#define DOORBELL_VQ0 DT_PROP(DT_PATH(zephyr_user), vq0_channel)
#define DOORBELL_VQ1 DT_PROP(DT_PATH(zephyr_user), vq1_channel)
#define DOORBELL_WAKEUP DT_PROP(DT_PATH(zephyr_user), wakeup_channel)

/* `rang` is called in the interrupt. Returns 0, or the driver's error. */
int doorbell_init(void (*rang)(uint32_t channel));

/*
 * Rings a channel. If the A35 has not yet cleared the last doorbell of this channel, the doorbell
 * stays pending. Never waits.
 */
void doorbell_ring(uint32_t channel);

/*
 * The A35 clears a doorbell at the end of its handler, which may have read the ring before the last
 * message was in it. So a doorbell that found its channel occupied is rung again when it is free.
 */
bool doorbell_pending(void);
void doorbell_ring_pending(void);
void doorbell_clear_pending(void);

/*
 * Whether PWR shows that Linux may be up. With rings in DDR the A35 must run. Otherwise an idle A35
 * may be stopped, because a doorbell starts it; only a sleeping one is switched off.
 */
bool doorbell_a35_runs(void);

#endif
