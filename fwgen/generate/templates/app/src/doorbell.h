/* SPDX-License-Identifier: Apache-2.0 */
/* The mailbox between M33 and A35: registers only, nothing here knows of rings. */
#ifndef DOORBELL_H
#define DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/devicetree.h>

#define DOORBELL_VQ0 DT_PROP(DT_PATH(zephyr_user), vq0_channel)
#define DOORBELL_VQ1 DT_PROP(DT_PATH(zephyr_user), vq1_channel)
#define DOORBELL_WAKEUP DT_PROP(DT_PATH(zephyr_user), wakeup_channel)

/* `rang` is called in the interrupt. 0, or the driver's error. */
int doorbell_init(void (*rang)(uint32_t channel));

/*
 * Rings. If the A35 has not taken the last ring yet it is not rung again: it will look at the ring
 * when it comes to it. Never waits.
 */
void doorbell_ring(uint32_t channel);

/*
 * The A35 takes a ring off when its handler is done, which may have looked at the ring before the
 * last message was there. So what found the channel occupied is rung once more when it is free.
 */
bool doorbell_owes(void);
void doorbell_pay(void);
void doorbell_forget(void);

/* Does PWR say that the A35 runs? */
bool doorbell_a35_runs(void);

#endif
