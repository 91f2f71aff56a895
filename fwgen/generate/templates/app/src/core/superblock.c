/* SPDX-License-Identifier: Apache-2.0 */
#include "superblock.h"

#include "check.h"
#include "crc16.h"
#include "retained.h"

#define RECORD_WORDS (SUPERBLOCK_WORDS / 2u)
#define WORD_MAGIC 0u
#define WORD_GENERATION 1u
#define WORD_NEXT_SEQ 2u
#define WORD_BOOT 3u
#define WORD_ID 4u /* and 5; 0 in format 1 */
#define WORD_CHECK (RECORD_WORDS - 1u)

static uint32_t check_word(const uint32_t *words)
{
	uint16_t crc = 0;

	for (uint32_t i = 0; i < WORD_CHECK; i++) {
		crc = crc16_u32(crc, words[i]);
	}
	return crc | (uint32_t)(uint16_t)~crc << 16; /* never 0 */
}

static bool record_load(struct superblock *superblock, const volatile uint32_t *at)
{
	uint32_t words[RECORD_WORDS];

	for (uint32_t i = 0; i < RECORD_WORDS; i++) {
		words[i] = at[i];
	}
	*superblock = (struct superblock){
		.generation = words[WORD_GENERATION],
		.next_seq = words[WORD_NEXT_SEQ],
		.boot = words[WORD_BOOT],
		.id = words[WORD_ID] | (uint64_t)words[WORD_ID + 1u] << 32,
	};
	return words[WORD_MAGIC] == SUPERBLOCK_MAGIC && words[WORD_CHECK] == check_word(words);
}

bool superblock_load(struct superblock *superblock, const volatile uint32_t *words)
{
	struct superblock other;
	const bool whole = record_load(superblock, words);
	const bool other_whole = record_load(&other, words + RECORD_WORDS);

	if (other_whole && (!whole || (int32_t)(other.generation - superblock->generation) > 0)) {
		*superblock = other;
	}
	return whole || other_whole;
}

void superblock_store(struct superblock *superblock, volatile uint32_t *words)
{
	CORE_CHECK(words != NULL && (uintptr_t)words % sizeof(*words) == 0u);
	superblock->generation++;

	volatile uint32_t *at = words + (superblock->generation & 1u) * RECORD_WORDS;
	const uint32_t record[RECORD_WORDS] = {
		[WORD_MAGIC] = SUPERBLOCK_MAGIC,
		[WORD_GENERATION] = superblock->generation,
		[WORD_NEXT_SEQ] = superblock->next_seq,
		[WORD_BOOT] = superblock->boot,
		[WORD_ID] = (uint32_t)superblock->id,
		[WORD_ID + 1u] = (uint32_t)(superblock->id >> 32),
	};

	retained_store(&at[WORD_CHECK], 0);
	for (uint32_t i = 0; i < WORD_CHECK; i++) {
		retained_store(&at[i], record[i]);
	}
	retained_store(&at[WORD_CHECK], check_word(record));
}
