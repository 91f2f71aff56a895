/* SPDX-License-Identifier: Apache-2.0 */
/* Calls the core incorrectly, as the argument says. Exits with 0 if no check failed. */
#include <stdio.h>
#include <string.h>

#include "node.h"
#include "sample_log_inside.h"

#define SHAPE {.channels = 1, .width = {13}}
#define STREAM {.period_us = 60000, .channels = 1, .width = {13}}
#define SLOTS 4u
#define LOG_BYTES (SUPERBLOCK_BYTES + SLOTS * BLOCK_BYTES)

static uint64_t region[LOG_BYTES / sizeof(uint64_t) + 1u];
static struct sample_log sample_log;
static struct node node;
static const struct sample fault = {.status = SAMPLE_FAULT};
static const struct sample sample = {.value = {1000}};

static void start(void)
{
	const struct sample_log_config config = {.streams[0] = STREAM};

	sample_log_init(&sample_log, region, LOG_BYTES, &config);
}

static void log_without_a_period(void)
{
	const struct sample_log_config config = {0};

	sample_log_init(&sample_log, region, LOG_BYTES, &config);
}

static void region_with_a_crooked_end(void)
{
	const struct sample_log_config config = {.streams[0] = STREAM};

	sample_log_init(&sample_log, region, LOG_BYTES + 4u, &config);
}

static void identity_of_0(void)
{
	start();
	sample_log_identify(&sample_log, 0);
}

static void identity_twice(void)
{
	start();
	sample_log_identify(&sample_log, 1);
	sample_log_identify(&sample_log, 2);
}

static void sent_without_a_view(void)
{
	start();
	sample_log_append(&sample_log, 0, &sample, 0);
	sample_log_sent(&sample_log);
}

static void slot_beyond_the_last(void)
{
	start();
	(void)slot_words(&sample_log, SLOTS);
}

static void entry_beyond_the_last(void)
{
	start();
	(void)log_entry_at(&sample_log, 0, SLOTS);
}

static void block_over_a_block(void)
{
	const struct block_header header = {.period_us = 60000, .shape = SHAPE};
	struct block_encoder encoder;

	start();
	sample_log_append(&sample_log, 0, &sample, 0);
	block_begin(&encoder, sample_log.slots + sample_log.ring[0][0].slot * BLOCK_WORDS, &header,
		    &sample);
}

static void block_without_a_period(void)
{
	const struct block_header header = {0};
	struct block_encoder encoder;

	start();
	block_begin(&encoder, sample_log.slots, &header, &sample);
}

static void block_without_channels(void)
{
	const struct block_header header = {.period_us = 60000};
	struct block_encoder encoder;

	start();
	block_begin(&encoder, sample_log.slots, &header, &sample);
}

static void sample_out_of_range(void)
{
	const struct block_header header = {.period_us = 60000, .shape = SHAPE};
	const struct sample wide = {.value = {8192}};
	struct block_encoder encoder;

	start();
	block_begin(&encoder, sample_log.slots, &header, &sample);
	(void)block_append(&encoder, &wide);
}

static void sample_into_a_freed_block(void)
{
	start();
	sample_log_append(&sample_log, 0, &sample, 0);
	sample_log.slots[sample_log.ring[0][0].slot * BLOCK_WORDS] = 0;
	(void)block_append(&sample_log.streams[0].open, &fault);
}

static void superblock_nowhere(void)
{
	struct superblock superblock = {0};

	superblock_store(&superblock, NULL);
}

static void more_handed_out_than_there_is(void)
{
	start();
	sample_log_append(&sample_log, 0, &sample, 0);
	sample_log.streams[0].cursor = 2;
	(void)sample_log_release(&sample_log, 0, 0);
}

static int send(void *ctx, const uint8_t *bytes, size_t len)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	node_sample(&node, 0, 60000, &sample, 60000); /* inside another call */
	return 0;
}

static void door(void *ctx, bool open)
{
	(void)ctx;
	(void)open;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void start_node(uint32_t window_blocks, void (*ring_wakeup)(void *ctx))
{
	const struct node_port port = {
		.send = send,
		.door = door,
		.ring_wakeup = ring_wakeup,
		.clear_doorbells = nothing,
	};
	const struct node_config config = {
		.log.streams[0] = STREAM,
		.window_blocks = window_blocks,
	};

	node_init(&node, &config, &port, region, LOG_BYTES, 0);
}

static void call_out_of_a_call(void)
{
	static const uint8_t hello[] = {0xd9, 0xd9, 0xf7, 0x87, 16, WIRE_FORMAT,
					0xf6, 5,    0xf6, 0xf6, 7};

	start_node(8, nothing);
	node_link(&node, true, 0);
	node_receive(&node, hello, sizeof(hello), 0);
	node_poll(&node, 0);
}

static void node_without_a_window(void)
{
	start_node(0, nothing);
}

static void port_with_a_hole(void)
{
	start_node(8, NULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{"log without a period", log_without_a_period},
	{"region with a crooked end", region_with_a_crooked_end},
	{"identity of 0", identity_of_0},
	{"identity twice", identity_twice},
	{"sent without a view", sent_without_a_view},
	{"slot beyond the last", slot_beyond_the_last},
	{"entry beyond the last", entry_beyond_the_last},
	{"block over a block", block_over_a_block},
	{"block without a period", block_without_a_period},
	{"block without channels", block_without_channels},
	{"sample out of range", sample_out_of_range},
	{"sample into a freed block", sample_into_a_freed_block},
	{"superblock nowhere", superblock_nowhere},
	{"more handed out than there is", more_handed_out_than_there_is},
	{"call out of a call", call_out_of_a_call},
	{"node without a window", node_without_a_window},
	{"port with a hole", port_with_a_hole},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (argc > 1 && strcmp(argv[1], ways[i].name) == 0) {
			ways[i].run();
			return 0;
		}
	}
	fprintf(stderr, "no such way\n");
	return 2;
}
