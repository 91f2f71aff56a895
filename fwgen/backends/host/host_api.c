/* SPDX-License-Identifier: Apache-2.0 */
/* The getters and setters of host_shell.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "host_inside.h"

#define EXIT_BROKEN 4 /* fwgen's exit code for a tool that failed */

void core_check_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "error: the core was called wrongly, a bug of fwgen: %s:%d: not so: %s\n",
		file, line, what);
	fflush(stderr);
	_Exit(EXIT_BROKEN);
}

struct host *host_new(const struct host_params *params)
{
	struct host *host = calloc(1, sizeof(*host));

	if (host == NULL) {
		return NULL;
	}
	host->params = *params;
	host->link.buffers = params->link_buffers;
	host->link.latency_us = params->link_latency_us;
	host->link.give_back_us = params->give_back_us;
	host->link.in_ddr = params->rings_in_ddr != 0;
	host->link.ddr_closed = params->ddr_stays_closed != 0;
	host_link_reset(&host->link);
	return host;
}

void host_crash(struct host *host, uint32_t kind)
{
	const struct crash crash = {
		.kind = kind,
		.uptime_s = (uint32_t)((host->now_us - host->boot_us) / 1000000u),
	};

	node_crashed(&host->node, &crash);
}

void host_free(struct host *host)
{
	free(host);
}

uint64_t host_now_us(const struct host *host)
{
	return host->now_us;
}

void host_readings(struct host *host, uint32_t stream, const uint32_t *readings, uint64_t first,
		   uint64_t count)
{
	struct host_stream *own = &host->streams[stream];

	own->readings = readings;
	own->readings_first = first;
	own->readings_count = count;
}

uint32_t host_lacks(const struct host *host)
{
	return host->lacks;
}

uint64_t host_samples(const struct host *host, uint32_t stream)
{
	return host->streams[stream].sample;
}

void host_reading_set(struct host *host, uint32_t reads)
{
	host->link.linux_reads = reads != 0;
}

void host_ddr_set(struct host *host, uint32_t closed)
{
	host->link.ddr_closed = closed != 0 || host->params.ddr_stays_closed != 0;
}

void host_a35_set(struct host *host, uint32_t state)
{
	host->a35 = (enum host_a35)state;
}

int32_t host_linux_send(struct host *host, uint32_t source, const uint8_t *bytes, uint32_t len)
{
	return host_link_linux_send(&host->link, source, bytes, len, host->now_us);
}

uint32_t host_inbox(struct host *host, uint8_t *bytes, uint32_t capacity)
{
	uint32_t len = host->inbox_len < capacity ? host->inbox_len : capacity;

	memcpy(bytes, host->inbox, len);
	host->inbox_len -= len;
	memmove(host->inbox, host->inbox + len, host->inbox_len);
	return len;
}

void host_rings_set(struct host *host, const struct host_rings *rings)
{
	struct host_link *link = &host->link;

	link->memory = rings->memory;
	link->memory_start = rings->memory_start;
	link->memory_bytes = (uint32_t)rings->memory_bytes;
	for (uint32_t i = 0; i < HOST_RINGS; i++) {
		link->rings[i] = (struct host_vring){
			.descriptors =
				rings->memory + (rings->descriptors[i] - rings->memory_start),
			.used = rings->memory + (rings->used[i] - rings->memory_start),
			.entries = (uint16_t)rings->entries,
		};
	}
}

uint32_t host_interrupts_take(struct host *host)
{
	uint32_t rang = host->link.rang;

	host->link.rang = 0;
	return rang;
}

void host_linux_kick(struct host *host, uint32_t ring)
{
	host_link_kick(&host->link, ring == HOST_RING_TX ? HOST_RING_TX : HOST_RING_RX,
		       host->now_us);
}

void host_stale_kick(struct host *host, uint32_t ring)
{
	host_link_add_kick(&host->link, ring == HOST_RING_TX ? HOST_RING_TX : HOST_RING_RX,
			   host->now_us);
}

void host_disturb(struct host *host, uint32_t direction, uint32_t how, uint64_t until_us,
		  uint64_t by_us)
{
	host->link.bells[direction % HOST_DIRECTIONS] = (struct host_bells){
		.how = (enum host_disturbance)how,
		.until_us = until_us,
		.by_us = by_us,
	};
}

void host_stall(struct host *host, uint64_t until_us)
{
	host->stalled_us = until_us;
	host->stalled = until_us != HOST_NEVER;
}

void host_display_set(struct host *host, uint32_t present)
{
	if (present == 0) {
		host->health.display_faults++;
		node_set_health(&host->node, &host->health);
	}
}

void host_counts_get(const struct host *host, struct host_counts *counts)
{
	const struct sample_log *log = &host->node.log;
	const struct node_counters *node = node_counters(&host->node);

	*counts = (struct host_counts){
		.next_seq = sample_log_next_seq(log, 0),
		.boot = sample_log_boot(log),
		.log_slots = sample_log_slots(log),
		.log_used_slots = sample_log_used_slots(log),
		.log_peak_slots = sample_log_peak_slots(log),
		.accesses = host->link.access_count,
		.stale_doorbells = node->stale_doorbells,
		.unexpected = node->unexpected,
	};
}

int32_t host_access(const struct host *host, uint32_t index, uint64_t *at_us)
{
	if (index >= host->link.access_count || index >= HOST_ACCESSES_MAX) {
		return -1;
	}
	*at_us = host->link.accesses[index].at_us;
	return (int32_t)host->link.accesses[index].what;
}
