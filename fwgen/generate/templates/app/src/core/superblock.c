/* SPDX-License-Identifier: Apache-2.0 */
#include "superblock.h"

#include "record.h"

#define RECORD_WORDS (SUPERBLOCK_WORDS / 2u)
#define WORD_NEXT_SEQ RECORD_VALUES
#define WORD_BOOT (RECORD_VALUES + 1u)
#define WORD_ID (RECORD_VALUES + 2u) /* and the next word; 0 in format 1 */

bool superblock_load(struct superblock *superblock, const volatile uint32_t *words)
{
	uint32_t record[RECORD_WORDS];
	const bool whole = record_load(record, RECORD_WORDS, SUPERBLOCK_MAGIC, words);

	*superblock = (struct superblock){
		.generation = record[RECORD_GENERATION],
		.next_seq = record[WORD_NEXT_SEQ],
		.boot = record[WORD_BOOT],
		.id = record[WORD_ID] | (uint64_t)record[WORD_ID + 1u] << 32,
	};
	return whole;
}

void superblock_store(struct superblock *superblock, volatile uint32_t *words)
{
	uint32_t record[RECORD_WORDS] = {
		[RECORD_MAGIC] = SUPERBLOCK_MAGIC,
		[RECORD_GENERATION] = superblock->generation,
		[WORD_NEXT_SEQ] = superblock->next_seq,
		[WORD_BOOT] = superblock->boot,
		[WORD_ID] = (uint32_t)superblock->id,
		[WORD_ID + 1u] = (uint32_t)(superblock->id >> 32),
	};

	record_store(record, RECORD_WORDS, words);
	superblock->generation = record[RECORD_GENERATION];
}
