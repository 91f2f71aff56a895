/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_log_inside.h"

#include "retained.h"

/* How far the numbers in the header of a damaged block, or of one of another format, may be from
 * the known ones to be believed: ahead, and behind. */
#define CLAIM_MAX 65536u
#define CLAIM_BACK_MAX (SAMPLE_LOG_SLOTS_MAX * COMMIT_COUNT_MASK)

#define LAST (CORE_STREAMS - 1u) /* stream */

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

/* The stream whose numbers the beginning of a block uses. Other formats have only one. */
static uint32_t claimed_stream(const struct sample_log *log, uint32_t slot)
{
	return had_own_block(log, slot) && slot_stream(log, slot) == 1u ? 1u : 0u;
}

/* Puts all whole blocks into the rings, in order. */
static void collect(struct sample_log *log)
{
	for (uint32_t slot = 0; slot < log->slot_count; slot++) {
		const struct log_entry entry = {.slot = (uint16_t)slot,
						.count = (uint16_t)slot_count(log, slot)};

		if (sample_log_whole_len(log, slot) == 0u) {
			log->memory.damaged += had_own_block(log, slot) ? 1u : 0u;
			continue;
		}

		const uint32_t stream = CORE_STREAMS == 1u ? 0u : slot_stream(log, slot);
		struct log_entry *ring = log->ring[stream];
		uint32_t at = log->streams[stream].used;

		while (at > 0u && sorts_before(log, slot, ring[at - 1u].slot)) {
			ring[at] = ring[at - 1u];
			at--;
		}
		ring[at] = entry;
		log->streams[stream].used++;
	}
}

/* Removes blocks that repeat samples of an earlier block; this log never writes any. */
static void drop_overlaps(struct sample_log *log, uint32_t stream)
{
	struct log_entry *ring = log->ring[stream];
	uint32_t kept = 0;

	for (uint32_t i = 0; i < log->streams[stream].used; i++) {
		const struct log_entry entry = ring[i];

		if (kept > 0u && seq_before(slot_first_seq(log, entry.slot),
					    slot_end_seq(log, ring[kept - 1u].slot))) {
			continue;
		}
		ring[kept] = entry;
		kept++;
		log->retained += entry.count;
	}
	log->streams[stream].used = kept;
}

static bool keeps(const struct sample_log *log, uint32_t stream, uint32_t slot)
{
	for (uint32_t i = 0; i < log->streams[stream].used; i++) {
		if (log->ring[stream][i].slot == slot) {
			return true;
		}
	}
	return false;
}

/* Lists every slot that was not kept; with one stream, in its ring after the used ones. */
static void free_rest(struct sample_log *log)
{
	uint32_t at = CORE_STREAMS == 1u ? log->streams[0].used : 0u;

	for (uint32_t slot = 0; slot < log->slot_count; slot++) {
		if (keeps(log, 0, slot) || (CORE_STREAMS > 1u && keeps(log, LAST, slot))) {
			continue;
		}
		if (CORE_STREAMS == 1u) {
			log->ring[0][at] = (struct log_entry){.slot = (uint16_t)slot};
		} else {
			log->free[at] = (uint16_t)slot;
		}
		at++;
	}
}

static uint32_t free_count(const struct sample_log *log)
{
	return log->slot_count - log->streams[0].used -
	       (CORE_STREAMS > 1u ? log->streams[LAST].used : 0u);
}

static uint32_t free_slot(const struct sample_log *log, uint32_t index)
{
	return CORE_STREAMS == 1u ? log->ring[0][log->streams[0].used + index].slot
				  : log->free[index];
}

/* The next number of a stream, also of one that this firmware does not have. */
static uint32_t *next_number(struct sample_log *log, uint32_t stream)
{
	return &log->super.words[superblock_next_seq(stream)];
}

/*
 * Skips the numbers of blocks that are damaged or of another format. The peer may have seen them;
 * if other samples got them, the peer would drop those as repetitions. Each step advances to the
 * end of another slot, so there are at most as many steps as slots.
 */
static bool skip_claimed(struct sample_log *log)
{
	for (uint32_t i = 0; i < free_count(log); i++) {
		const uint32_t slot = free_slot(log, i);
		uint32_t *next = next_number(log, claimed_stream(log, slot));
		const uint32_t ahead = slot_end_seq(log, slot) - *next;

		if (had_block(log, slot) && ahead != 0u && ahead <= CLAIM_MAX) {
			*next += ahead;
			return true;
		}
	}
	return false;
}

/* Whole blocks of another format cannot be handed out. They are reported as a gap, also to a peer
 * without any samples. */
static void find_begin(struct sample_log *log)
{
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		struct log_stream *one = &log->streams[stream];

		one->begin_seq = one->used > 0u ? slot_first_seq(log, log->ring[stream][0].slot)
						: one->next_seq;
	}
	for (uint32_t i = 0; i < free_count(log); i++) {
		const uint32_t slot = free_slot(log, i);
		const uint32_t first = slot_first_seq(log, slot);
		const uint32_t stream = claimed_stream(log, slot);
		struct log_stream *one = &log->streams[CORE_STREAMS == 1u ? 0u : stream];

		if (had_block(log, slot) && slot_words(log, slot)[SLOT_MAGIC] != BLOCK_MAGIC &&
		    stream < CORE_STREAMS && seq_before(first, one->begin_seq) &&
		    one->next_seq - first <= CLAIM_BACK_MAX) {
			one->begin_seq = first;
		}
	}
}

static void wipe_free(struct sample_log *log)
{
	for (uint32_t i = 0; i < free_count(log); i++) {
		wipe(log, free_slot(log, i));
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

/* Continues the stream's numbers, and without a superblock the boots, after its newest block. */
static void go_on(struct sample_log *log, uint32_t stream, bool remembered)
{
	const uint32_t used = log->streams[stream].used;
	uint32_t *next = next_number(log, stream);
	uint32_t *boot = &log->super.words[SUPERBLOCK_BOOT];
	uint32_t newest;

	if (used == 0u) {
		*next = remembered ? *next : log->config.streams[stream].initial_seq;
		return;
	}
	newest = log->ring[stream][used - 1u].slot;
	if (!remembered || !seq_before(slot_end_seq(log, newest), *next)) {
		*next = slot_end_seq(log, newest);
	}
	if (!remembered && (stream == 0u || log->streams[0].used == 0u ||
			    seq_before(*boot, slot_words(log, newest)[SLOT_BOOT]))) {
		*boot = slot_words(log, newest)[SLOT_BOOT];
	}
}

void sample_log_recover(struct sample_log *log)
{
	const bool remembered = superblock_load(&log->super, log->super_words);
	bool known = remembered;

	if (!remembered) {
		log->super = (struct superblock){0};
	}
	collect(log);
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		drop_overlaps(log, stream);
		known = known || log->streams[stream].used > 0u;
		go_on(log, stream, remembered);
	}
	free_rest(log);
	while (known && skip_claimed(log)) {
	}
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		log->streams[stream].next_seq = *next_number(log, stream);
	}
	find_begin(log);
	if (!known) {
		write_once(log);
	} else if (!remembered) {
		log->memory.kind = LOG_MEMORY_BLOCKS;
	}

	/* Store the superblock first: it must have the numbers of the slots that are wiped next. */
	log->super.words[SUPERBLOCK_BOOT]++;
	superblock_store(&log->super, log->super_words);
	wipe_free(log);
}
