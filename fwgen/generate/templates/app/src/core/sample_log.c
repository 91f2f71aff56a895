/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_log.h"

#include "retained.h"
#include "sample_log_inside.h"

static bool is_open_at(const struct sample_log *log, uint32_t index)
{
	return log->is_open && index + 1u == log->used;
}

/* The first number of a block that is whole, or open: what memory says of that is not used. */
static uint32_t first_seq_at(const struct sample_log *log, uint32_t index)
{
	return is_open_at(log, index)
		       ? log->next_seq - block_count(&log->open)
		       : slot_first_seq(log, log->ring[(log->head + index) % log->slot_count].slot);
}

/* Whether the memory was never written since power-on: of a superblock that was stored, some words
 * could be read. */
static bool is_cold(const struct sample_log *log)
{
	for (uint32_t i = 0; i < SUPERBLOCK_WORDS; i++) {
		if (retained_reads(&log->super_words[i])) {
			return false;
		}
	}
	return true;
}

/*
 * Makes every word readable, before anything else reads one. False: some stay unreadable. A slot
 * whose magic cannot be read may have had a block: recovery skips its numbers.
 */
static bool repair(struct sample_log *log)
{
	const uint32_t slot_words = log->slot_count * BLOCK_WORDS;
	const bool cold = is_cold(log);
	volatile uint32_t *words = log->slots;
	bool readable = true;

	for (uint32_t i = 0; i < slot_words + SUPERBLOCK_WORDS; i++) {
		const bool is_magic = i < slot_words && i % BLOCK_WORDS == SLOT_MAGIC;

		if (cold) {
			retained_store(&words[i], 0);
		} else if (retained_repair(&words[i], is_magic ? BLOCK_MAGIC_LOST : 0u)) {
			log->memory.unreadable++;
		}
	}
	if (cold) {
		log->memory.unreadable = SUPERBLOCK_WORDS;
	}
	for (uint32_t i = 0; log->memory.unreadable != 0u && i < slot_words + SUPERBLOCK_WORDS;
	     i++) {
		readable = readable && retained_reads(&words[i]);
	}
	return readable;
}

void sample_log_init(struct sample_log *log, void *region, size_t size,
		     const struct sample_log_config *config)
{
	CORE_CHECK(config->stream.period_us != 0u);
	CORE_CHECK(((uintptr_t)region + size) % 8u == 0u);

	size_t slots = size < SUPERBLOCK_BYTES ? 0u : (size - SUPERBLOCK_BYTES) / BLOCK_BYTES;

	if (slots > SAMPLE_LOG_SLOTS_MAX) {
		slots = SAMPLE_LOG_SLOTS_MAX;
	}
	*log = (struct sample_log){
		.config = *config,
		.slot_count = (uint32_t)slots,
		.next_us = UINT64_MAX,
		.next_seq = config->stream.initial_seq,
		.begin_seq = config->stream.initial_seq,
		.cursor_seq = config->stream.initial_seq,
		.peeked_end = config->stream.initial_seq,
	};
	if (size < SUPERBLOCK_BYTES) {
		return;
	}

	/* Counted from the end, which does not move when another firmware needs more or less
	 * memory. */
	uint8_t *super = (uint8_t *)region + (size - SUPERBLOCK_BYTES);

	log->super_words = (volatile uint32_t *)(uintptr_t)super;
	log->slots = (volatile uint32_t *)(uintptr_t)(super - slots * BLOCK_BYTES);
	if (!repair(log)) {
		log->memory.kind = LOG_MEMORY_BAD;
		log->super_words = NULL;
		log->slots = NULL;
		log->slot_count = 0;
		return;
	}
	sample_log_recover(log);
	log->peak = log->used;
	log->cursor_seq = sample_log_oldest_seq(log);
	log->peeked_end = log->cursor_seq;
}

/* Stores the next number, which must survive the blocks. */
static void remember_next_seq(struct sample_log *log)
{
	log->super.next_seq = log->next_seq;
	superblock_store(&log->super, log->super_words);
}

static void close_open(struct sample_log *log)
{
	const uint32_t count = block_count(&log->open);

	CORE_CHECK(log->is_open && log->used > 0u);
	log_entry_at(log, log->used - 1u)->count = (uint16_t)count;
	log->is_open = false;
	log->next_us = UINT64_MAX;
	log->retained += count;
}

/* The block is closed. */
static void free_oldest(struct sample_log *log)
{
	const struct log_entry entry = *log_entry_at(log, 0);

	CORE_CHECK(log->used > 0u && !is_open_at(log, 0));
	CORE_CHECK(log->retained >= entry.count);
	if (log->used == 1u) {
		remember_next_seq(log);
	}
	log->retained -= entry.count;
	retained_store(&slot_words(log, entry.slot)[SLOT_MAGIC], 0);
	log->head = (log->head + 1u) % log->slot_count;
	log->used--;
	if (log->cursor > 0u) {
		log->cursor--;
	}
}

