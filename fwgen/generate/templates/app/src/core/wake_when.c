/* SPDX-License-Identifier: Apache-2.0 */
#include "wake_when.h"

static bool differs(int32_t a, int32_t b, int32_t limit)
{
	return (a > b ? (int64_t)a - b : (int64_t)b - a) > limit;
}

/* Whether the value differs too much from one in the window; then enters it there. */
static bool changes(struct wake_state *state, const struct wake_condition *condition,
		    int32_t *window, int32_t value)
{
	bool found = false;

	for (uint16_t i = 0; i < state->known; i++) {
		found = found || differs(value, window[i], condition->limit);
	}
	window[state->at] = value;
	state->at = (uint16_t)((state->at + 1u) % condition->samples);
	if (state->known < condition->samples) {
		state->known++;
	}
	return found;
}

static bool is_true(struct wake_state *state, const struct wake_condition *condition,
		    int32_t *window, const struct wake_input *input)
{
	switch (condition->kind) {
	case WAKE_STATUS:
		return input->status == condition->limit;
	case WAKE_BELOW:
		return input->has_value && input->value < condition->limit;
	case WAKE_ABOVE:
		return input->has_value && input->value > condition->limit;
	default:
		return input->has_value && changes(state, condition, window, input->value);
	}
}

/* Not true, and on the other side of `until` as well. */
static bool is_false(const struct wake_condition *condition, const struct wake_input *input)
{
	if (!input->has_value) {
		return true;
	}
	if (condition->kind == WAKE_BELOW) {
		return input->value >= condition->until;
	}
	return condition->kind != WAKE_ABOVE || input->value <= condition->until;
}

bool wake_when(struct wake_state *state, const struct wake_condition *condition, int32_t *window,
	       const struct wake_input *input)
{
	const uint32_t needed = condition->kind == WAKE_CHANGES ? 1u : condition->samples;
	bool now;

	if (input->missed) {
		return false;
	}
	now = is_true(state, condition, window, input);
	if (now) {
		state->quiet = 0;
		state->held += state->held < needed ? 1u : 0u;
	} else {
		state->held = 0;
		if (!is_false(condition, input)) {
			state->quiet = 0;
		} else if (state->quiet < condition->samples) {
			state->quiet++;
		}
	}
	if (!state->armed && state->quiet >= condition->samples) {
		state->armed = true;
	}
	if (!state->armed || state->held < needed) {
		return false;
	}
	state->armed = false;
	return true;
}
