/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue from the interrupts to the thread that owns the node: one writer, one reader, no lock.
 * Independent of Zephyr.
 */
#ifndef READING_QUEUE_H
#define READING_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

#define READING_QUEUE_LENGTH 16u /* a power of two */

struct reading {
	uint64_t slot_us; /* when it was due */
	struct sample sample;
};

struct reading_queue {
	struct reading readings[READING_QUEUE_LENGTH];
	atomic_uint put; /* increments and wraps */
	atomic_uint taken;
};

/* False, and nothing stored, if the queue is full. */
static inline bool reading_put(struct reading_queue *queue, const struct reading *reading)
{
	unsigned int put = atomic_load_explicit(&queue->put, memory_order_relaxed);
	unsigned int taken = atomic_load_explicit(&queue->taken, memory_order_acquire);

	if (put - taken >= READING_QUEUE_LENGTH) {
		return false;
	}
	queue->readings[put % READING_QUEUE_LENGTH] = *reading;
	atomic_store_explicit(&queue->put, put + 1u, memory_order_release);
	return true;
}

static inline bool reading_take(struct reading_queue *queue, struct reading *reading)
{
	unsigned int taken = atomic_load_explicit(&queue->taken, memory_order_relaxed);

	if (taken == atomic_load_explicit(&queue->put, memory_order_acquire)) {
		return false;
	}
	*reading = queue->readings[taken % READING_QUEUE_LENGTH];
	atomic_store_explicit(&queue->taken, taken + 1u, memory_order_release);
	return true;
}

#endif
