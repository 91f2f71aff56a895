/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sample log must keep even when it has no block: two records of 32 bytes, written in
 * turn, so that one of them is whole at any reset.
 */
#ifndef CORE_SUPERBLOCK_H
#define CORE_SUPERBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define SUPERBLOCK_BYTES 64u
#define SUPERBLOCK_WORDS (SUPERBLOCK_BYTES / 4u)
#define SUPERBLOCK_MAGIC 0x314c5746u /* "FWL1" */

/* A record; `generation` and the check are as in record.h. */
struct superblock {
	uint32_t words[SUPERBLOCK_WORDS / 2u];
};

#define SUPERBLOCK_BOOT (RECORD_VALUES + 1u)
#define SUPERBLOCK_ID (RECORD_VALUES + 2u) /* of the log, two words; 0: none */

/* The word with a stream's next number; those of other streams than this firmware's stay. */
static inline uint32_t superblock_next_seq(uint32_t stream)
{
	return stream == 0u ? RECORD_VALUES : RECORD_VALUES + 4u;
}

/* False if neither record is whole. */
bool superblock_load(struct superblock *superblock, const volatile uint32_t *words);

/* Increments the generation and writes the record that is not the valid one. */
void superblock_store(struct superblock *superblock, volatile uint32_t *words);

#endif
