/* SPDX-License-Identifier: Apache-2.0 */
#include "block.h"

#include "block_encode.h"
#include "check.h"

_Static_assert(SLOT_STREAM * 4u == BLOCK_HEADER_BYTES, "the stream follows the header");
_Static_assert(BLOCK_SAMPLES_MAX <= COMMIT_COUNT_MASK, "the count has twelve bits");
#ifdef __BYTE_ORDER__
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "blocks are written in memory order");
#endif

static uint16_t crc_sample(uint16_t crc, struct sample sample)
{
	if (sample.late_16ths != 0u) {
		crc = crc16_u16(crc, (uint16_t)(WORD_LATE | sample.late_16ths));
	}
	return crc16_u16(crc, block_sample_word(sample.status, sample.distance_mm));
}

static uint16_t crc_header(const struct block_header *header)
{
	uint16_t crc = crc16_u32(0, header->first_seq);

	crc = crc16_u32(crc, header->period_us);
	crc = crc16_u32(crc, (uint32_t)header->start_us);
	crc = crc16_u32(crc, (uint32_t)(header->start_us >> 32));
	crc = crc16_u32(crc, header->boot);
	crc = crc16_u32(crc, header->spec);
	return crc16_u16(crc, 0);
}

/* After a sample without a distance no sample is usual. */
static uint16_t usual_after(struct sample sample)
{
	sample.late_16ths = sample_status_has_distance(sample.status) ? 0u : UINT8_MAX;
	return block_look(sample);
}

void block_begin(struct block_encoder *encoder, volatile uint32_t *slot,
		 const struct block_header *header, struct sample sample)
{
	const uint16_t word = block_sample_word(sample.status, sample.distance_mm);

	CORE_CHECK(slot[SLOT_MAGIC] ==
		   0u); /* else the slot would be a whole block from the first store on */
	CORE_CHECK(header->period_us != 0u);
	CORE_CHECK(sample_in_range(sample));
	encoder->slot = slot;
	encoder->word = slot + SLOT_STREAM;
	encoder->room = 32;
	encoder->tail = 0;
	encoder->usual = usual_after(sample);
	model_begin(&encoder->model, sample);

	retained_store(&slot[SLOT_FIRST_SEQ], header->first_seq);
	retained_store(&slot[SLOT_PERIOD], header->period_us);
	retained_store(&slot[SLOT_START_LOW], (uint32_t)header->start_us);
	retained_store(&slot[SLOT_START_HIGH], (uint32_t)(header->start_us >> 32));
	retained_store(&slot[SLOT_BOOT], header->boot);
	retained_store(&slot[SLOT_SPEC], header->spec);
	retained_store(&slot[SLOT_FIRST], (uint32_t)word << 16);
	block_commit(encoder, 1u | (uint32_t)sample.late_16ths << COMMIT_LATE_SHIFT,
		     crc_sample(crc_header(header), sample));
	retained_store(&slot[SLOT_MAGIC], BLOCK_MAGIC);
}

/* The code of a sample: `count` bits, right-aligned in `bits`. */
struct code {
	uint32_t bits;
	uint32_t count;
};

static struct code code_put(struct code code, uint32_t bits, uint32_t count)
{
	return (struct code){.bits = code.bits << count | bits, .count = code.count + count};
}

/* A spelt sample, after the bits that begin the escape. */
static struct code code_spelt(struct code code, struct sample sample)
{
	if (sample.late_16ths != 0u) {
		code = code_put(code, KIND_LATE, CODE_KIND_BITS);
		code = code_put(code, sample.late_16ths, CODE_LATE_BITS);
	}
	code = code_put(code, sample.status, CODE_KIND_BITS);
	if (sample_status_has_distance(sample.status)) {
		code = code_put(code, sample.distance_mm, CODE_DISTANCE_BITS);
	}
	return code;
}

/* A distance, on time, with the status of the previous sample. */
static struct code code_residual(const struct block_model *model, struct sample sample)
{
	const uint32_t residual = model_zigzag(sample.distance_mm - model_expected_mm(model));
	const uint32_t k = model_k(model);
	const uint32_t quotient = residual >> k;
	const uint32_t beyond = residual - (CODE_ZEROS << k);

