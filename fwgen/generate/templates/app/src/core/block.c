/* SPDX-License-Identifier: Apache-2.0 */
#include "block.h"

#include "block_encode.h"
#include "check.h"

_Static_assert(SLOT_SHAPE * 4u + 4u == BLOCK_HEADER_BYTES, "three channels fit into one word");
_Static_assert(BLOCK_SAMPLES_MAX <= COMMIT_COUNT_MASK, "the count has twelve bits");
#ifdef __BYTE_ORDER__
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "blocks are written in memory order");
#endif

static uint16_t crc_header(const struct block_header *header)
{
	uint16_t crc = crc16_u32(0, header->first_seq);

	crc = crc16_u32(crc, header->period_us);
	crc = crc16_u32(crc, (uint32_t)header->start_us);
	crc = crc16_u32(crc, (uint32_t)(header->start_us >> 32));
	crc = crc16_u32(crc, header->boot);
	return crc16_u32(crc, header->spec);
}

static uint32_t shape_words(uint32_t channels)
{
	return channels / 4u + 1u;
}

/* A word of the shape: the stream and the number of channels are the first byte. */
static uint32_t shape_word(const struct block_shape *shape, uint32_t word)
{
	uint32_t value = 0;

	for (uint32_t i = 4u * word; i < 4u * word + 4u && i <= shape->channels; i++) {
		const uint32_t byte = i == 0u ? shape->stream | (uint32_t)shape->channels
									<< SHAPE_CHANNELS_SHIFT
					      : shape->width[i - 1u];

		value |= byte << i % 4u * 8u;
	}
	return value;
}

/* ------------------------------------------------------------------------------ the writer */

/* Where the next bit goes. */
struct place {
	volatile uint32_t *word;
	uint32_t room;
	uint32_t tail;
};

static struct place place_of(const struct block_encoder *encoder)
{
	return (struct place){encoder->word, encoder->room, encoder->tail};
}

/* Goes back: what was written after the place's word means nothing. */
static bool go_back(struct block_encoder *encoder, struct place place)
{
	encoder->word = place.word;
	encoder->room = place.room;
	encoder->tail = place.tail;
	retained_store(encoder->word, block_big_endian(encoder->tail));
	return false;
}

/* Writes `count` bits, at most 31. False: no room. */
static bool put(struct block_encoder *encoder, uint32_t bits, uint32_t count)
{
	if (count <= encoder->room) {
		encoder->room -= count;
		encoder->tail |= bits << encoder->room;
		retained_store(encoder->word, block_big_endian(encoder->tail));
		return true;
	}
	if (encoder->word + 1 == encoder->slot + BLOCK_WORDS) {
		return false;
	}

	const uint32_t spill = count - encoder->room;

	retained_store(encoder->word, block_big_endian(encoder->tail | bits >> spill));
	encoder->word++;
	encoder->room = 32u - spill;
	encoder->tail = bits << encoder->room;
	retained_store(encoder->word, block_big_endian(encoder->tail));
	return true;
}

/* A spelt sample, after `escape` zeros. */
static bool put_spelt(struct block_encoder *encoder, const struct sample *sample, uint32_t escape)
{
	uint32_t bits = sample->status;
	uint32_t count = escape + CODE_KIND_BITS;

	if (sample->late_16ths != 0u) {
		bits |= ((uint32_t)KIND_LATE << CODE_LATE_BITS | sample->late_16ths)
			<< CODE_KIND_BITS;
		count += CODE_KIND_BITS + CODE_LATE_BITS;
	}
	if (!put(encoder, bits, count)) {
		return false;
	}
	for (uint32_t c = 0;
	     sample_status_has_values(sample->status) && c < block_channels(encoder); c++) {
		if (!put(encoder, sample->value[c], encoder->model[c].width)) {
			return false;
		}
	}
	return true;
}

/* A value, of a sample on time with the status of the sample before. Returns the bits that it took;
 * 0: no room, or no code. */
