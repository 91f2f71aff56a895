/* SPDX-License-Identifier: Apache-2.0 */
/* The node with any events in any order, and any bytes from the peer: each choice that
 * tests/core/node_driver.c makes is a part of the input. */
#define CHANCE_FROM_INPUT
#include "node_driver.c"

#define STEPS_MAX 2000u

static const uint8_t *input;
static size_t left;

static uint32_t chance(uint32_t below)
{
	uint32_t value = 0;

	for (uint32_t most = below - 1u; most > 0u && left > 0u; most >>= 8) {
		value = value << 8 | *input++;
		left--;
	}
	return value % below;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum log_policy when_full;

	input = data;
	left = size;
	memset(region, 0, sizeof(region));
	buffers = 0;
	door = false;
	when_full = (enum log_policy)chance(3);
	start(when_full);
	for (uint32_t steps = 0; left > 0u && steps < STEPS_MAX; steps++) {
		step(when_full);
		CHECK(door == node_door_open(&node));
		if (chance(3) == 0) {
			poll_while_due();
		}
	}
	(void)messages_sent;
	(void)last_sent;
	return 0;
}
