/* SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

#include <stddef.h>

struct pen {
	char *at;
	size_t room; /* characters, without the final zero */
};

static void put(struct pen *pen, const char *text)
{
	for (; *text != '\0' && pen->room > 0; text++, pen->room--) {
		*pen->at++ = *text;
	}
	*pen->at = '\0';
}

static void put_number(struct pen *pen, uint32_t number)
{
	char digits[11];
	size_t at = sizeof(digits) - 1u;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10u);
		number /= 10u;
	} while (number > 0);
	put(pen, &digits[at]);
}

/* At most 19 digits. */
static void put_decimals(struct pen *pen, uint64_t number, uint8_t decimals)
{
	char digits[22];
	size_t at = sizeof(digits) - 1u;

	digits[at] = '\0';
	for (uint8_t place = 0; number > 0 || place <= decimals; place++) {
		if (place == decimals && place > 0) {
			digits[--at] = '.';
		}
		digits[--at] = (char)('0' + number % 10u);
		number /= 10u;
	}
	put(pen, &digits[at]);
}

static const char *status_text(uint8_t status)
{
	switch (status) {
	case SAMPLE_TOO_NEAR:
		return "near";
	case SAMPLE_TOO_FAR:
		return "far";
	case SAMPLE_NO_ECHO:
		return "-----";
	case SAMPLE_MISSED:
		return "late";
	default:
		return "fault";
	}
}

static const char *state_text(enum hs_state state)
{
	switch (state) {
	case HS_DETACHED:
		return "no Linux";
	case HS_GREETING:
		return "no application";
	case HS_DRAINING:
		return "draining";
	case HS_AWAKE:
		return "Linux awake";
	case HS_CLOSING:
		return "falling asleep";
	case HS_HUSHED:
	case HS_ASLEEP:
		return "Linux asleep";
	case HS_CALLING:
		return "asleep, calling";
	case HS_WAKING:
		return "waking";
	case HS_STATES:
	default:
		return "?";
	}
}

static const char *call_text(enum hs_state state)
{
	switch (state) {
	case HS_CALLING:
		return "call: ";
	case HS_WAKING:
		return "waking: ";
	case HS_DRAINING:
		return "draining: ";
	case HS_AWAKE:
		return "Linux awake: ";
	default:
		return NULL;
	}
}

/* The state, and why Linux was called. */
static void put_call(struct pen *pen, const struct screen_input *input)
{
	static const char *const reasons[] = {
		[CALL_FULL] = "full",
		[CALL_LEVEL] = "level",
		[CALL_AGE] = "age",
		[CALL_CONDITION] = "cond ",
	};
	const char *state = call_text(input->state);

	if (state == NULL || input->call_reason == CALL_NONE) {
		put(pen, state_text(input->state));
		return;
	}
	put(pen, state);
	put(pen, reasons[input->call_reason]);
	if (input->call_reason == CALL_CONDITION) {
		put_number(pen, input->call_rule + 1u);
	}
}

/* To a centimetre while Linux sleeps: the last digit changes with each picture, and each byte of a
 * picture wakes the core. */
static uint32_t shown_mm(const struct screen_input *input)
{
	uint32_t distance_mm = input->sample[0].value[0];

	return input->asleep ? (distance_mm + 5u) / 10u * 10u : distance_mm;
}

static void figure(const struct screen_input *input, struct screen *out)
{
	struct pen figure = {out->figure, SCREEN_FIGURE_CHARS};
	struct pen unit = {out->unit, sizeof(out->unit) - 1u};

	if (!input->has_sample[0]) {
		put(&figure, "");
		put(&unit, "");
	} else if (input->sample[0].status == SAMPLE_VALID) {
		put_number(&figure, shown_mm(input));
		put(&unit, "mm");
	} else {
		put(&figure, status_text(input->sample[0].status));
		put(&unit, "");
	}
}

void screen_compose(const struct screen_input *input, struct screen *out)
{
	struct pen state = {out->lines[0], SCREEN_LINE_CHARS};
	struct pen log = {out->lines[1], SCREEN_LINE_CHARS};
	struct pen samples = {out->lines[2], SCREEN_LINE_CHARS};
	uint32_t permille = 0;

	if (input->log_slots > 0) {
		permille = (uint32_t)((uint64_t)input->log_used * 1000u / input->log_slots);
	}
	out->bar_permille = permille < 1000u ? (uint16_t)permille : 1000u;

	if (SCREEN_VALUES == 0) {
		figure(input, out);
	}
	if (SCREEN_CALLS) {
		put_call(&state, input);
	} else {
		put(&state, state_text(input->state));
	}
	put(&log, "log ");
	put_number(&log, out->bar_permille / 10u);
	put(&log, " %");
	put_number(&samples, input->samples);
	put(&samples, " samples");
}

/* A sample is out of range as a whole: of several channels, those at their ends are. */
static const char *word_for(const struct sample *sample, const struct screen_value *value)
{
	const uint32_t raw = sample->value[value->channel];

	switch (sample->status) {
	case SAMPLE_VALID:
		return NULL;
	case SAMPLE_TOO_NEAR:
		return value->alone || raw == 0u ? "low" : NULL;
	case SAMPLE_TOO_FAR:
		return value->alone || raw == value->most ? "high" : NULL;
	default:
		return status_text(sample->status);
	}
}

bool screen_value(const struct screen_input *input, const struct screen_value *value,
		  char text[SCREEN_LINE_CHARS + 1u])
{
	const struct sample *sample = &input->sample[value->stream];
	struct pen pen = {text, SCREEN_LINE_CHARS};
	const char *word = input->has_sample[value->stream] ? word_for(sample, value) : "";
	int64_t quantity;
	uint64_t number;

	if (word != NULL) {
		put(&pen, word);
		return false;
	}
	quantity = value->offset + (int64_t)(sample->value[value->channel] * value->step);
	number = (uint64_t)(quantity < 0 ? -quantity : quantity);
	number = (number + value->divisor / 2u) / value->divisor;
	if (input->asleep) {
		number = (number + value->coarse / 2u) / value->coarse * value->coarse;
	}
	if (quantity < 0 && number > 0u) {
		put(&pen, "-");
	}
	put_decimals(&pen, number, value->decimals);
	return true;
}
