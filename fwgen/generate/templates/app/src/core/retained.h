/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to the memory that survives a reset.
 *
 * Every store to it: one aligned 32-bit word at a time, in program order. At any reset each word is
 * either old or new, and no later word is new while an earlier one is old. `volatile` keeps the
 * compiler to that order. The memory must not be cached write-back. A word is as wide as the
 * memory's error correction (ECC), so that a store never has to read the word first.
 *
 * A word that was never written since power-on, or that has more wrong bits than ECC corrects, may
 * answer a read with a bus error. retained_repair() makes all words readable, once at the start.
 */
#ifndef CORE_RETAINED_H
#define CORE_RETAINED_H

#include <stdbool.h>
#include <stdint.h>

#ifdef RETAINED_STORE_HOOK /* tests cut the power here */
void retained_store_hook(volatile uint32_t *at, uint32_t value);
#endif

static inline void retained_store(volatile uint32_t *at, uint32_t value)
{
#ifdef RETAINED_STORE_HOOK
	retained_store_hook(at, value);
#else
	*at = value;
#endif
}

#ifdef RETAINED_READ_HOOK
/* Whether a read of this word succeeds. The only function that may read a word before it was
 * repaired. */
bool retained_reads(const volatile uint32_t *word);
#else
static inline bool retained_reads(const volatile uint32_t *word)
{
	(void)word;
	return true;
}
#endif

/* Writes `value` to the word if it cannot be read. */
static inline bool retained_repair(volatile uint32_t *word, uint32_t value)
{
	if (retained_reads(word)) {
		return false;
	}
	retained_store(word, value);
	return true;
}

#endif
