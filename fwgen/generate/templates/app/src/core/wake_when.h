/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions under which a sleeping Linux is woken (`sleep.wake_if` of the spec).
 *
 * A condition fires when it becomes true. It fires again only after it was false as long as it had
 * to be true, so an obstacle that stays at the limit does not fire all the time. A measurement that
 * was missed changes nothing.
 */
#ifndef CORE_WAKE_WHEN_H
#define CORE_WAKE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* The longest window of a change, in samples. */
#define WAKE_WINDOW_MAX 256u

enum wake_kind {
	WAKE_BELOW,   /* the value is less than `limit` */
	WAKE_ABOVE,   /* the value is more than `limit` */
	WAKE_CHANGES, /* the value differs by more than `limit` from one of the last `samples` */
	WAKE_STATUS,  /* the sample has the status `limit` */
};

struct wake_condition {
	uint8_t kind; /* enum wake_kind */
	int32_t limit;
	int32_t until;	  /* WAKE_BELOW, WAKE_ABOVE: false only from this value on */
	uint32_t samples; /* true for so many samples in a row; of WAKE_CHANGES: see there */
};

/* What a condition sees of a sample. */
struct wake_input {
	bool missed;	/* no measurement was made */
	bool has_value; /* otherwise only the status counts */
	uint8_t status;
	int32_t value;
};

/* The state of a condition; all zero at the start, except `armed`. */
struct wake_state {
	uint32_t held;	/* samples in a row for which it was true */
	uint32_t quiet; /* samples in a row for which it was false */
	uint16_t at;	/* in `window`: the next place */
	uint16_t known; /* values in `window` */
	bool armed;
};

/*
 * Takes a sample. Returns whether the condition fires. `window`: room for `samples` values, used
 * by WAKE_CHANGES only.
 */
bool wake_when(struct wake_state *state, const struct wake_condition *condition, int32_t *window,
	       const struct wake_input *input);

typedef bool (*wake_when_fn)(struct wake_state *state, const struct wake_condition *condition,
			     int32_t *window, const struct wake_input *input);

/* Whether the condition has fired and is not false again. */
static inline bool wake_holds(const struct wake_state *state)
{
	return !state->armed;
}

#endif
