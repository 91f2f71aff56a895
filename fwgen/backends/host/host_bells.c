/* SPDX-License-Identifier: Apache-2.0 */
/* The part of host_link.h that both kinds of rings share: closed DDR, and doorbells. */
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

void host_link_add_kick(struct host_link *link, enum host_ring ring, uint64_t at_us)
{
	if (link->kick_count < HOST_KICKS_MAX) {
		link->kicks[(link->kick_first + link->kick_count) % HOST_KICKS_MAX] =
			(struct host_kick){.at_us = at_us, .ring = ring};
		link->kick_count++;
	}
}

static enum host_disturbance disturbance(const struct host_bells *bells, uint64_t now_us)
{
	return now_us < bells->until_us ? bells->how : HOST_BELLS_WELL;
}

void host_link_kick(struct host_link *link, enum host_ring ring, uint64_t now_us)
{
	const struct host_bells *bells = &link->bells[HOST_TO_FIRMWARE];
	const uint64_t at_us = now_us + link->latency_us;

	switch (disturbance(bells, now_us)) {
	case HOST_BELLS_LOST:
		break;
	case HOST_BELLS_LATE:
		host_link_add_kick(link, ring, at_us + bells->by_us);
		break;
	case HOST_BELLS_DOUBLED:
		host_link_add_kick(link, ring, at_us);
		host_link_add_kick(link, ring, at_us + bells->by_us);
		break;
	case HOST_BELLS_WELL:
	default:
		host_link_add_kick(link, ring, at_us);
		break;
	}
}

/* A second doorbell that finds nothing new in the rings is left to the caller of host_run(). */
bool host_link_ring_linux(struct host_link *link, uint64_t now_us)
{
	const struct host_bells *bells = &link->bells[HOST_TO_LINUX];
	const enum host_disturbance how = disturbance(bells, now_us);

	if (how == HOST_BELLS_LOST) {
		return false;
	}
	if (link->linux_kick_at_us == HOST_NEVER) {
		link->linux_kick_at_us = now_us + link->latency_us;
		if (how == HOST_BELLS_LATE) {
			link->linux_kick_at_us += bells->by_us;
		}
	}
	return true;
}
