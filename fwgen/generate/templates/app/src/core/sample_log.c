/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_log.h"

#include "retained.h"
#include "sample_log_inside.h"

/* Blocks of all streams, including the open ones. */
static uint32_t used_slots(const struct sample_log *log)
{
	uint32_t used = 0;

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		used += log->streams[stream].used;
	}
	return used;
}

static bool is_open_at(const struct log_stream *one, uint32_t index)
{
	return one->is_open && index + 1u == one->used;
}

/* The first number of a block that is whole, or open: what memory says of that is not used. */
static uint32_t first_seq_at(const struct sample_log *log, uint32_t stream, uint32_t index)
{
	const struct log_stream *one = &log->streams[stream];

	return is_open_at(one, index)
		       ? one->next_seq - block_count(&one->open)
		       : slot_first_seq(
				 log,
				 log->ring[stream][(one->head + index) % log->slot_count].slot);
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

static void begin_stream(struct log_stream *one, uint32_t period_us, uint32_t initial_seq)
{
	one->period_us = period_us;
	one->next_us = UINT64_MAX;
	one->next_seq = initial_seq;
	one->begin_seq = initial_seq;
	one->cursor_seq = initial_seq;
	one->peeked_end = initial_seq;
}

void sample_log_init(struct sample_log *log, void *region, size_t size,
		     const struct sample_log_config *config)
{
	CORE_CHECK(((uintptr_t)region + size) % 8u == 0u);

	size_t slots = size < SUPERBLOCK_BYTES ? 0u : (size - SUPERBLOCK_BYTES) / BLOCK_BYTES;

	if (slots > SAMPLE_LOG_SLOTS_MAX) {
		slots = SAMPLE_LOG_SLOTS_MAX;
	}
	*log = (struct sample_log){
		.config = *config,
		.slot_count = (uint32_t)slots,
	};
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		CORE_CHECK(config->streams[stream].period_us != 0u);
		begin_stream(&log->streams[stream], config->streams[stream].period_us,
			     config->streams[stream].initial_seq);
		if (stream > 0u) {
			log->streams[stream].held = true;
		}
	}
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
	log->peak = used_slots(log);
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		log->streams[stream].cursor_seq = sample_log_oldest_seq(log, stream);
		log->streams[stream].peeked_end = log->streams[stream].cursor_seq;
	}
}

/* Stores the next numbers, which must survive the blocks. */
static void remember_next_seq(struct sample_log *log)
{
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		log->super.words[superblock_next_seq(stream)] = log->streams[stream].next_seq;
	}
	superblock_store(&log->super, log->super_words);
}

static void close_open(struct sample_log *log, uint32_t stream)
{
	struct log_stream *one = &log->streams[stream];
	const uint32_t count = block_count(&one->open);

	CORE_CHECK(one->is_open && one->used > 0u);
	log_entry_at(log, stream, one->used - 1u)->count = (uint16_t)count;
	one->is_open = false;
	one->next_us = UINT64_MAX;
	log->retained += count;
}

/* The block is closed. */
static void free_oldest(struct sample_log *log, uint32_t stream)
{
	struct log_stream *one = &log->streams[stream];
	const struct log_entry entry = *log_entry_at(log, stream, 0);

	CORE_CHECK(one->used > 0u && !is_open_at(one, 0));
	CORE_CHECK(log->retained >= entry.count);
	if (one->used == 1u) {
		remember_next_seq(log);
	}
	log->retained -= entry.count;
	retained_store(&slot_words(log, entry.slot)[SLOT_MAGIC], 0);
	if (CORE_STREAMS > 1u) {
		log->free[log->slot_count - used_slots(log)] = entry.slot;
	}
	one->head = (one->head + 1u) % log->slot_count;
	one->used--;
	if (one->cursor > 0u) {
		one->cursor--;
	}
}

/* Whether the block in slot `a` ends before that in slot `b`, in time. */
static bool ends_before(const struct sample_log *log, uint32_t a, uint32_t b)
{
	const volatile uint32_t *words[2] = {slot_words(log, a), slot_words(log, b)};
	uint64_t end_us[2];

	if (words[0][SLOT_BOOT] != words[1][SLOT_BOOT]) {
		return seq_before(words[0][SLOT_BOOT], words[1][SLOT_BOOT]);
	}
	for (uint32_t i = 0; i < 2u; i++) {
		end_us[i] = words[i][SLOT_START_LOW] | (uint64_t)words[i][SLOT_START_HIGH] << 32;
		end_us[i] += (uint64_t)words[i][SLOT_PERIOD] *
			     ((words[i][SLOT_COMMIT] & COMMIT_COUNT_MASK) - 1u);
	}
	return end_us[0] < end_us[1];
}

