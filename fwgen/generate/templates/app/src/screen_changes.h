/* SPDX-License-Identifier: Apache-2.0 */
/* The differences between the picture on the panel and the next one. Independent of Zephyr. */
#ifndef SCREEN_CHANGES_H
#define SCREEN_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A transfer costs as much as this many bytes of picture: closer changes are sent together. */
#define SCREEN_CHANGES_GAP 8u

struct screen_change {
	uint16_t page; /* a row of bytes, eight pixels high */
	uint16_t column;
	uint16_t len;
};

/*
 * Finds the next change at or after byte `from`, in pictures of `size` bytes, `width` bytes per
 * page. False if there is none. A change never crosses the end of its page.
 */
bool screen_next_change(const uint8_t *shown, const uint8_t *wanted, size_t size, size_t width,
			size_t from, struct screen_change *change);

#endif