static uint32_t put_residual(struct block_encoder *encoder, uint32_t channel, uint32_t value)
{
	const struct block_model *model = &encoder->model[channel];
	const uint32_t code = model_zigzag(model_residual(model, value));
	const uint32_t k = model_k(model);
	const uint32_t zeros = code >> k;
	const uint32_t beyond = code - (CODE_ZEROS << k);
	uint32_t bits = code + ((1u - zeros) << k);
	uint32_t count = zeros + 1u + k;

	if (zeros >= CODE_ZEROS && beyond < 1u << CODE_STEP_BITS) {
		bits = (channel == 0u ? (uint32_t)KIND_STEP : 1u) << CODE_STEP_BITS | beyond;
		count = CODE_ZEROS + (channel == 0u ? CODE_KIND_BITS : 1u) + CODE_STEP_BITS;
	} else if (zeros >= CODE_ZEROS) {
		if (channel == 0u) {
			return 0;
		}
		bits = value;
		count = CODE_ZEROS + 1u + model->width;
	}
	return put(encoder, bits, count) ? count : 0u;
}

/* False: no room, or longer than the spelt sample. */
static bool put_residuals(struct block_encoder *encoder, const struct sample *sample)
{
	uint32_t spelt = CODE_ZEROS + CODE_KIND_BITS;
	uint32_t bits = 0;

	for (uint32_t c = 0; c < block_channels(encoder); c++) {
		const uint32_t count = put_residual(encoder, c, sample->value[c]);

		bits += count;
		spelt += encoder->model[c].width;
		if (count == 0u) {
			return false;
		}
	}
	return bits <= spelt;
}

static bool put_sample(struct block_encoder *encoder, const struct sample *sample)
{
	const bool after_values = sample_status_has_values(encoder->status);
	const struct place place = place_of(encoder);

	if (sample->status == encoder->status && sample->late_16ths == 0u) {
		if (!after_values) {
			return put(encoder, 1u, 1u);
		}
		if (put_residuals(encoder, sample)) {
			return true;
		}
		(void)go_back(encoder, place);
	}
	return put_spelt(encoder, sample, after_values ? CODE_ZEROS : 1u) ||
	       go_back(encoder, place);
}

/* The bytes of the sample for the CRC. */
static uint16_t crc_sample(const struct block_encoder *encoder, uint16_t crc,
			   const struct sample *sample)
{
	const uint8_t mark = block_mark(sample->status, sample->late_16ths);

	if (mark != 0u) {
		crc = crc16_u8(crc, mark);
	}
	for (uint32_t c = 0;
	     sample_status_has_values(sample->status) && c < block_channels(encoder); c++) {
		crc = block_crc_value(crc, sample->value[c], encoder->model[c].width);
	}
	return crc;
}

static void learn(struct block_model *model, bool had_values, uint32_t value)
{
	if (had_values) {
		model_follow(model, value, model_residual(model, value));
	} else {
		model_resume(model, value);
	}
}

void block_begin(struct block_encoder *encoder, volatile uint32_t *slot,
		 const struct block_header *header, const struct sample *sample)
{
	const struct block_shape *shape = &header->shape;
	const uint32_t words = shape_words(shape->channels);
	uint16_t crc = crc_header(header);

	CORE_CHECK(slot[SLOT_MAGIC] ==
		   0u); /* else the slot would be a whole block from the first store on */
	CORE_CHECK(header->period_us != 0u);
	CORE_CHECK(shape->channels >= 1u && shape->channels <= CORE_CHANNELS);
	encoder->slot = slot;
	encoder->word = slot + SLOT_SHAPE + words;
	encoder->room = 32;
	encoder->tail = 0;
	encoder->channels = shape->channels;
	for (uint32_t c = 0; c < block_channels(encoder); c++) {
		model_begin(&encoder->model[c], shape->width[c], sample->value[c]);
	}
	block_set_status(encoder, sample->status);

	retained_store(&slot[SLOT_FIRST_SEQ], header->first_seq);
	retained_store(&slot[SLOT_PERIOD], header->period_us);
	retained_store(&slot[SLOT_START_LOW], (uint32_t)header->start_us);
	retained_store(&slot[SLOT_START_HIGH], (uint32_t)(header->start_us >> 32));
	retained_store(&slot[SLOT_BOOT], header->boot);
	retained_store(&slot[SLOT_SPEC], header->spec);
	for (uint32_t i = 0; i < words; i++) {
		const uint32_t word = shape_word(shape, i);

		retained_store(&slot[SLOT_SHAPE + i], word);
		crc = crc16_u32(crc, word);
	}
	CORE_CHECK(block_in_range(encoder, sample));
	(void)put_spelt(encoder, sample, 0);
	block_commit(encoder, 1u, crc_sample(encoder, crc, sample));
	retained_store(&slot[SLOT_MAGIC], BLOCK_MAGIC);
}