/*
 * The stream whose oldest block a full log drops: of the closed ones, that which ends first. If
 * there is none, the one open block.
 */
static uint32_t drops_from(struct sample_log *log)
{
	const struct log_stream *other = &log->streams[CORE_STREAMS - 1u];

	if (CORE_STREAMS == 1u || other->used == 0u) {
		return 0;
	}
	if (log->streams[0].used == 0u) {
		return 1;
	}
	if (is_open_at(other, 0) || is_open_at(&log->streams[0], 0)) {
		return is_open_at(other, 0) ? 0u : 1u;
	}
	return ends_before(log, log_first_slot(log, CORE_STREAMS - 1u), log_first_slot(log, 0));
}

/* False: no slot is free and the sample is dropped. */
static bool make_room(struct sample_log *log)
{
	uint32_t stream;

	if (used_slots(log) < log->slot_count) {
		return true;
	}
	if (log->config.when_full != LOG_KEEP_NEWEST || log->slot_count == 0u) {
		return false;
	}
	stream = drops_from(log);
	if (CORE_STREAMS > 1u && is_open_at(&log->streams[stream], 0)) {
		close_open(log, stream);
	}
	log->dropped += log_entry_at(log, stream, 0)->count;
	free_oldest(log, stream);
	return true;
}

static void drop_sample(struct sample_log *log, uint32_t stream)
{
	log->dropped++;
	log->streams[stream].next_seq++;
	if (log->super_words != NULL) {
		remember_next_seq(log);
	}
}