/* False: no slot is free and the sample is dropped. */
static bool make_room(struct sample_log *log)
{
	if (log->used < log->slot_count) {
		return true;
	}
	if (log->config.when_full != LOG_KEEP_NEWEST || log->slot_count == 0u) {
		return false;
	}
	log->dropped += log_entry_at(log, 0)->count;
	free_oldest(log);
	return true;
}

static void drop_sample(struct sample_log *log)
{
	log->dropped++;
	log->next_seq++;
	if (log->super_words != NULL) {
		remember_next_seq(log);
	}
}

static void open_block(struct sample_log *log, uint64_t schedule_us, const struct sample *sample)
{
	struct block_header header = {
		.first_seq = log->next_seq,
		.period_us = log->config.stream.period_us,
		.start_us = schedule_us,
		.boot = log->super.boot,
		.spec = log->config.spec,
		.shape.channels = log->config.stream.channels,
	};

	for (uint32_t c = 0; c < CORE_CHANNELS; c++) {
		header.shape.width[c] = log->config.stream.width[c];
	}

	CORE_CHECK(log->used < log->slot_count);
	block_begin(&log->open, slot_words(log, log_entry_at(log, log->used)->slot), &header,
		    sample);
	log->is_open = true;
	log->used++;
	if (log->used > log->peak) {
		log->peak = log->used;
	}
}

static struct sample cut_to_range(const struct log_stream_config *config, struct sample sample)
{
	if (sample.status > SAMPLE_FAULT) {
		sample.status = SAMPLE_FAULT;
	}
	if (sample.late_16ths > SAMPLE_LATE_MAX_16THS) {
		sample.late_16ths = SAMPLE_LATE_MAX_16THS;
	}
	for (uint32_t c = 0; c < config->channels; c++) {
		const uint32_t most = sample_value_max(config->width[c]);

		if (!sample_status_has_values(sample.status)) {
			sample.value[c] = 0;
		} else if (sample.value[c] > most) {
			sample.value[c] = most;
		}
	}
	return sample;
}

void sample_log_append_unusual(struct sample_log *log, uint64_t schedule_us,
			       const struct sample *raw)
{
	const struct sample sample = cut_to_range(&log->config.stream, *raw);

	if (!log->is_open || schedule_us != log->next_us || !block_append(&log->open, &sample)) {
		if (log->is_open) {
			close_open(log);
		}
		if (!make_room(log)) {
			drop_sample(log);
			return;
		}
		open_block(log, schedule_us, &sample);
	}
	log->next_us = schedule_us + log->config.stream.period_us;
	log->next_seq++;
}

static bool view_gap(struct sample_log *log, uint32_t end, struct log_view *out)
{
	*out = (struct log_view){
		.kind = LOG_VIEW_GAP,
		.first_seq = log->cursor_seq,
		.count = end - log->cursor_seq,
	};
	log->peeked_end = end;
	return true;
}

/* The blocks that end before cursor_seq were handed out. */
static void place_cursor(struct sample_log *log)
{
	while (log->cursor < log->used) {
		const bool open = is_open_at(log, log->cursor);
		const uint32_t end = open ? log->next_seq
					  : slot_end_seq(log, log_entry_at(log, log->cursor)->slot);

		if (seq_before(log->cursor_seq, end)) {
			return;
		}
		if (open) {
			close_open(log); /* later samples must not be added to a block before the
					    cursor */
		}
		log->cursor++;
	}
}

/* Frees the closed block at the cursor. Its numbers become a gap. */
static void lose_block(struct sample_log *log)
{
	const struct log_entry lost = *log_entry_at(log, log->cursor);

	CORE_CHECK(log->retained >= lost.count);
	remember_next_seq(log); /* it may be the last block */
	log->retained -= lost.count;
	retained_store(&slot_words(log, lost.slot)[SLOT_MAGIC], 0);
	log->memory.damaged++;
	log->used--;
	for (uint32_t i = log->cursor; i < log->used; i++) {
		*log_entry_at(log, i) = *log_entry_at(log, i + 1u);
	}
	*log_entry_at(log, log->used) = lost;
}

/* Loses the closed blocks at the cursor that are no longer whole: their memory has changed. Returns
 * the length of the closed block that is there then; 0: none is. */
static uint32_t lose_damaged(struct sample_log *log)
{
	while (log->cursor < log->used && !is_open_at(log, log->cursor)) {
		const uint32_t len =
			sample_log_whole_len(log, log_entry_at(log, log->cursor)->slot);

		if (len != 0u) {
			return len;
		}
		lose_block(log);
	}
	return 0;
}

