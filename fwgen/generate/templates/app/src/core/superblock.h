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

#define SUPERBLOCK_BYTES 64u
#define SUPERBLOCK_WORDS (SUPERBLOCK_BYTES / 4u)
#define SUPERBLOCK_MAGIC 0x314c5746u /* "FWL1" */

struct superblock {
	uint32_t generation; /* as in record.h */
	uint32_t next_seq;
	uint32_t boot;
	uint64_t id; /* of the log; 0: none */
};

/* False if neither record is whole. */
bool superblock_load(struct superblock *superblock, const volatile uint32_t *words);

/* Increments the generation and writes the record that is not the valid one. */
void superblock_store(struct superblock *superblock, volatile uint32_t *words);

#endif
