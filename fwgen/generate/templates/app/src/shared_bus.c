/* SPDX-License-Identifier: Apache-2.0 */
#include "shared_bus.h"

#include <zephyr/kernel.h>

/* No two buses can be shared: there are at most three users. */
static K_MUTEX_DEFINE(turn);

void shared_bus_take(void)
{
	(void)k_mutex_lock(&turn, K_FOREVER);
}

void shared_bus_give(void)
{
	(void)k_mutex_unlock(&turn);
}