	if (quotient < CODE_ZEROS) {
		return (struct code){
			.bits = 1u << k | (residual & ((1u << k) - 1u)),
			.count = quotient + 1u + k,
		};
	}
	if (beyond < 1u << CODE_STEP_BITS) {
		return (struct code){
			.bits = (uint32_t)KIND_STEP << CODE_STEP_BITS | beyond,
			.count = CODE_ZEROS + CODE_KIND_BITS + CODE_STEP_BITS,
		};
	}
	return code_spelt((struct code){.count = CODE_ZEROS}, sample);
}

static struct code code_sample(const struct block_model *model, struct sample sample)
{
	const bool after_distance = sample_status_has_distance(model->status);

	if (sample.status != model->status || sample.late_16ths != 0u) {
		return code_spelt((struct code){.count = after_distance ? CODE_ZEROS : 1u}, sample);
	}
	if (after_distance) {
		return code_residual(model, sample);
	}
	return (struct code){.bits = 1u, .count = 1u};
}

static void learn(struct block_model *model, struct sample sample)
{
	if (sample_status_has_distance(sample.status)) {
		if (sample_status_has_distance(model->status)) {
			model_follow(model, sample.distance_mm,
				     sample.distance_mm - model_expected_mm(model));
		} else {
			model_resume(model, sample.distance_mm);
		}
	}
	model->status = sample.status;
}

/* False: no room. */
static bool stream_put(struct block_encoder *encoder, struct code code)
{
	if (code.count <= encoder->room) {
		encoder->room -= code.count;
		encoder->tail |= code.bits << encoder->room;
		retained_store(encoder->word, block_big_endian(encoder->tail));
		return true;
	}
	if (encoder->word + 1 == encoder->slot + BLOCK_WORDS) {
		return false;
	}

	const uint32_t spill = code.count - encoder->room;

	retained_store(encoder->word, block_big_endian(encoder->tail | code.bits >> spill));
	encoder->word++;
	encoder->room = 32u - spill;
	encoder->tail = code.bits << encoder->room;
	retained_store(encoder->word, block_big_endian(encoder->tail));
	return true;
}

bool block_append(struct block_encoder *encoder, struct sample sample)
{
	CORE_CHECK(sample_in_range(sample));
	CORE_CHECK(encoder->slot[SLOT_MAGIC] == BLOCK_MAGIC);
	if (!stream_put(encoder, code_sample(&encoder->model, sample))) {
		return false;
	}
	block_commit(encoder, encoder->count_late + 1u, crc_sample(encoder->crc, sample));
	learn(&encoder->model, sample);
	encoder->usual = usual_after(sample);
	return true;
}

uint32_t block_count(const struct block_encoder *encoder)
{
	return encoder->count_late & COMMIT_COUNT_MASK;
}

uint32_t block_close(struct block_encoder *encoder)
{
	const uint32_t bits_of_word = 32u - encoder->room;

	encoder->room = 0;
	return (uint32_t)(encoder->word - encoder->slot) * 4u + (bits_of_word + 7u) / 8u;
}

static uint16_t read_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t read_u32(const uint8_t *bytes)
{
	return read_u16(bytes) | (uint32_t)read_u16(bytes + 2) << 16;
}

static bool sample_from_word(struct sample *sample, uint16_t word, uint8_t late_16ths)
{
	*sample = (struct sample){
		.distance_mm = word & WORD_DISTANCE_MASK,
		.status = (uint8_t)(word >> WORD_STATUS_SHIFT),
		.late_16ths = late_16ths,
	};
	return sample->status <= SAMPLE_FAULT &&
	       (sample->distance_mm == 0u || sample_status_has_distance(sample->status));
}

