/* SPDX-License-Identifier: Apache-2.0 */
#include "screen_changes.h"

bool screen_next_change(const uint8_t *shown, const uint8_t *wanted, size_t size, size_t width,
			size_t from, struct screen_change *change)
{
	size_t first = from;
	size_t page_end;
	size_t end;

	while (first < size && shown[first] == wanted[first]) {
		first++;
	}
	if (first >= size) {
		return false;
	}
	page_end = (first / width + 1u) * width;
	end = first + 1u;
	for (size_t at = end; at < page_end && at - end < SCREEN_CHANGES_GAP; at++) {
		if (shown[at] != wanted[at]) {
			end = at + 1u;
		}
	}
	*change = (struct screen_change){
		.page = (uint16_t)(first / width),
		.column = (uint16_t)(first % width),
		.len = (uint16_t)(end - first),
	};
	return true;
}
