/* SPDX-License-Identifier: Apache-2.0 */
/* Why and when to wake a sleeping Linux: the log's level, the age of a sample, a condition. */
#ifndef CORE_WAKE_CALLS_H
#define CORE_WAKE_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"
#include "wake_when.h"

#define WAKE_CONDITIONS_MAX 8u

enum call_reason {
	CALL_NONE = 0,
	CALL_FULL = 1,	/* only the log's reserve is free */
	CALL_LEVEL = 2, /* the level of the log that the spec names */
	CALL_AGE = 3,	/* a sample has waited for the longest time */
	CALL_CONDITION = 4,
};

/* A condition on one channel of one sensor. */
struct wake_rule {
	struct wake_condition condition;
	uint8_t stream;
	uint8_t channel;
	const char *text; /* as in the spec */
};

struct call_config {
	bool at_level;	     /* wake Linux when only the log's reserve is free */
	uint64_t max_age_us; /* no sample waits longer; 0: any time */
	uint64_t pause_us;   /* least time between two calls for conditions */
	uint8_t rule_count;  /* at most WAKE_CONDITIONS_MAX */
	const struct wake_rule *rules;
	int32_t *windows;  /* room for the windows of all changes, one after the other */
	wake_when_fn when; /* wake_when(); NULL without rules: the firmware does not contain it */
};

/* What the last call was for. */
struct wake_call {
	uint8_t reason; /* enum call_reason */
	uint8_t rule;	/* of CALL_CONDITION: which one */
	uint64_t at_us;
};

struct wake_calls {
	struct wake_state states[WAKE_CONDITIONS_MAX];
	uint8_t waiting;  /* bits: conditions that have fired while Linux sleeps */
	bool rung;	  /* for them */
	bool paused;	  /* `last_us` is valid */
	uint64_t last_us; /* the last call for a condition */
};

void wake_calls_init(struct wake_calls *calls);

/*
 * Takes a sample. `asleep`: whether Linux sleeps; while it is awake, a condition that becomes true
 * causes no call. Returns whether a condition has fired.
 */
bool wake_calls_sample(struct wake_calls *calls, const struct call_config *config, uint8_t stream,
		       const struct sample *sample, bool asleep);

/* Linux is awake: nothing waits. */
void wake_calls_answered(struct wake_calls *calls);

/* When to call for a condition; UINT64_MAX: none waits. */
uint64_t wake_calls_due_us(const struct wake_calls *calls, const struct call_config *config);

/* The first condition that waits. */
uint8_t wake_calls_rule(const struct wake_calls *calls);

/* Linux was called for the conditions that wait. */
void wake_calls_rung(struct wake_calls *calls, uint64_t now_us);

#endif
