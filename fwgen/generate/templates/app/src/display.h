/* SPDX-License-Identifier: Apache-2.0 */
/* The screen: a thread of low priority that shows the last input of display_update(). */
#ifndef DISPLAY_H
#define DISPLAY_H

#include <stdint.h>

#include "screen.h"

#ifdef CONFIG_FWGEN_DISPLAY

void display_start(void);
void display_update(const struct screen_input *input);

/* How often the panel did not answer, or was found reset. */
uint32_t display_faults(void);

#else

static inline void display_start(void)
{
}

static inline void display_update(const struct screen_input *input)
{
}

static inline uint32_t display_faults(void)
{
	return 0;
}

#endif

#endif
