/* SPDX-License-Identifier: Apache-2.0 */
#include "block.h"

#include "block_model.h"
#include "crc16.h"
#include "retained.h"

#define WORD_MAGIC 0u
#define WORD_COMMIT 1u
#define WORD_FIRST_SEQ 2u
#define WORD_PERIOD 3u
#define WORD_START_LOW 4u
#define WORD_START_HIGH 5u
#define WORD_BOOT_FIRST 6u
#define WORD_STREAM 7u

#define COMMIT_COUNT_MASK 0xfffu
#define COMMIT_LATE_SHIFT 12
#define COMMIT_CRC_SHIFT 16

#define WORD_STATUS_SHIFT 13
#define WORD_DISTANCE_MASK 0x1fffu
#define WORD_LATE 0xe000u /* in the CRC, before a late sample: status 7 and the lateness */

_Static_assert(WORD_STREAM * 4u == BLOCK_HEADER_BYTES, "the stream follows the header");
_Static_assert(BLOCK_SAMPLES_MAX <= COMMIT_COUNT_MASK, "the count has twelve bits");
#ifdef __BYTE_ORDER__
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "blocks are written as they lie in memory");
#endif

static uint32_t big_endian(uint32_t value)
{
	return (value >> 24) | ((value >> 8) & 0xff00u) | ((value << 8) & 0xff0000u) |
	       (value << 24);
}

static uint16_t sample_word(struct sample sample)
{
	return (uint16_t)((uint32_t)sample.status << WORD_STATUS_SHIFT | sample.distance_mm);
}

static uint16_t crc_sample(uint16_t crc, struct sample sample)
{
	if (sample.late_16ths != 0u) {
		crc = crc16_u16(crc, (uint16_t)(WORD_LATE | sample.late_16ths));
	}
	return crc16_u16(crc, sample_word(sample));
}

static uint16_t crc_header(const struct block_header *header)
{
	uint16_t crc = crc16_u32(0, header->first_seq);

	crc = crc16_u32(crc, header->period_us);
	crc = crc16_u32(crc, (uint32_t)header->start_us);
	crc = crc16_u32(crc, (uint32_t)(header->start_us >> 32));
	return crc16_u16(crc, header->boot);
}

static void commit(struct block_encoder *encoder)
{
	retained_store(&encoder->slot[WORD_COMMIT],
		       encoder->count_late | (uint32_t)encoder->crc << COMMIT_CRC_SHIFT);
}

