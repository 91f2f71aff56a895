/* SPDX-License-Identifier: Apache-2.0 */
#include "crash.h"

#include "record.h"

#define RECORD_WORDS (CRASH_BYTES / 2u / 4u)
#define WORD_CRASHES RECORD_VALUES
#define WORD_TOLD (RECORD_VALUES + 1u)
#define WORD_FIRST (RECORD_VALUES + 2u)
#define WORD_LAST (RECORD_VALUES + 8u)
#define LINE_MAX 0xffffu

/* Words of one crash; the first one has `kind` in its lower and `line` in its upper half. */
#define CRASH_PC 1u
#define CRASH_LR 2u
#define CRASH_FILE 3u
#define CRASH_BOOT 4u
#define CRASH_UPTIME 5u

static void put(uint32_t *words, const struct crash *crash)
{
	words[0] = crash->kind | (crash->line < LINE_MAX ? crash->line : LINE_MAX) << 16;
	words[CRASH_PC] = crash->pc;
	words[CRASH_LR] = crash->lr;
	words[CRASH_FILE] = crash->file;
	words[CRASH_BOOT] = crash->boot;
	words[CRASH_UPTIME] = crash->uptime_s;
}

static void get(struct crash *crash, const uint32_t *words)
{
	*crash = (struct crash){
		.kind = words[0] & 0xffffu,
		.line = words[0] >> 16,
		.pc = words[CRASH_PC],
		.lr = words[CRASH_LR],
		.file = words[CRASH_FILE],
		.boot = words[CRASH_BOOT],
		.uptime_s = words[CRASH_UPTIME],
	};
}

static bool load(uint32_t *record, const volatile uint32_t *place)
{
	if (record_load(record, RECORD_WORDS, CRASH_MAGIC, place)) {
		return true;
	}
	for (uint32_t i = 0; i < RECORD_WORDS; i++) {
		record[i] = 0;
	}
	record[RECORD_MAGIC] = CRASH_MAGIC;
	return false;
}

bool crash_load(struct crash_summary *summary, const volatile uint32_t *place)
{
	uint32_t record[RECORD_WORDS];
	const bool found = load(record, place);

	*summary = (struct crash_summary){
		.crashes = record[WORD_CRASHES],
		.untold = record[WORD_CRASHES] - record[WORD_TOLD],
		.last_boot = record[WORD_LAST + CRASH_BOOT],
	};
	if (summary->untold != 0u) {
		get(&summary->first, &record[WORD_FIRST]);
		get(&summary->last, &record[WORD_LAST]);
	}
	return found;
}

void crash_note(volatile uint32_t *place, const struct crash *crash)
{
	uint32_t record[RECORD_WORDS];

	(void)load(record, place);
	if (record[WORD_CRASHES] == record[WORD_TOLD]) {
		put(&record[WORD_FIRST], crash);
	}
	put(&record[WORD_LAST], crash);
	record[WORD_CRASHES]++;
	record_store(record, RECORD_WORDS, place);
}

void crash_told(volatile uint32_t *place, uint32_t crashes)
{
	uint32_t record[RECORD_WORDS];

	if (load(record, place) && crashes == record[WORD_CRASHES] &&
	    crashes != record[WORD_TOLD]) {
		record[WORD_TOLD] = crashes;
		record_store(record, RECORD_WORDS, place);
	}
}
