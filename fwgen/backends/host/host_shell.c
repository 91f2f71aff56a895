/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fwgen_config.h"
#include "host_fault.h"
#include "host_inside.h"
#include "host_sensor.h"

#define POLLS_MAX 10000u

static uint64_t device_us(const struct host *host)
{
	return host->now_us - host->boot_us;
}

#if CORE_STREAMS == 1u
static const struct host_sensor sensors[CORE_STREAMS] = {{&host_reading_words, host_measure}};
#else
static const struct host_sensor sensors[CORE_STREAMS] = {
	{&host_reading_words_0, host_measure_0},
	{&host_reading_words_1, host_measure_1},
};
#endif

static uint32_t period_us(uint32_t stream)
{
	return fwgen_config.node.log.streams[stream].period_us;
}

static uint64_t schedule_us(const struct host *host, uint32_t stream)
{
	return host->params.first_sample_us + host->streams[stream].sample * period_us(stream);
}

/* As doorbell_a35_runs() in the firmware: with rings outside DDR a stopped A35 only idles. */
static bool a35_runs(const struct host *host)
{
	if (HOST_FAULT == HOST_FAULT_TRUST_DOORBELL) {
		return true;
	}
	return host->link.in_ddr ? host->a35 == HOST_A35_RUNS : host->a35 != HOST_A35_OFF;
}

/* Must be checked before the rings are used, also while the door is open. */
static bool ddr_is_open(struct host *host)
{
	return presence_look(&host->presence, a35_runs(host), device_us(host)) ||
	       HOST_FAULT == HOST_FAULT_IGNORE_PWR;
}

/* ------------------------------------------------------------------------ the node's port */

static int port_send(void *ctx, const uint8_t *bytes, size_t len)
{
	struct host *host = ctx;
	int sent;

	if (HOST_FAULT == HOST_FAULT_FORGET_GAP && len > 4 && bytes[4] == 2) {
		return 0;
	}
	if (!ddr_is_open(host)) {
		return -1;
	}
	sent = host_link_send(&host->link, bytes, len, host->now_us);
	if (sent == 0 && host->a35 != HOST_A35_RUNS) {
		host->rung = true; /* the doorbell of a message wakes Linux, too */
	}
	return sent;
}

static void port_door(void *ctx, bool open)
{
	struct host *host = ctx;

	if (HOST_FAULT == HOST_FAULT_LOSE_SAMPLE && !open && host->streams[0].sample > 0) {
		host->lose_next = true;
	}
}

static void port_ring_wakeup(void *ctx)
{
	struct host *host = ctx;

	host->rung = true;
}

static void port_clear_doorbells(void *ctx)
{
	struct host *host = ctx;

	host->vq0_rang = false;
	host->vq1_rang = false;
}

/* ------------------------------------------------------------------------ the turn's port */

static uint64_t port_now_us(void *ctx)
{
	return device_us(ctx);
}

/* As on the chip, a missing mark shows a reset of the device between two checks. */
static bool port_exists(void *ctx, bool rang)
{
	struct host *host = ctx;

	if (host->link.renewed) {
		host->link.renewed = false;
		return false;
	}
	if (rang) {
		presence_heard(&host->presence);
	}
	return host->link.up;
}

static bool port_attend(void *ctx, bool rang)
{
	struct host *host = ctx;

	if ((rang || !host->link.attached) && ddr_is_open(host)) {
		host_link_attend(&host->link, rang, host->now_us);
	}
	return true;
}

static void port_has_buffers(void *ctx)
{
	struct host *host = ctx;

	if (ddr_is_open(host)) {
		host_link_has_buffers(&host->link, host->now_us);
	}
}

static const uint8_t *port_receive(void *ctx, size_t *len)
{
	struct host *host = ctx;
	struct host_message *message = &host->link.received;

	if (!host->link.unread || !ddr_is_open(host)) {
		return NULL;
	}
	host->link.unread = host_link_receive(&host->link, message, host->now_us);
	*len = message->len;
	return host->link.unread ? message->bytes : NULL;
}

static void port_read_all(void *ctx)
{
	struct host *host = ctx;

	if (host->link.gave_back && ddr_is_open(host)) {
		host_link_read_all(&host->link, host->now_us);
	}
}

/* ------------------------------------------------------------------------------ the shell */

static void take_turn(struct host *host)
{
	const struct turn_port port = {
		.ctx = host,
		.now_us = port_now_us,
		.exists = port_exists,
		.attend = port_attend,
		.has_buffers = port_has_buffers,
		.receive = port_receive,
		.read_all = port_read_all,
	};
	const struct turn_bells bells = {
		.vq0 = host->vq0_rang,
		.vq1 = host->vq1_rang,
		.vq1_is_new = true,
	};

	host->vq0_rang = false;
	host->vq1_rang = false;
	if (HOST_FAULT == HOST_FAULT_LATE_KICK && bells.vq0 && !node_door_open(&host->node)) {
		(void)host_link_touch(&host->link, HOST_TOUCH_TX_RING, host->now_us);
	}
	host->again = turn_take(&host->turn, &host->node, &port, bells).more;
	host->health.link = host->link.counters;
	node_set_health(&host->node, &host->health);
	if (HOST_FAULT == HOST_FAULT_FREE_BEFORE_ACK) {
		(void)sample_log_release(&host->node.log, 0, host->node.log.streams[0].cursor_seq);
	}
}