static void open_block(struct sample_log *log, uint32_t stream, uint64_t schedule_us,
		       const struct sample *sample)
{
	const struct log_stream_config *config = &log->config.streams[stream];
	struct log_stream *one = &log->streams[stream];
	struct block_header header = {
		.first_seq = one->next_seq,
		.period_us = config->period_us,
		.start_us = schedule_us,
		.boot = log->super.words[SUPERBLOCK_BOOT],
		.spec = log->config.spec,
		.shape = {.stream = (uint8_t)stream, .channels = config->channels},
	};
	const uint32_t used = used_slots(log);
	struct log_entry *entry;

	for (uint32_t c = 0; c < CORE_CHANNELS; c++) {
		header.shape.width[c] = config->width[c];
	}

	CORE_CHECK(used < log->slot_count);
	entry = log_entry_at(log, stream, one->used);
	if (CORE_STREAMS > 1u) {
		entry->slot = log->free[log->slot_count - used - 1u];
	}
	block_begin(&one->open, slot_words(log, entry->slot), &header, sample);
	one->is_open = true;
	one->used++;
	if (used >= log->peak) {
		log->peak = used + 1u;
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
			       const struct sample *raw, struct log_stream *one)
{
	const uint32_t own = one == &log->streams[0] ? 0u : CORE_STREAMS - 1u;
	const struct sample sample = cut_to_range(&log->config.streams[own], *raw);

	if (!one->is_open || schedule_us != one->next_us || !block_append(&one->open, &sample)) {
		if (one->is_open) {
			close_open(log, own);
		}
		if (!make_room(log)) {
			drop_sample(log, own);
			return;
		}
		open_block(log, own, schedule_us, &sample);
	}
	one->next_us = schedule_us + one->period_us;
	one->next_seq++;
}

static bool view_gap(struct log_stream *one, uint32_t end, struct log_view *out)
{
	*out = (struct log_view){
		.kind = LOG_VIEW_GAP,
		.first_seq = one->cursor_seq,
		.count = end - one->cursor_seq,
	};
	one->peeked_end = end;
	return true;
}

/* The blocks that end before cursor_seq were handed out. */
static void place_cursor(struct sample_log *log, uint32_t stream)
{
	struct log_stream *one = &log->streams[stream];

	while (one->cursor < one->used) {
		const bool open = is_open_at(one, one->cursor);
		const uint32_t end =
			open ? one->next_seq
			     : slot_end_seq(log, log_entry_at(log, stream, one->cursor)->slot);

		if (seq_before(one->cursor_seq, end)) {
			return;
		}
		if (open) {
			close_open(log, stream); /* later samples must not be added to a block
						    before the cursor */
		}
		one->cursor++;
	}
}

/* Frees the closed block at the cursor. Its numbers become a gap. */
static void lose_block(struct sample_log *log, uint32_t stream)
{
	struct log_stream *one = &log->streams[stream];
	const struct log_entry lost = *log_entry_at(log, stream, one->cursor);

	CORE_CHECK(log->retained >= lost.count);
	remember_next_seq(log); /* it may be the last block */
	log->retained -= lost.count;
	retained_store(&slot_words(log, lost.slot)[SLOT_MAGIC], 0);
	log->memory.damaged++;
	if (CORE_STREAMS > 1u) {
		log->free[log->slot_count - used_slots(log)] = lost.slot;
	}
	one->used--;
	for (uint32_t i = one->cursor; i < one->used; i++) {
		*log_entry_at(log, stream, i) = *log_entry_at(log, stream, i + 1u);
	}
	*log_entry_at(log, stream, one->used) = lost;
}

/* Loses the closed blocks at the cursor that are no longer whole: their memory has changed. Returns
 * the length of the closed block that is there then; 0: none is. */
static uint32_t lose_damaged(struct sample_log *log, uint32_t stream)
{
	const struct log_stream *one = &log->streams[stream];

	while (one->cursor < one->used && !is_open_at(one, one->cursor)) {
		const uint32_t len =
			sample_log_whole_len(log, log_entry_at(log, stream, one->cursor)->slot);

		if (len != 0u) {
			return len;
		}
		lose_block(log, stream);
	}
	return 0;
}

static bool peek_stream(struct sample_log *log, uint32_t stream, bool close_growing,
			struct log_view *out)
{
	struct log_stream *one = &log->streams[stream];

	for (;;) {
		const uint32_t len = lose_damaged(log, stream);

		if (one->cursor == one->used) {
			return close_growing && one->cursor_seq != one->next_seq &&
			       view_gap(one, one->next_seq, out);
		}

		const struct log_entry *entry = log_entry_at(log, stream, one->cursor);
		const uint32_t first_seq = first_seq_at(log, stream, one->cursor);

		if (seq_before(one->cursor_seq, first_seq)) {
			return view_gap(one, first_seq, out);
		}
		if (len != 0u && !seq_before(one->cursor_seq, first_seq + entry->count)) {
			one->cursor++; /* a damaged block hid it from place_cursor() */
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
			one->peeked_end = first_seq + out->count;
			return true;
		}
		if (!close_growing) {
			return false;
		}
		close_open(log, stream);
	}
}

/* The stream whose next block ends first; one without a block comes last. */
static uint32_t peeks_first(struct sample_log *log)
{
	const uint32_t last = CORE_STREAMS - 1u;

	if (log->streams[last].cursor == log->streams[last].used) {
		return 0;
	}
	if (log->streams[0].cursor == log->streams[0].used) {
		return last;
	}
	return ends_before(log, log_entry_at(log, last, log->streams[last].cursor)->slot,
			   log_entry_at(log, 0, log->streams[0].cursor)->slot)
		       ? last
		       : 0u;
}

bool sample_log_peek(struct sample_log *log, uint32_t close_growing, struct log_view *out)
{
	uint32_t stream = CORE_STREAMS == 1u ? 0u : peeks_first(log);

	for (uint32_t i = 0; i < CORE_STREAMS; i++) {
		if (!(CORE_STREAMS > 1u && log->streams[stream].held) &&
		    peek_stream(log, stream, (close_growing >> stream & 1u) != 0u, out)) {
			if (CORE_STREAMS > 1u) {
				out->stream = stream;
				log->peeked = (uint8_t)stream;
			}
			return true;
		}
		stream = CORE_STREAMS - 1u - stream;
	}
	return false;
}

void sample_log_sent(struct sample_log *log)
{
	const uint32_t stream = log_own_stream(log->peeked);
	struct log_stream *one = &log->streams[stream];

	CORE_CHECK(one->peeked_end != one->cursor_seq); /* sample_log_peek() returned something */
	one->cursor_seq = one->peeked_end;
	place_cursor(log, stream);
}

bool sample_log_rewind(struct sample_log *log, uint32_t stream, uint32_t next_seq)
{
	const uint32_t own = log_own_stream(stream);
	struct log_stream *one = &log->streams[own];
	const bool known = !seq_before(one->next_seq, next_seq);

	if (CORE_STREAMS > 1u) {
		one->held = false;
	}
	one->cursor = 0;
	(void)lose_damaged(log, own); /* what a damaged block says of its numbers means nothing */
	one->cursor_seq = known ? next_seq : sample_log_oldest_seq(log, own);
	one->peeked_end = one->cursor_seq;
	place_cursor(log, own);
	return known;
}

void sample_log_hold(struct sample_log *log, uint32_t stream)
{
	(void)sample_log_rewind(log, stream, log->streams[stream].next_seq + 1u);
	log->streams[stream].held = true;
}

bool sample_log_is_held(const struct sample_log *log, uint32_t stream)
{
	return log->streams[stream].held;
}

bool sample_log_was_sent(const struct sample_log *log, uint32_t stream, uint32_t next_seq)
{
	return !seq_before(log->streams[stream].cursor_seq, next_seq);
}

bool sample_log_release(struct sample_log *log, uint32_t stream, uint32_t next_seq)
{
	const uint32_t own = log_own_stream(stream);
	struct log_stream *one = &log->streams[own];

	if (seq_before(one->cursor_seq, next_seq)) {
		return false;
	}
	CORE_CHECK(one->cursor <= one->used);
	while (one->cursor > 0u &&
	       !seq_before(next_seq, slot_end_seq(log, log_entry_at(log, own, 0)->slot))) {
		free_oldest(log, own);
	}
	if (seq_before(one->begin_seq, next_seq)) {
		one->begin_seq = next_seq;
	}
	return true;
}

uint32_t sample_log_oldest_seq(const struct sample_log *log, uint32_t stream)
{
	const uint32_t own = log_own_stream(stream);
	const struct log_stream *one = &log->streams[own];
	const uint32_t first = one->used > 0u ? first_seq_at(log, own, 0) : one->next_seq;

	return seq_before(one->begin_seq, first) ? one->begin_seq : first;
}

static uint64_t oldest_us(const struct sample_log *log, uint32_t stream)
{
	const volatile uint32_t *words;

	if (log->streams[stream].used == 0u) {
		return UINT64_MAX;
	}
	words = slot_words(log, log_first_slot(log, stream));
	if (words[SLOT_BOOT] != log->super.words[SUPERBLOCK_BOOT]) {
		return 0;
	}
	return words[SLOT_START_LOW] | (uint64_t)words[SLOT_START_HIGH] << 32;
}

uint64_t sample_log_oldest_us(const struct sample_log *log)
{
	uint64_t oldest = oldest_us(log, 0);

	for (uint32_t stream = 1; stream < CORE_STREAMS; stream++) {
		if (oldest_us(log, stream) < oldest) {
			oldest = oldest_us(log, stream);
		}
	}
	return oldest;
}

uint32_t sample_log_next_seq(const struct sample_log *log, uint32_t stream)
{
	return log->streams[log_own_stream(stream)].next_seq;
}

uint32_t sample_log_backlog(const struct sample_log *log)
{
	uint32_t samples = log->retained;

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		samples += sample_log_open_samples(log, stream);
	}
	return samples;
}

