/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "check.h"
#include "crc16.h"
#include "retained.h"

static uint32_t check_word(const uint32_t *record, uint32_t words)
{
	uint16_t crc = 0;

	for (uint32_t i = 0; i < words - 1u; i++) {
		crc = crc16_u32(crc, record[i]);
	}
	return crc | (uint32_t)(uint16_t)~crc << 16; /* never 0 */
}

static bool load_place(uint32_t *record, uint32_t words, uint32_t magic,
		       const volatile uint32_t *at)
{
	for (uint32_t i = 0; i < words; i++) {
		record[i] = at[i];
	}
	return record[RECORD_MAGIC] == magic && record[words - 1u] == check_word(record, words);
}

bool record_load(uint32_t *record, uint32_t words, uint32_t magic, const volatile uint32_t *places)
{
	const bool other_whole = load_place(record, words, magic, places + words);
	const uint32_t other_generation = record[RECORD_GENERATION];
	const bool whole = load_place(record, words, magic, places);

	if (other_whole &&
	    (!whole || (int32_t)(other_generation - record[RECORD_GENERATION]) > 0)) {
		return load_place(record, words, magic, places + words);
	}
	return whole;
}

void record_store(uint32_t *record, uint32_t words, volatile uint32_t *places)
{
	CORE_CHECK(places != NULL && (uintptr_t)places % sizeof(*places) == 0u);
	record[RECORD_GENERATION]++;
	record[words - 1u] = check_word(record, words);

	volatile uint32_t *at = places + (record[RECORD_GENERATION] & 1u) * words;

	retained_store(&at[words - 1u], 0);
	for (uint32_t i = 0; i < words; i++) {
		retained_store(&at[i], record[i]);
	}
}