bool sample_log_peek(struct sample_log *log, bool close_growing, struct log_view *out)
{
	for (;;) {
		const uint32_t len = lose_damaged(log);

		if (log->cursor == log->used) {
			return close_growing && log->cursor_seq != log->next_seq &&
			       view_gap(log, log->next_seq, out);
		}

		const struct log_entry *entry = log_entry_at(log, log->cursor);
		const uint32_t first_seq = first_seq_at(log, log->cursor);

		if (seq_before(log->cursor_seq, first_seq)) {
			return view_gap(log, first_seq, out);
		}
		if (len != 0u && !seq_before(log->cursor_seq, first_seq + entry->count)) {
			log->cursor++; /* a damaged block hid it from place_cursor() */
			continue;
		}
		if (len != 0u) {
			*out = (struct log_view){
				.kind = LOG_VIEW_BLOCK,
				.first_seq = first_seq,
				.count = entry->count,
				.bytes = (const uint8_t *)(uintptr_t)slot_words(log, entry->slot),
				.len = len,
			};
			log->peeked_end = first_seq + out->count;
			return true;
		}
		if (!close_growing) {
			return false;
		}
		close_open(log);
	}
}

void sample_log_sent(struct sample_log *log)
{
	CORE_CHECK(log->peeked_end != log->cursor_seq); /* sample_log_peek() returned something */
	log->cursor_seq = log->peeked_end;
	place_cursor(log);
}

bool sample_log_rewind(struct sample_log *log, uint32_t next_seq)
{
	const bool known = !seq_before(log->next_seq, next_seq);

	log->cursor = 0;
	(void)lose_damaged(log); /* what a damaged block says of its numbers means nothing */
	log->cursor_seq = known ? next_seq : sample_log_oldest_seq(log);
	log->peeked_end = log->cursor_seq;
	place_cursor(log);
	return known;
}

bool sample_log_release(struct sample_log *log, uint32_t next_seq)
{
	if (seq_before(log->cursor_seq, next_seq)) {
		return false;
	}
	CORE_CHECK(log->cursor <= log->used);
	while (log->cursor > 0u &&
	       !seq_before(next_seq, slot_end_seq(log, log_entry_at(log, 0)->slot))) {
		free_oldest(log);
	}
	if (seq_before(log->begin_seq, next_seq)) {
		log->begin_seq = next_seq;
	}
	return true;
}

uint32_t sample_log_oldest_seq(const struct sample_log *log)
{
	const uint32_t first = log->used > 0u ? first_seq_at(log, 0) : log->next_seq;

	return seq_before(log->begin_seq, first) ? log->begin_seq : first;
}

uint64_t sample_log_oldest_us(const struct sample_log *log)
{
	const volatile uint32_t *words;

	if (log->used == 0u) {
		return UINT64_MAX;
	}
	words = slot_words(log, log->ring[log->head].slot);
	if (words[SLOT_BOOT] != log->super.boot) {
		return 0;
	}
	return words[SLOT_START_LOW] | (uint64_t)words[SLOT_START_HIGH] << 32;
}

uint32_t sample_log_next_seq(const struct sample_log *log)
{
	return log->next_seq;
}

uint32_t sample_log_backlog(const struct sample_log *log)
{
	return log->retained + sample_log_open_samples(log);
}

uint32_t sample_log_open_samples(const struct sample_log *log)
{
	return log->is_open ? block_count(&log->open) : 0u;
}

uint32_t sample_log_dropped_total(const struct sample_log *log)
{
	return log->dropped;
}

uint32_t sample_log_unacked_blocks(const struct sample_log *log)
{
	return log->cursor;
}

uint32_t sample_log_slots(const struct sample_log *log)
{
	return log->slot_count;
}

uint32_t sample_log_used_slots(const struct sample_log *log)
{
	return log->used;
}

uint32_t sample_log_free_slots(const struct sample_log *log)
{
	return log->slot_count - log->used;
}

uint32_t sample_log_peak_slots(const struct sample_log *log)
{
	return log->peak;
}

uint32_t sample_log_boot(const struct sample_log *log)
{
	return log->super.boot;
}

uint64_t sample_log_id(const struct sample_log *log)
{
	return log->super.id;
}

void sample_log_identify(struct sample_log *log, uint64_t id)
{
	CORE_CHECK(id != 0u && log->super.id == 0u);
	log->super.id = id;
	if (log->super_words != NULL) {
		remember_next_seq(log);
	}
}

const struct log_memory *sample_log_memory(const struct sample_log *log)
{
	return &log->memory;
}

bool sample_log_only_reserve(const struct sample_log *log)
{
	return sample_log_free_slots(log) <= log->config.reserve_slots;
}

bool sample_log_high_water(const struct sample_log *log)
{
	const uint32_t level_ppm = log->config.level_ppm;

	return sample_log_only_reserve(log) ||
	       (level_ppm != 0u &&
		(uint64_t)log->used * 1000000u >= (uint64_t)level_ppm * log->slot_count);
}