bool block_decode_begin(struct block_decoder *decoder, const uint8_t *bytes, size_t len)
{
	if (len < BLOCK_HEADER_BYTES || len > BLOCK_BYTES || read_u32(bytes) != BLOCK_MAGIC) {
		return false;
	}

	const uint32_t commit_word = read_u32(bytes + 4);

	*decoder = (struct block_decoder){
		.header = {.first_seq = read_u32(bytes + 8),
			   .period_us = read_u32(bytes + 12),
			   .start_us = read_u32(bytes + 16) | (uint64_t)read_u32(bytes + 20) << 32,
			   .boot = read_u32(bytes + 24),
			   .spec = read_u32(bytes + 28),
			   .count = commit_word & COMMIT_COUNT_MASK},
		.stream = bytes + BLOCK_HEADER_BYTES,
		.bits_limit = (uint32_t)(len - BLOCK_HEADER_BYTES) * 8u,
		.crc_expected = (uint16_t)(commit_word >> COMMIT_CRC_SHIFT),
	};
	decoder->crc = crc_header(&decoder->header);
	return decoder->header.count != 0u && decoder->header.period_us != 0u &&
	       read_u16(bytes + 32) == 0u &&
	       sample_from_word(&decoder->first, read_u16(bytes + 34),
				commit_word >> COMMIT_LATE_SHIFT & 0xfu);
}

/* Returns zeros past the end; block_decode_next() detects that. */
static uint32_t stream_get(struct block_decoder *decoder, uint32_t count)
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
static bool decode_spelt(struct block_decoder *decoder, uint32_t kind, struct sample *sample)
{
	if (kind == KIND_LATE) {
		sample->late_16ths = (uint8_t)stream_get(decoder, CODE_LATE_BITS);
		kind = stream_get(decoder, CODE_KIND_BITS);
	}
	sample->status = (uint8_t)kind;
	if (sample_status_has_distance(sample->status)) {
		sample->distance_mm = (uint16_t)stream_get(decoder, CODE_DISTANCE_BITS);
	}
	return kind <= SAMPLE_FAULT;
}

static bool decode_after_distance(struct block_decoder *decoder, struct sample *sample)
{
	const uint32_t k = model_k(&decoder->model);
	uint32_t zeros = 0;
	uint32_t residual;

	while (zeros < CODE_ZEROS && stream_get(decoder, 1) == 0u) {
		zeros++;
	}
	if (zeros < CODE_ZEROS) {
		residual = zeros << k | stream_get(decoder, k);
	} else {
		const uint32_t kind = stream_get(decoder, CODE_KIND_BITS);

		if (kind != KIND_STEP) {
			return decode_spelt(decoder, kind, sample);
		}
		residual = (CODE_ZEROS << k) + stream_get(decoder, CODE_STEP_BITS);
	}

	const int32_t distance_mm = model_expected_mm(&decoder->model) + model_unzigzag(residual);

	sample->status = decoder->model.status;
	sample->distance_mm = (uint16_t)distance_mm;
	return distance_mm >= 0 && distance_mm <= (int32_t)SAMPLE_DISTANCE_MAX_MM;
}

static bool decode_after_none(struct block_decoder *decoder, struct sample *sample)
{
	if (stream_get(decoder, 1) == 1u) {
		sample->status = decoder->model.status;
		return true;
	}
	return decode_spelt(decoder, stream_get(decoder, CODE_KIND_BITS), sample);
}

static bool decode_stream(struct block_decoder *decoder, struct sample *sample)
{
	*sample = (struct sample){0};
	if (!(sample_status_has_distance(decoder->model.status)
		      ? decode_after_distance(decoder, sample)
		      : decode_after_none(decoder, sample))) {
		return false;
	}
	learn(&decoder->model, *sample);
	return decoder->bits <= decoder->bits_limit;
}

bool block_decode_next(struct block_decoder *decoder, struct sample *sample)
{
	if (decoder->broken || decoder->index == decoder->header.count) {
		return false;
	}
	if (decoder->index == 0u) {
		*sample = decoder->first;
		model_begin(&decoder->model, decoder->first);
	} else if (!decode_stream(decoder, sample)) {
		decoder->broken = true;
		return false;
	}
	decoder->crc = crc_sample(decoder->crc, *sample);
	decoder->index++;
	return true;
}

bool block_decode_whole(const struct block_decoder *decoder)
{
	return decoder->index == decoder->header.count && decoder->crc == decoder->crc_expected;
}

uint32_t block_decode_len(const struct block_decoder *decoder)
{
	return BLOCK_HEADER_BYTES + (decoder->bits + 7u) / 8u;
}
