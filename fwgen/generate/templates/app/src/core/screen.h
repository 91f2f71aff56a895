/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text and figures of the screen. draw.c draws them. A screen either shows the first channel as
 * a distance in millimetres, or the values of a table, each in its own unit and place.
 */
#ifndef CORE_SCREEN_H
#define CORE_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "handshake_table.h"
#include "sample.h"
#include "wake_calls.h"

#ifndef SCREEN_VALUES
#include "fwgen_shape.h"
#endif

#define SCREEN_FIGURE_CHARS 5u /* large: "4000" or "-----" */
#define SCREEN_LINE_CHARS 21u  /* 128 pixels in a font of 6 */
#define SCREEN_LINES 3u
#define SCREEN_ABSENT 0xffu /* as a position */

struct screen_input {
	bool has_sample[CORE_STREAMS];
	struct sample sample[CORE_STREAMS]; /* the last one of each sensor */
	uint32_t samples;		    /* of all, since the start */
	enum hs_state state;
	bool asleep; /* Linux */
	uint32_t log_used;
	uint32_t log_slots;
	uint8_t call_reason; /* enum call_reason: why Linux was called, until it sleeps again */
	uint8_t call_rule;
};

/* A channel on the screen: (offset + raw number * step) / divisor in units of the last decimal. */
struct screen_value {
	int64_t offset;
	uint64_t step;
	uint32_t divisor;
	uint32_t most;	 /* the raw number at the upper end of the range */
	uint32_t coarse; /* while Linux sleeps it is rounded to a multiple of this */
	uint8_t stream;
	uint8_t channel;
	uint8_t decimals;
	bool alone; /* the sensor has no other channel */
	bool large;
	uint8_t y;
	uint8_t right; /* of the number, in pixels */
	const char *label;
	const char *unit;
};

/* Where the rest is; SCREEN_ABSENT: nowhere. */
struct screen_places {
	uint8_t bar_y;
	uint8_t line_y[SCREEN_LINES];
};

extern const struct screen_value screen_values[];
extern const struct screen_places screen_places;

struct screen {
	char figure[SCREEN_FIGURE_CHARS + 1u];
	char unit[3];					  /* beside the figure: "mm", or empty */
	char lines[SCREEN_LINES][SCREEN_LINE_CHARS + 1u]; /* state, log, samples */
	uint16_t bar_permille;				  /* how full the log is */
};

/* Without the values of the table. */
void screen_compose(const struct screen_input *input, struct screen *out);

/* The value's number, or a word if there is none. Returns whether it is a number. */
bool screen_value(const struct screen_input *input, const struct screen_value *value,
		  char text[SCREEN_LINE_CHARS + 1u]);

#endif
