/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between the picture that a panel shows and the one it is to show. Free of Zephyr. */
#ifndef SCREEN_CHANGES_H
#define SCREEN_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A transfer costs as much as so many bytes of picture: nearer changes go together. */
#define SCREEN_CHANGES_GAP 12u

struct screen_change {
	uint16_t page; /* a row of bytes, eight pixels high */
	uint16_t column;
	uint16_t len;
};

/*
 * The next change at or behind byte `from` of pictures `width` bytes wide and `size` bytes large;
 * false if there is none. It ends before its page does.
 */
bool screen_next_change(const uint8_t *shown, const uint8_t *wanted, size_t size, size_t width,
			size_t from, struct screen_change *change);

#endif