static struct sample measured(const struct host_stream *own)
{
	struct sample sample = own->measured;

	if (HOST_FAULT == HOST_FAULT_WRONG_VALUE && own->sample % 1000 == 500) {
		sample.value[0]++;
	}
	return sample;
}

/* The next slot ends a measurement, as in the firmware's sampler. */
static void start_measuring(struct host *host, uint32_t stream)
{
	struct host_stream *own = &host->streams[stream];
	const uint64_t slot_us = schedule_us(host, stream);
	const uint64_t next_us = host->boot_us + slot_us + period_us(stream);
	const uint64_t at = (own->sample - own->readings_first) * *sensors[stream].words;
	const struct host_measurement measurement = sensors[stream].measure(&own->readings[at]);

	own->measured = measurement.sample;
	own->measured.late_16ths = sample_late_16ths(
		device_us(host) + measurement.waits_us - slot_us, period_us(stream));
	own->measured_us = host->now_us + measurement.waits_us + measurement.takes_us;
	if (own->measured_us > next_us) {
		own->measured_us = next_us;
	}
	own->measuring = true;
}

static void end_measuring(struct host *host, uint32_t stream)
{
	struct host_stream *own = &host->streams[stream];
	struct sample sample = measured(own);
	uint64_t due_us = schedule_us(host, stream);
	bool lost = host->lose_next;

	own->measuring = false;
	own->sample++;
	host->lose_next = false;
	if (sample.status == SAMPLE_FAULT) {
		host->health.sensor_faults++;
		node_set_health(&host->node, &host->health);
	}
	if (HOST_FAULT == HOST_FAULT_SEND_AFTER_ACK && !node_door_open(&host->node)) {
		(void)host_link_send(&host->link, (const uint8_t *)"stray", 5, host->now_us);
	}
	if (HOST_FAULT == HOST_FAULT_WRONG_TIME) {
		due_us = device_us(host);
	}
	if (!lost) {
		node_sample(&host->node, stream, due_us, &sample, device_us(host));
	}
}

/* --------------------------------------------------------------------------------- events */

enum source {
	SOURCE_UNTIL, /* first, so events at `until` are not handled */
	SOURCE_READ,
	SOURCE_GIVE_BACK,
	SOURCE_KICK,
	SOURCE_TRIGGER,
	SOURCE_MEASURED,
	SOURCE_POLL,
};

struct due {
	uint64_t at_us;
	enum source source;
	uint32_t stream;
};

static void sooner(struct due *due, enum source source, uint64_t at_us)
{
	if (at_us < due->at_us) {
		due->at_us = at_us;
		due->source = source;
	}
}

/* Events of the M33 itself wait until it runs. */
static void sooner_here(struct due *due, enum source source, uint64_t at_us,
			const struct host *host)
{
	sooner(due, source, at_us > host->stalled_us ? at_us : host->stalled_us);
}

static void sooner_sensor(struct due *due, uint32_t stream, const struct host *host)
{
	const struct host_stream *own = &host->streams[stream];
	const uint64_t before_us = due->at_us;

	if (own->measuring) {
		sooner_here(due, SOURCE_MEASURED, own->measured_us, host);
	} else {
		sooner_here(due, SOURCE_TRIGGER, host->boot_us + schedule_us(host, stream), host);
	}
	if (due->at_us < before_us) {
		due->stream = stream;
	}
}

static uint64_t poll_due_us(const struct host *host)
{
	uint64_t due_us = node_next_due_us(&host->node, device_us(host));

	if (host->again) {
		return host->now_us;
	}
	if (due_us == UINT64_MAX) {
		return HOST_NEVER;
	}
	return due_us > device_us(host) ? host->boot_us + due_us : host->now_us;
}

static struct due next_due(const struct host *host, uint64_t until_us)
{
	struct due due = {.at_us = until_us, .source = SOURCE_UNTIL};

	sooner(&due, SOURCE_READ, host_link_read_due_us(&host->link));
	sooner(&due, SOURCE_GIVE_BACK, host_link_give_back_due_us(&host->link));
	sooner_here(&due, SOURCE_KICK, host_link_kick_due_us(&host->link), host);
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		sooner_sensor(&due, stream, host);
	}
	sooner_here(&due, SOURCE_POLL, poll_due_us(host), host);
	return due;
}

