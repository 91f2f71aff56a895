/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes to the reader of the firmware: however they are cut, it finds the same messages. */
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define MESSAGES_MAX 64u

struct found {
	struct wire_peer_message messages[MESSAGES_MAX];
	size_t count;
	uint32_t errors;
};

/* Every cut is `step` bytes long; each piece is a memory of exactly its size. */
static void read_all(const uint8_t *data, size_t size, size_t step, struct found *found)
{
	struct wire_reader reader = {0};

	memset(found, 0, sizeof(*found));
	wire_reader_reset(&reader);
	for (size_t at = 0; at < size; at += step) {
		size_t len = size - at < step ? size - at : step;
		uint8_t *piece = malloc(len);
		const uint8_t *bytes = piece;

		memcpy(piece, data + at, len);
		while (found->count < MESSAGES_MAX &&
		       wire_read(&reader, &bytes, &len, &found->messages[found->count])) {
			found->count++;
		}
		free(piece);
		if (found->count == MESSAGES_MAX) {
			return;
		}
	}
	found->errors = reader.errors;
	while (wire_reader_partial(&reader) && found->count < MESSAGES_MAX) {
		struct wire_peer_message rest;

		(void)wire_reader_abandon(&reader, &rest);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct found whole, cut;

	read_all(data, size, size > 0u ? size : 1u, &whole);
	read_all(data, size, 1, &cut);
	if (whole.count != cut.count || whole.errors != cut.errors) {
		abort();
	}
	for (size_t i = 0; i < whole.count; i++) {
		if (whole.messages[i].kind != cut.messages[i].kind ||
		    whole.messages[i].id != cut.messages[i].id ||
		    whole.messages[i].stream != cut.messages[i].stream ||
		    whole.messages[i].next_seq != cut.messages[i].next_seq ||
		    whole.messages[i].log != cut.messages[i].log) {
			abort();
		}
	}
	return 0;
}
