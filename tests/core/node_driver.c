/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls a node of one sensor or two at random: SEED STEPS. Exits with 0 if the node keeps its
 * rules; built with sanitizers. Prints the number of messages that the node sent, those of them
 * that have samples of the last stream, and how often it was in each state. Messages of the peer
 * are valid, damaged, or random.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node.h"
#include "superblock.h"

#define SLOTS 6u
#define POLLS_MAX 8u
#define LAST (CORE_STREAMS - 1u) /* stream */
#define TYPE_DATA 1u
#define TYPE_STREAM_GAP 9u
#define TYPE_STREAM_ACK 21u
#define SHAPE_AT 32u /* in a block */
#define LOG_BYTES (CRASH_BYTES + SUPERBLOCK_BYTES + SLOTS * BLOCK_BYTES)
#define CHECK(say) check((say), #say, __LINE__)

static const uint32_t periods_us[] = {60000u, 170000u};
static struct node node;
static uint64_t region[LOG_BYTES / sizeof(uint64_t)];
static uint64_t now_us;
static uint64_t schedule_us[CORE_STREAMS];
static bool answered; /* the peer may have said in this session where stream 1 is to begin */
#ifndef CHANCE_FROM_INPUT
static uint64_t random_state;
#endif
static uint32_t buffers;
static bool door;
static uint32_t messages_sent;
static uint32_t last_sent; /* of these, with samples of the last stream */
#ifndef CHANCE_FROM_INPUT
static uint32_t visits[HS_STATES];
#endif

static void check(bool holds, const char *what, int line)
{
	if (!holds) {
		fprintf(stderr, "line %d: not so: %s (state %d)\n", line, what, (int)node.state);
		exit(1);
	}
}

#ifdef CHANCE_FROM_INPUT
/* A fuzzer decides: tests/fuzz/fuzz_node.c. */
static uint32_t chance(uint32_t below);
#else
/* SplitMix64 */
static uint32_t chance(uint32_t below)
{
	uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}
#endif

/* Whether a message of the node has samples, or a gap, of the last stream. */
static bool of_last_stream(const uint8_t *bytes)
{
	/* After the tag come the array, the type, and in data the head of the block. */
	const uint8_t *block = bytes + (bytes[5] == 0x58u ? 7u : 8u);

	return (bytes[4] == TYPE_DATA && (block[SHAPE_AT] & 0xfu) == LAST) ||
	       bytes[4] == TYPE_STREAM_GAP;
}

static int port_send(void *ctx, const uint8_t *bytes, size_t len)
{
	(void)ctx;
	CHECK(door);
	CHECK(node_door_open(&node));
	CHECK(len >= 6u && len <= WIRE_MESSAGE_MAX);
	CHECK(bytes[0] == 0xd9u && bytes[len - 1u] == bytes[len - 1u]);
	CHECK(CORE_STREAMS == 1u || answered || !of_last_stream(bytes));
	if (buffers == 0) {
		return -1;
	}
	buffers--;
	messages_sent++;
	last_sent += of_last_stream(bytes) ? 1u : 0u;
	return 0;
}

static void port_door(void *ctx, bool open)
{
	(void)ctx;
	door = open;
}

static void port_signal(void *ctx)
{
	(void)ctx;
}

static size_t put_number(uint8_t *out, uint32_t number)
{
	if (number < 24u) {
		out[0] = (uint8_t)number;
		return 1;
	}
	if (number < 0x100u) {
		out[0] = 0x18u;
		out[1] = (uint8_t)number;
		return 2;
	}
	if (number < 0x10000u) {
		out[0] = 0x19u;
		out[1] = (uint8_t)(number >> 8);
		out[2] = (uint8_t)number;
		return 3;
	}
	out[0] = 0x1au;
	out[1] = (uint8_t)(number >> 24);
	out[2] = (uint8_t)(number >> 16);
	out[3] = (uint8_t)(number >> 8);
	out[4] = (uint8_t)number;
	return 5;
}

static uint32_t some_seq(uint32_t stream)
{
	switch (chance(4)) {
	case 0:
		return sample_log_oldest_seq(&node.log, stream);
	case 1:
		return sample_log_next_seq(&node.log, stream) - chance(300);
	case 2:
		return node.log.streams[stream].cursor_seq;
	default:
		return chance(UINT32_MAX);
	}
}

/* Mostly of this log. */
static uint32_t some_log(void)
{
	return chance(8) == 0 ? 1u + chance(3) : (uint32_t)sample_log_id(&node.log);
}

/* The elements after the type; `*items` of them. */
static size_t some_hello(uint8_t *out, uint8_t *items)
{
	const bool own = chance(8) != 0;
	size_t at = 0;

	at += put_number(out + at, own ? WIRE_FORMAT : chance(4));
	out[at++] = 0xf6;
	at += put_number(out + at, 1u + chance(5));
	*items = own ? 6u : 4u;
	if (!own) {
		out[at++] = 0xf6;
		return at;
	}
	at += put_number(out + at, some_seq(0));
	at += put_number(out + at, some_log());
	return at + put_number(out + at, 1u + chance(UINT32_MAX));
}

