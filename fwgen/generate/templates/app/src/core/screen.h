/* SPDX-License-Identifier: Apache-2.0 */
/* The text and figures of the screen. display.c draws them. */
#ifndef CORE_SCREEN_H
#define CORE_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "handshake_table.h"
#include "sample.h"

#define SCREEN_FIGURE_CHARS 5u /* large: "4000" or "-----" */
#define SCREEN_LINE_CHARS 21u  /* 128 pixels in a font of 6 */
#define SCREEN_LINES 3u

struct screen_input {
	bool has_sample;
	struct sample sample; /* the last one */
	uint32_t samples;     /* since the start */
	enum hs_state state;
	bool asleep; /* Linux */
	uint32_t log_used;
	uint32_t log_slots;
};

struct screen {
	char figure[SCREEN_FIGURE_CHARS + 1u];
	char unit[3];					  /* beside the figure: "mm", or empty */
	char lines[SCREEN_LINES][SCREEN_LINE_CHARS + 1u]; /* state, log, samples */
	uint16_t bar_permille;				  /* how full the log is */
};

void screen_compose(const struct screen_input *input, struct screen *out);

#endif
