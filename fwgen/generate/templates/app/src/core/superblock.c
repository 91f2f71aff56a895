/* SPDX-License-Identifier: Apache-2.0 */
#include "superblock.h"

#define RECORD_WORDS (SUPERBLOCK_WORDS / 2u)

bool superblock_load(struct superblock *superblock, const volatile uint32_t *words)
{
	return record_load(superblock->words, RECORD_WORDS, SUPERBLOCK_MAGIC, words);
}

void superblock_store(struct superblock *superblock, volatile uint32_t *words)
{
	superblock->words[RECORD_MAGIC] = SUPERBLOCK_MAGIC;
	record_store(superblock->words, RECORD_WORDS, words);
}
