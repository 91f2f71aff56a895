/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every store to the memory that survives a reset: one aligned 32-bit word at a time, in program
 * order. At any reset each word is either old or new, and no later word is new while an earlier one
 * is old. `volatile` keeps the compiler to that order. The memory must not be cached write-back.
 */
#ifndef CORE_RETAINED_H
#define CORE_RETAINED_H

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

#endif