static void take_kick(struct host *host)
{
	enum host_ring ring = host_link_take_kick(&host->link);

	/* While the A35 is stopped a doorbell can only be an old one. */
	if (ring == HOST_RING_RX && !a35_runs(host)) {
		return;
	}
	if (ring == HOST_RING_TX) {
		host->vq0_rang = true;
	} else {
		host->vq1_rang = true;
	}
	take_turn(host);
}

static void read_by_linux(struct host *host)
{
	host->inbox_len +=
		(uint32_t)host_link_linux_read(&host->link, host->inbox + host->inbox_len,
					       HOST_INBOX_BYTES - host->inbox_len, host->now_us);
}

static void happen(struct host *host, const struct due *due)
{
	switch (due->source) {
	case SOURCE_READ:
		read_by_linux(host);
		break;
	case SOURCE_GIVE_BACK:
		host_link_give_back(&host->link, host->now_us);
		break;
	case SOURCE_KICK:
		take_kick(host);
		break;
	case SOURCE_TRIGGER:
		start_measuring(host, due->stream);
		break;
	case SOURCE_MEASURED:
		end_measuring(host, due->stream);
		break;
	case SOURCE_POLL:
		take_turn(host);
		break;
	case SOURCE_UNTIL:
	default:
		break;
	}
}

static bool reading_is_missing(const struct host *host, const struct due *due)
{
	const struct host_stream *own = &host->streams[due->stream];

	return due->source == SOURCE_TRIGGER &&
	       own->sample - own->readings_first >= own->readings_count;
}

void host_boot(struct host *host, uint32_t reset)
{
	struct node_config config = fwgen_config.node;
	const struct node_port port = {
		.ctx = host,
		.send = port_send,
		.door = port_door,
		.ring_wakeup = port_ring_wakeup,
		.clear_doorbells = port_clear_doorbells,
	};

	config.log.streams[0].initial_seq = host->params.initial_seq;
	if (HOST_FAULT == HOST_FAULT_FORGETFUL_RESET) {
		memset(host->params.log, 0, host->params.log_bytes);
	}
	host->boot_us = host->now_us;
	host->stalled_us = 0;
	host->stalled = false;
	memset(host->streams, 0, sizeof(host->streams));
	host->vq0_rang = false;
	host->vq1_rang = false;
	host->again = false;
	host->rung = false;
	host->turn = (struct turn){0};
	host->health.sensor_faults = 0;
	host->link.up = false;
	host->link.counters = (struct link_counters){0};
	host_link_reset(&host->link);
	presence_begin(&host->presence, 0);
	node_init(&host->node, &config, &port, host->params.log, host->params.log_bytes, 0);
	node_started(&host->node, reset);
	node_set_health(&host->node, &host->health);
}

/* Whether something was due for the M33 before `at_us`; nothing has happened to it since. */
static bool waits(const struct host *host, uint64_t at_us)
{
	uint64_t due_us = host_link_kick_due_us(&host->link);

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		const struct host_stream *own = &host->streams[stream];
		const uint64_t own_us = own->measuring ? own->measured_us
						       : host->boot_us + schedule_us(host, stream);

		due_us = own_us < due_us ? own_us : due_us;
	}
	return due_us < at_us || host->again ||
	       node_next_due_us(&host->node, 0) < at_us - host->boot_us;
}

uint32_t host_run(struct host *host, uint64_t until_us)
{
	for (;;) {
		struct due due = next_due(host, until_us);

		if (host->stalled && due.at_us >= host->stalled_us) {
			host->stalled = false;
			host->stall_delayed = waits(host, host->stalled_us);
		}
		if (due.source == SOURCE_UNTIL) {
			host->now_us = until_us;
			return HOST_REACHED;
		}
		if (reading_is_missing(host, &due)) {
			host->lacks = due.stream;
			return HOST_READINGS;
		}
		host->polls = due.at_us > host->now_us ? 0 : host->polls + 1u;
		if (host->polls > POLLS_MAX) {
			return HOST_STUCK;
		}
		host->now_us = due.at_us > host->now_us ? due.at_us : host->now_us;
		happen(host, &due);
		if (host->rung) {
			host->rung = false;
			return HOST_RUNG;
		}
		if (host->inbox_len > 0) {
			return HOST_INBOX;
		}
		if (host->link.rang != 0) {
			return HOST_INTERRUPT;
		}
	}
}

void host_link_set(struct host *host, uint32_t up)
{
	host_link_reset(&host->link);
	host->link.up = up != 0;
	presence_heard(&host->presence);
	if (host->stalled_us != HOST_NEVER) {
		take_turn(host);
	}
}

uint32_t host_stall_delayed(const struct host *host)
{
	return host->stalled ? waits(host, host->now_us) : host->stall_delayed;
}

uint64_t host_next_due_us(const struct host *host)
{
	return next_due(host, HOST_NEVER).at_us;
}
