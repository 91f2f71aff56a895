/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_log_inside.h"

#include "retained.h"

/* How far the numbers in the header of a damaged block, or of one of another format, may be from
 * the known ones to be believed: ahead, and behind. */
#define CLAIM_MAX 65536u
#define CLAIM_BACK_MAX (SAMPLE_LOG_SLOTS_MAX * COMMIT_COUNT_MASK)

uint32_t sample_log_whole_len(const struct sample_log *log, uint32_t slot)
{
	const uint8_t *bytes = (const uint8_t *)(uintptr_t)slot_words(log, slot);
	struct block_decoder decoder;
	struct block_sample sample;

	if (!block_decode_begin(&decoder, bytes, BLOCK_BYTES)) {
		return 0;
	}
	while (block_decode_next(&decoder, &sample)) {
	}
	return block_decode_whole(&decoder) ? block_decode_len(&decoder) : 0u;
}

static void wipe(const struct sample_log *log, uint32_t slot)
{
	retained_store(&slot_words(log, slot)[SLOT_MAGIC], 0);
}

/* Order by first sample; of two blocks with the same first sample, the longer one first. */
static bool sorts_before(const struct sample_log *log, uint32_t a, uint32_t b)
{
	const uint32_t first_a = slot_first_seq(log, a);
	const uint32_t first_b = slot_first_seq(log, b);

	if (first_a == first_b) {
		return slot_count(log, a) > slot_count(log, b);
	}
	return seq_before(first_a, first_b);
}

/* Whether the slot has the beginning of a block of any format. */
static bool had_block(const struct sample_log *log, uint32_t slot)
{
	return ((slot_words(log, slot)[SLOT_MAGIC] ^ BLOCK_MAGIC) & BLOCK_MAGIC_MASK) == 0u;
}

/* Whether the slot has, or may have had, a block of this format. */
static bool had_own_block(const struct sample_log *log, uint32_t slot)
{
	const uint32_t magic = slot_words(log, slot)[SLOT_MAGIC];

	return magic == BLOCK_MAGIC || magic == BLOCK_MAGIC_LOST;
}

/* Puts all whole blocks into ring[0..used), in order. */
static void collect(struct sample_log *log)
{
	for (uint32_t slot = 0; slot < log->slot_count; slot++) {
		const struct log_entry entry = {.slot = (uint16_t)slot,
						.count = (uint16_t)slot_count(log, slot)};
		uint32_t at = log->used;

		if (sample_log_whole_len(log, slot) == 0u) {
			log->memory.damaged += had_own_block(log, slot) ? 1u : 0u;
			continue;
		}
		while (at > 0u && sorts_before(log, slot, log->ring[at - 1u].slot)) {
			log->ring[at] = log->ring[at - 1u];
			at--;
		}
		log->ring[at] = entry;
		log->used++;
	}
}

/* Removes blocks that repeat samples of an earlier block; this log never writes any. */
static void drop_overlaps(struct sample_log *log)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < log->used; i++) {
		const struct log_entry entry = log->ring[i];

		if (kept > 0u && seq_before(slot_first_seq(log, entry.slot),
					    slot_end_seq(log, log->ring[kept - 1u].slot))) {
			continue;
		}
		log->ring[kept] = entry;
		kept++;
		log->retained += entry.count;
	}
	log->used = kept;
}

static bool keeps(const struct sample_log *log, uint32_t slot)
{
	for (uint32_t i = 0; i < log->used; i++) {
		if (log->ring[i].slot == slot) {
			return true;
		}
	}
	return false;
}

/* Frees every slot that was not kept and lists it after the used ones. */
static void free_rest(struct sample_log *log)
{
	uint32_t at = log->used;

	for (uint32_t slot = 0; slot < log->slot_count; slot++) {
		if (!keeps(log, slot)) {
			log->ring[at] = (struct log_entry){.slot = (uint16_t)slot};
			at++;
		}
	}
}

static uint32_t free_slot(const struct sample_log *log, uint32_t index)
{
	return log->ring[log->used + index].slot;
}

/*
 * Skips the numbers of blocks that are damaged or of another format. The peer may have seen them;
 * if other samples got them, the peer would drop those as repetitions. Each step advances to the
 * end of another slot, so there are at most as many steps as slots.
 */
static bool skip_claimed(struct sample_log *log)
{
	for (uint32_t i = 0; i < log->slot_count - log->used; i++) {
		const uint32_t slot = free_slot(log, i);
		const uint32_t ahead = slot_end_seq(log, slot) - log->next_seq;

		if (had_block(log, slot) && ahead != 0u && ahead <= CLAIM_MAX) {
			log->next_seq += ahead;
			return true;
		}
	}
	return false;
}

/* Whole blocks of another format cannot be handed out. They are reported as a gap, also to a peer
 * without any samples. */
static void find_begin(struct sample_log *log)
{
	log->begin_seq = log->used > 0u ? slot_first_seq(log, log->ring[0].slot) : log->next_seq;
	for (uint32_t i = 0; i < log->slot_count - log->used; i++) {
		const uint32_t slot = free_slot(log, i);
		const uint32_t first = slot_first_seq(log, slot);

		if (had_block(log, slot) && slot_words(log, slot)[SLOT_MAGIC] != BLOCK_MAGIC &&
		    seq_before(first, log->begin_seq) && log->next_seq - first <= CLAIM_BACK_MAX) {
			log->begin_seq = first;
		}
	}
}

static void wipe_free(struct sample_log *log)
{
	for (uint32_t i = log->used; i < log->slot_count; i++) {
		wipe(log, log->ring[i].slot);
	}
}

/* The memory has nothing of a log. ECC is right only in words that were written since power-on. */
static void write_once(struct sample_log *log)
{
	const uint32_t words = log->slot_count * BLOCK_WORDS + SUPERBLOCK_WORDS;

	for (uint32_t i = 0; i < words; i++) {
		retained_store(&log->slots[i], 0);
	}
	log->memory.kind = LOG_MEMORY_NEW;
	log->memory.damaged = 0;
}

void sample_log_recover(struct sample_log *log)
{
	const bool remembered = superblock_load(&log->super, log->super_words);

	collect(log);
	drop_overlaps(log);
	if (log->used > 0u) {
		const uint32_t newest = log->ring[log->used - 1u].slot;

		log->next_seq = slot_end_seq(log, newest);
		if (!remembered) {
			log->super = (struct superblock){
				.boot = slot_words(log, newest)[SLOT_BOOT],
			};
		}
	} else if (!remembered) {
		log->super = (struct superblock){0};
	}
	if (remembered && (log->used == 0u || seq_before(log->next_seq, log->super.next_seq))) {
		log->next_seq = log->super.next_seq;
	}
	free_rest(log);
	while ((remembered || log->used > 0u) && skip_claimed(log)) {
	}
	find_begin(log);
	if (!remembered) {
		if (log->used > 0u) {
			log->memory.kind = LOG_MEMORY_BLOCKS;
		} else {
			write_once(log);
		}
	}

	/* Store the superblock first: it must have the numbers of the slots that are wiped next. */
	log->super.boot++;
	log->super.next_seq = log->next_seq;
	superblock_store(&log->super, log->super_words);
	wipe_free(log);
}