void block_begin(struct block_encoder *encoder, volatile uint32_t *slot,
		 const struct block_header *header, struct sample sample)
{
	encoder->slot = slot;
	encoder->bits = 0;
	encoder->tail = 0;
	encoder->count_late = 1u | (uint32_t)sample.late_16ths << COMMIT_LATE_SHIFT;
	encoder->crc = crc_sample(crc_header(header), sample);
	model_begin(&encoder->model, sample);

	retained_store(&slot[WORD_FIRST_SEQ], header->first_seq);
	retained_store(&slot[WORD_PERIOD], header->period_us);
	retained_store(&slot[WORD_START_LOW], (uint32_t)header->start_us);
	retained_store(&slot[WORD_START_HIGH], (uint32_t)(header->start_us >> 32));
	retained_store(&slot[WORD_BOOT_FIRST], header->boot | (uint32_t)sample_word(sample) << 16);
	commit(encoder);
	retained_store(&slot[WORD_MAGIC], BLOCK_MAGIC);
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

/* A sample spelt out, behind whatever begins the escape. */
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

/* A distance on time, with the status of the one before it. */
static struct code code_residual(const struct block_model *model, struct sample sample,
				 uint32_t residual)
{
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

/* `residual`: zigzag, of use only if both samples have a distance. */
static struct code code_sample(const struct block_model *model, struct sample sample,
			       uint32_t residual)
{
	const bool same = sample.status == model->status && sample.late_16ths == 0u;

	if (model_has_distance(model)) {
		if (same) {
			return code_residual(model, sample, residual);
		}
		return code_spelt((struct code){.count = CODE_ZEROS}, sample);
	}
	if (same) {
		return (struct code){.bits = 1u, .count = 1u};
	}
	return code_spelt((struct code){.count = 1u}, sample);
}

static void stream_put(struct block_encoder *encoder, struct code code)
{
	volatile uint32_t *word = &encoder->slot[WORD_STREAM + encoder->bits / 32u];
	const uint32_t room = 32u - encoder->bits % 32u;

	encoder->bits += code.count;
	if (code.count < room) {
		encoder->tail |= code.bits << (room - code.count);
		retained_store(word, big_endian(encoder->tail));
		return;
	}

	const uint32_t spill = code.count - room;

	retained_store(word, big_endian(encoder->tail | code.bits >> spill));
	encoder->tail = 0;
	if (spill != 0u) {
		encoder->tail = code.bits << (32u - spill);
		retained_store(word + 1, big_endian(encoder->tail));
	}
}

bool block_append(struct block_encoder *encoder, struct sample sample)
{
	struct block_model *model = &encoder->model;
	const uint32_t residual = zigzag((int32_t)sample.distance_mm - model_expects_mm(model));
	const struct code code = code_sample(model, sample, residual);

	if (encoder->bits + code.count > BLOCK_STREAM_BITS) {
		return false;
	}
	stream_put(encoder, code);
	encoder->crc = crc_sample(encoder->crc, sample);
	encoder->count_late++;
	commit(encoder);

	if (sample_status_has_distance(sample.status)) {
		if (model_has_distance(model)) {
			model_follow(model, sample.distance_mm, residual);
		} else {
			model_resume(model, sample.distance_mm);
		}
	}
	model->status = sample.status;
	return true;
}

uint32_t block_count(const struct block_encoder *encoder)
{
	return encoder->count_late & COMMIT_COUNT_MASK;
}

uint32_t block_len(const struct block_encoder *encoder)
{
	return BLOCK_HEADER_BYTES + (encoder->bits + 7u) / 8u;
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
			   .boot = read_u16(bytes + 24),
			   .count = commit_word & COMMIT_COUNT_MASK},
		.stream = bytes + BLOCK_HEADER_BYTES,
		.bits_limit = (uint32_t)(len - BLOCK_HEADER_BYTES) * 8u,
		.crc_expected = (uint16_t)(commit_word >> COMMIT_CRC_SHIFT),
	};
	decoder->crc = crc_header(&decoder->header);
	return decoder->header.count != 0u && decoder->header.period_us != 0u &&
	       sample_from_word(&decoder->first, read_u16(bytes + 26),
				commit_word >> COMMIT_LATE_SHIFT & 0xfu);
}

/* Past the end there are zeros; block_decode_next() finds out that it went there. */
static uint32_t stream_get(struct block_decoder *decoder, uint32_t count)
{
	uint32_t value = 0;

	while (count-- > 0u) {
		value <<= 1;
		if (decoder->bits < decoder->bits_limit) {
			value |= decoder->stream[decoder->bits / 8u] >> (7u - decoder->bits % 8u) &
				 1u;
		}
		decoder->bits++;
	}
	return value;
}

/* False: the kind does not belong here. */
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
	const int32_t expected = model_expects_mm(&decoder->model);
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

	const int32_t distance_mm = expected + unzigzag(residual);

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
	struct block_model *model = &decoder->model;

	*sample = (struct sample){0};
	if (!model_has_distance(model)) {
		if (!decode_after_none(decoder, sample)) {
			return false;
		}
		if (sample_status_has_distance(sample->status)) {
			model_resume(model, sample->distance_mm);
		}
	} else {
		if (!decode_after_distance(decoder, sample)) {
			return false;
		}
		if (sample_status_has_distance(sample->status)) {
			model_follow(
				model, sample->distance_mm,
				zigzag((int32_t)sample->distance_mm - model_expects_mm(model)));
		}
	}
	model->status = sample->status;
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
