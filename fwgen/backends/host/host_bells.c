/* SPDX-License-Identifier: Apache-2.0 */
/* The part of host_link.h that both kinds of rings share: closed DDR, and doorbells to the M33. */
#include "host_link.h"

bool host_link_touch(struct host_link *link, enum host_touch what, uint64_t now_us)
{
	if (!link->in_ddr || !link->ddr_closed) {
		return true;
	}
	if (link->access_count < HOST_ACCESSES_MAX) {
		link->accesses[link->access_count] =
			(struct host_access){.at_us = now_us, .what = (uint32_t)what};
	}
	link->access_count++;
	return false;
}

uint64_t host_link_kick_due_us(const struct host_link *link)
{
	return link->kick_count > 0 ? link->kicks[link->kick_first].at_us : HOST_NEVER;
}

enum host_ring host_link_take_kick(struct host_link *link)
{
	enum host_ring ring = link->kicks[link->kick_first].ring;

	link->kick_first = (link->kick_first + 1u) % HOST_KICKS_MAX;
	link->kick_count--;
	return ring;
}

void host_link_kick(struct host_link *link, enum host_ring ring, uint64_t at_us)
{
	if (link->kick_count < HOST_KICKS_MAX) {
		link->kicks[(link->kick_first + link->kick_count) % HOST_KICKS_MAX] =
			(struct host_kick){.at_us = at_us, .ring = ring};
		link->kick_count++;
	}
}
