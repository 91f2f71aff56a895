/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue from the interrupts to the thread that owns the node: one writer, one reader, no lock.
 * The interrupts have one priority, and threads that write lock them: so they are one writer.
 * Independent of Zephyr.
 */
#ifndef READING_QUEUE_H
#define READING_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

#define READING_QUEUE_LENGTH (16u * CORE_STREAMS) /* a power of two */

struct reading {
	uint64_t slot_us; /* when it was due */
#if CORE_STREAMS > 1u
	uint32_t stream; /* of the sensor */
#endif
	struct sample sample;
};

/* The number of its sensor's stream of samples. */
static inline uint32_t reading_stream(const struct reading *reading)
{
#if CORE_STREAMS > 1u
	return reading->stream;
#else
	(void)reading;
	return 0;
#endif
}

static inline void reading_is_of(struct reading *reading, uint32_t stream)
{
#if CORE_STREAMS > 1u
	reading->stream = stream;
#else
	(void)reading;
	(void)stream;
#endif
}

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