static size_t some_message(uint8_t *out)
{
	uint32_t kind = 16u + chance(CORE_STREAMS > 1u ? 5 : 4);
	uint8_t items = kind == 17u ? 1u : 2u;
	size_t at = 4;

	kind = kind == 20u ? TYPE_STREAM_ACK : kind;
	memcpy(out, "\xd9\xd9\xf7", 3);
	at += put_number(out + at, kind);
	if (kind == 16u) {
		at += some_hello(out + at, &items);
	} else if (kind == 19u) {
		at += put_number(out + at, some_seq(0));
		at += put_number(out + at, some_log());
	} else if (kind == TYPE_STREAM_ACK) {
		items = 3u;
		at += put_number(out + at, 1);
		at += put_number(out + at, some_seq(LAST));
		at += put_number(out + at, some_log());
	} else {
		at += put_number(out + at, chance(70000));
		at += kind == 18u ? put_number(out + at, some_seq(0)) : 0;
	}
	out[3] = (uint8_t)(0x81u + items);
	return at;
}

static void receive(const uint8_t *bytes, size_t len)
{
	const bool greeted = node.hello_waits;
	const uint32_t session = node.session;
	const bool may_answer = memchr(bytes, TYPE_STREAM_ACK, len) != NULL ||
				memchr(node.reader.bytes, TYPE_STREAM_ACK, node.reader.len) != NULL;

	answered = answered || may_answer;
	node_receive(&node, bytes, len, now_us);
	if (node.session != session || (node.hello_waits && !greeted)) {
		answered = may_answer;
	}
}

static void receive_something(void)
{
	uint8_t bytes[80];
	size_t len = some_message(bytes);
	size_t cut;

	if (chance(4) == 0) {
		bytes[chance((uint32_t)len)] = (uint8_t)chance(256);
	}
	if (chance(10) == 0) {
		for (len = 0; len < sizeof(bytes); len++) {
			bytes[len] = (uint8_t)chance(256);
		}
	}
	cut = chance(3) == 0 ? chance((uint32_t)len) : len;
	if (door || chance(20) == 0) {
		receive(bytes, cut);
	}
	if (chance(2) == 0 && door) {
		receive(bytes + cut, len - cut);
	}
}

/* Of the sensor that is due first. */
static void sample_something(void)
{
	const uint32_t stream = schedule_us[LAST] < schedule_us[0] ? LAST : 0u;
	struct sample sample = {.status = (uint8_t)(chance(9) == 0 ? chance(6) : 0),
				.late_16ths = (uint8_t)(chance(30) == 0 ? chance(16) : 0),
				.value = {1000u + chance(20)}};

	schedule_us[stream] += periods_us[stream];
	now_us = now_us > schedule_us[stream] ? now_us : schedule_us[stream];
	node_sample(&node, stream, schedule_us[stream], &sample, now_us);
}

static void start(enum log_policy when_full)
{
	const struct node_port port = {.send = port_send,
				       .door = port_door,
				       .ring_wakeup = port_signal,
				       .clear_doorbells = port_signal};
	struct node_config config = {.latency_us = 200000u, .window_blocks = 8u};

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		struct log_stream_config *one = &config.log.streams[stream];

		one->period_us = periods_us[stream];
		one->channels = (uint8_t)(1u + stream);
		one->width[0] = 13;
		one->width[stream] = 13;
	}
	config.log.when_full = when_full;
	config.log.reserve_slots = 2;
	config.call.at_level = when_full == LOG_WAKE;
	now_us = chance(1000000);
	schedule_us[0] = now_us;
	schedule_us[LAST] = now_us;
	answered = false;
	node_init(&node, &config, &port, region, sizeof(region), now_us);
}

static void poll_while_due(void)
{
	uint32_t polls = 0;

	while (node_next_due_us(&node, now_us) <= now_us) {
		node_poll(&node, now_us);
		polls++;
		CHECK(polls < POLLS_MAX);
	}
}

static void step(enum log_policy when_full)
{
	switch (chance(16)) {
	case 0:
		node_doorbell(&node, now_us);
		break;
	case 1:
		buffers = chance(9);
		node_tx_ready(&node, now_us);
		break;
	case 2:
		if (chance(8) == 0) {
			node_link(&node, chance(3) != 0, now_us);
		}
		break;
	case 3:
		if (chance(60) == 0) {
			start(when_full);
		}
		break;
	case 4:
		now_us += chance(3000000);
		break;
	case 5:
		node_poll(&node, now_us);
		break;
	case 6:
	case 7:
	case 8:
	case 9:
		receive_something();
		break;
	default:
		for (uint32_t count = chance(40); count > 0; count--) {
			sample_something();
		}
		break;
	}
}

#ifndef CHANCE_FROM_INPUT
int main(int argc, char **argv)
{
	enum log_policy when_full;
	long steps = argc > 2 ? strtol(argv[2], NULL, 10) : 1000;

	random_state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	when_full = (enum log_policy)chance(3);
	start(when_full);
	for (; steps > 0; steps--) {
		step(when_full);
		CHECK(door == node_door_open(&node));
		visits[node_state(&node)]++;
		if (chance(3) == 0) {
			poll_while_due();
		}
	}
	printf("%u %u", messages_sent, last_sent);
	for (uint32_t state = 0; state < HS_STATES; state++) {
		printf(" %u", visits[state]);
	}
	printf("\n");
	return 0;
}
#endif
