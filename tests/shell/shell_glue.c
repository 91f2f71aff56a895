/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests call of the shell's pure parts, where ctypes cannot reach it. */
#include "beat.h"
#include "presence.h"
#include "reading_queue.h"
#include "screen_pace.h"

uint32_t glue_wrap_cycles(uint64_t period_cycles);
uint32_t glue_part_cycles(uint64_t cycles);
struct reading_queue *glue_queue(void);
int glue_put(struct reading_queue *queue, uint64_t slot_us);
int glue_take(struct reading_queue *queue, uint64_t *slot_us);

uint8_t glue_late_16ths(uint32_t late_us, uint32_t period_us);

void glue_presence_begin(uint64_t now_us);
void glue_presence_heard(void);
int glue_presence_look(int runs, uint64_t now_us);
int glue_presence_bell_is_new(uint64_t enabled_us, uint64_t now_us);

void glue_pace_enter(struct screen_pace *pace, bool asleep, uint64_t now_us);
bool glue_pace_due(struct screen_pace *pace, uint32_t period_us, uint64_t now_us);

uint8_t glue_late_16ths(uint32_t late_us, uint32_t period_us)
{
	return sample_late_16ths(late_us, period_us);
}

static struct presence presence;

void glue_presence_begin(uint64_t now_us)
{
	presence_begin(&presence, now_us);
}

void glue_presence_heard(void)
{
	presence_heard(&presence);
}

int glue_presence_look(int runs, uint64_t now_us)
{
	return presence_look(&presence, runs != 0, now_us);
}

int glue_presence_bell_is_new(uint64_t enabled_us, uint64_t now_us)
{
	return presence_bell_is_new(enabled_us, now_us);
}

uint32_t glue_wrap_cycles(uint64_t period_cycles)
{
	return beat_wrap_cycles(period_cycles);
}

uint32_t glue_part_cycles(uint64_t cycles)
{
	return beat_part_cycles(cycles);
}

struct reading_queue *glue_queue(void)
{
	static struct reading_queue queue;

	queue = (struct reading_queue){.put = 0xfffffff0u, .taken = 0xfffffff0u};
	return &queue;
}

int glue_put(struct reading_queue *queue, uint64_t slot_us)
{
	const struct reading reading = {.slot_us = slot_us};

	return reading_put(queue, &reading);
}

int glue_take(struct reading_queue *queue, uint64_t *slot_us)
{
	struct reading reading;

	if (!reading_take(queue, &reading)) {
		return 0;
	}
	*slot_us = reading.slot_us;
	return 1;
}

void glue_pace_enter(struct screen_pace *pace, bool asleep, uint64_t now_us)
{
	screen_pace_enter(pace, asleep, now_us);
}

bool glue_pace_due(struct screen_pace *pace, uint32_t period_us, uint64_t now_us)
{
	return screen_pace_due(pace, period_us, now_us);
}
