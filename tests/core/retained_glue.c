/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of retained.h: what happens at each store, and words that cannot be read. */
#include "retained_glue.h"

#include "retained.h"

static glue_hook after_store;
static const volatile uint32_t *watched; /* the first word */
static uint8_t *unreadable;		 /* one byte per word; not 0: reading it fails */
static uint32_t watched_words;

static uint8_t *mark_of(const volatile uint32_t *at)
{
	const uintptr_t offset = (uintptr_t)at - (uintptr_t)watched;

	return unreadable != NULL && offset / sizeof(*at) < watched_words
		       ? &unreadable[offset / sizeof(*at)]
		       : NULL;
}

void retained_store_hook(volatile uint32_t *at, uint32_t value)
{
	uint8_t *mark = mark_of(at);

	*at = value;
	if (mark != NULL && *mark != GLUE_BROKEN) {
		*mark = 0;
	}
	if (after_store != NULL) {
		after_store();
	}
}

bool retained_reads(const volatile uint32_t *word)
{
	const uint8_t *mark = mark_of(word);

	return mark == NULL || *mark == 0;
}

void glue_after_store(glue_hook hook)
{
	after_store = hook;
}

void glue_unreadable(const uint32_t *words, uint8_t *marks, uint32_t count)
{
	watched = words;
	unreadable = marks;
	watched_words = count;
}