uint32_t sample_log_open_samples(const struct sample_log *log, uint32_t stream)
{
	const struct log_stream *one = &log->streams[log_own_stream(stream)];

	return one->is_open ? block_count(&one->open) : 0u;
}

uint32_t sample_log_dropped_total(const struct sample_log *log)
{
	return log->dropped;
}

uint32_t sample_log_unacked_blocks(const struct sample_log *log)
{
	uint32_t blocks = 0;

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		blocks += log->streams[stream].cursor;
	}
	return blocks;
}

uint32_t sample_log_slots(const struct sample_log *log)
{
	return log->slot_count;
}

uint32_t sample_log_used_slots(const struct sample_log *log)
{
	return used_slots(log);
}

uint32_t sample_log_free_slots(const struct sample_log *log)
{
	return log->slot_count - used_slots(log);
}

uint32_t sample_log_peak_slots(const struct sample_log *log)
{
	return log->peak;
}

uint32_t sample_log_boot(const struct sample_log *log)
{
	return log->super.words[SUPERBLOCK_BOOT];
}

uint64_t sample_log_id(const struct sample_log *log)
{
	const uint32_t *id = &log->super.words[SUPERBLOCK_ID];

	return id[0] | (uint64_t)id[1] << 32;
}

void sample_log_identify(struct sample_log *log, uint64_t id)
{
	CORE_CHECK(id != 0u && sample_log_id(log) == 0u);
	log->super.words[SUPERBLOCK_ID] = (uint32_t)id;
	log->super.words[SUPERBLOCK_ID + 1u] = (uint32_t)(id >> 32);
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
		(uint64_t)used_slots(log) * 1000000u >= (uint64_t)level_ppm * log->slot_count);
}