bool block_append(struct block_encoder *encoder, const struct sample *sample)
{
	CORE_CHECK(encoder->slot[SLOT_MAGIC] == BLOCK_MAGIC);
	CORE_CHECK(block_in_range(encoder, sample));
	if (!put_sample(encoder, sample)) {
		return false;
	}
	block_commit(encoder, encoder->count + 1u, crc_sample(encoder, encoder->crc, sample));
	if (sample_status_has_values(sample->status)) {
		const bool had_values = sample_status_has_values(encoder->status);

		for (uint32_t c = 0; c < block_channels(encoder); c++) {
			learn(&encoder->model[c], had_values, sample->value[c]);
		}
	}
	block_set_status(encoder, sample->status);
	return true;
}

uint32_t block_count(const struct block_encoder *encoder)
{
	return encoder->count;
}

/* ------------------------------------------------------------------------------ the reader */

static uint32_t read_u32(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* Takes the shape from the header. False: no such shape is possible. */
static bool read_shape(struct block_decoder *decoder, const uint8_t *bytes, size_t len)
{
	struct block_shape *shape = &decoder->header.shape;
	uint32_t words;

	shape->stream = bytes[0] & SHAPE_STREAM_MASK;
	shape->channels = bytes[0] >> SHAPE_CHANNELS_SHIFT;
	words = shape_words(shape->channels);
	if (shape->stream >= CORE_STREAMS || shape->channels == 0u ||
	    shape->channels > SAMPLE_CHANNELS_MAX || len < words * 4u) {
		return false;
	}
	for (uint32_t c = 0; c < shape->channels; c++) {
		shape->width[c] = bytes[1u + c];
		if (shape->width[c] == 0u || shape->width[c] > SAMPLE_WIDTH_MAX) {
			return false;
		}
	}
	for (uint32_t i = 0; i < words; i++) {
		const uint32_t word = read_u32(bytes + 4u * i);

		if (word != shape_word(shape, i)) {
			return false;
		}
		decoder->crc = crc16_u32(decoder->crc, word);
	}
	decoder->stream = bytes + 4u * words;
	decoder->bits_limit = (uint32_t)(len - 4u * words) * 8u;
	return true;
}

bool block_decode_begin(struct block_decoder *decoder, const uint8_t *bytes, size_t len)
{
	if (len < BLOCK_HEADER_BYTES || len > BLOCK_BYTES || read_u32(bytes) != BLOCK_MAGIC) {
		return false;
	}

	const uint32_t commit_word = read_u32(bytes + 4);

	*decoder = (struct block_decoder){
		.begin = bytes,
		.header = {.first_seq = read_u32(bytes + 8),
			   .period_us = read_u32(bytes + 12),
			   .start_us = read_u32(bytes + 16) | (uint64_t)read_u32(bytes + 20) << 32,
			   .boot = read_u32(bytes + 24),
			   .spec = read_u32(bytes + 28),
			   .count = commit_word & COMMIT_COUNT_MASK},
		.crc_expected = (uint16_t)(commit_word >> COMMIT_CRC_SHIFT),
	};
	decoder->crc = crc_header(&decoder->header);
	return commit_word == (decoder->header.count | (uint32_t)decoder->crc_expected
							       << COMMIT_CRC_SHIFT) &&
	       decoder->header.count != 0u && decoder->header.period_us != 0u &&
	       read_shape(decoder, bytes + 4u * SLOT_SHAPE, len - 4u * SLOT_SHAPE);
}

/* Returns zeros past the end; block_decode_next() detects that. */
static uint32_t get(struct block_decoder *decoder, uint32_t count)
{
	uint32_t value = 0;

	while (count-- > 0u) {
		value <<= 1;
		if (decoder->bits < decoder->bits_limit) {
			value |= (uint32_t)decoder->stream[decoder->bits / 8u] >>
					 (7u - decoder->bits % 8u) &
				 1u;
		}
		decoder->bits++;
	}
	return value;
}

/* False: the kind is invalid here. */
static bool get_spelt(struct block_decoder *decoder, uint32_t kind, struct block_sample *sample)
{
	if (kind == KIND_LATE) {
		sample->late_16ths = (uint8_t)get(decoder, CODE_LATE_BITS);
		kind = get(decoder, CODE_KIND_BITS);
	}
	sample->status = (uint8_t)kind;
	for (uint32_t c = 0;
	     sample_status_has_values(sample->status) && c < decoder->header.shape.channels; c++) {
		sample->value[c] = get(decoder, decoder->header.shape.width[c]);
	}
	return kind <= SAMPLE_FAULT;
}

/* The values of a sample with the status of the sample before. False: invalid. */
static bool get_residuals(struct block_decoder *decoder, struct block_sample *sample)
{
	for (uint32_t c = 0; c < decoder->header.shape.channels; c++) {
		const struct block_model *model = &decoder->model[c];
		const uint32_t k = model_k(model);
		uint32_t zeros = 0;

		while (zeros < CODE_ZEROS && get(decoder, 1) == 0u) {
			zeros++;
		}
		if (zeros < CODE_ZEROS) {
			sample->value[c] = model_value(model, (zeros << k) + get(decoder, k));
			continue;
		}

		const uint32_t kind = c == 0u ? get(decoder, CODE_KIND_BITS)
					      : get(decoder, 1) * (uint32_t)KIND_STEP;

		if (kind == KIND_STEP) {
			sample->value[c] = model_value(model, (CODE_ZEROS << k) +
								      get(decoder, CODE_STEP_BITS));
		} else if (c == 0u) {
			return get_spelt(decoder, kind, sample);
		} else {
			sample->value[c] = get(decoder, model->width);
		}
	}
	return true;
}

static bool get_sample(struct block_decoder *decoder, struct block_sample *sample)
{
	if (decoder->index > 0u && sample_status_has_values(decoder->status)) {
		return get_residuals(decoder, sample);
	}
	if (decoder->index > 0u && get(decoder, 1) == 1u) {
		return true;
	}
	return get_spelt(decoder, get(decoder, CODE_KIND_BITS), sample);
}

/* Takes the sample into the state and the CRC. */
static void take(struct block_decoder *decoder, const struct block_sample *sample)
{
	const struct block_shape *shape = &decoder->header.shape;
	const bool has_values = sample_status_has_values(sample->status);
	const bool had_values = sample_status_has_values(decoder->status);
	const uint8_t mark = block_mark(sample->status, sample->late_16ths);

	if (mark != 0u) {
		decoder->crc = crc16_u8(decoder->crc, mark);
	}
	for (uint32_t c = 0; c < shape->channels; c++) {
		if (decoder->index == 0u) {
			model_begin(&decoder->model[c], shape->width[c], sample->value[c]);
		} else if (has_values) {
			learn(&decoder->model[c], had_values, sample->value[c]);
		}
		if (has_values) {
			decoder->crc =
				block_crc_value(decoder->crc, sample->value[c], shape->width[c]);
		}
	}
	decoder->status = sample->status;
	decoder->index++;
}

bool block_decode_next(struct block_decoder *decoder, struct block_sample *sample)
{
	if (decoder->broken || decoder->index == decoder->header.count) {
		return false;
	}
	*sample = (struct block_sample){.status = decoder->status};
	if (!get_sample(decoder, sample) || decoder->bits > decoder->bits_limit) {
		decoder->broken = true;
		return false;
	}
	take(decoder, sample);
	return true;
}

bool block_decode_whole(const struct block_decoder *decoder)
{
	return decoder->index == decoder->header.count && decoder->crc == decoder->crc_expected;
}

uint32_t block_decode_len(const struct block_decoder *decoder)
{
	return (uint32_t)(decoder->stream - decoder->begin) + (decoder->bits + 7u) / 8u;
}
