/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic that the writer and the reader of a block share: what they expect of the next
 * distance, and how they learn from it. All numbers are bounded: `mean` grows by at most
 * MODEL_SURPRISE a sample, so within a block (BLOCK_SAMPLES_MAX) it stays below 45000, `k` below
 * 12, and everything else far inside 32 bits.
 */
#ifndef CORE_BLOCK_MODEL_H
#define CORE_BLOCK_MODEL_H

#include "block.h"

#define CODE_ZEROS 6u /* a unary part of so many zeros is an escape */
#define CODE_STEP_BITS 8u
#define CODE_DISTANCE_BITS 13u
#define CODE_KIND_BITS 3u
#define CODE_LATE_BITS 4u
enum { /* 0..5 are the statuses */
       KIND_LATE = 6,
       KIND_STEP = 7,
};

#define MODEL_MEAN_START 160u
#define MODEL_SURPRISE 12u
#define MODEL_AGE_MAX 3u

_Static_assert(-1 >> 1 == -1, "shifts to the right must keep the sign");

static inline bool model_has_distance(const struct block_model *model)
{
	return sample_status_has_distance(model->status);
}

static inline void model_begin(struct block_model *model, struct sample first)
{
	*model = (struct block_model){
		.level = (int32_t)first.distance_mm * 256,
		.mean = MODEL_MEAN_START,
		.status = first.status,
		.distance_mm = first.distance_mm,
	};
}

static inline int32_t model_expects_mm(const struct block_model *model)
{
	return (model->level + model->speed + 128) >> 8;
}

/* How many low bits of a residual are written as they are: the width of 5/8 of the mean. */
static inline uint32_t model_k(const struct block_model *model)
{
	uint32_t rest = (model->mean * 5u) >> 7;
	uint32_t k = 0;

	while (rest != 0u) {
		rest >>= 1;
		k++;
	}
	return k;
}

static inline uint32_t zigzag(int32_t residual)
{
	return ((uint32_t)residual << 1) ^ (uint32_t)(residual >> 31);
}

static inline int32_t unzigzag(uint32_t code)
{
	return (int32_t)(code >> 1) ^ -(int32_t)(code & 1u);
}

/* Learns a distance that follows a distance; `code` is the zigzag of its residual. */
static inline void model_follow(struct block_model *model, uint16_t distance_mm, uint32_t code)
{
	/* A filter of growing memory (alpha-beta, in 1/16): few samples after a turn it is a
	 * straight line's. */
	static const int8_t alpha[MODEL_AGE_MAX + 1u] = {16, 14, 10, 7};
	static const int8_t beta[MODEL_AGE_MAX + 1u] = {16, 8, 4, 2};
	const uint32_t mean = model->mean >> 4;
	const uint32_t surprise = MODEL_SURPRISE + mean;

	if (code > surprise) { /* a turn, a step: begin again from the last two distances */
		model->mean += surprise - mean;
		model->level = (int32_t)distance_mm * 256;
		model->speed = ((int32_t)distance_mm - (int32_t)model->distance_mm) * 256;
		model->age = 0;
	} else {
		const int32_t expected = model->level + model->speed;
		const int32_t error = (int32_t)distance_mm * 256 - expected;

		model->mean += code - mean;
		model->level = expected + ((error * alpha[model->age]) >> 4);
		model->speed += (error * beta[model->age]) >> 4;
		if (model->age < MODEL_AGE_MAX) {
			model->age++;
		}
	}
	model->distance_mm = distance_mm;
}

/* Learns a distance that follows a sample without one: the speed stays what it was. */
static inline void model_resume(struct block_model *model, uint16_t distance_mm)
{
	model->level = (int32_t)distance_mm * 256;
	model->distance_mm = distance_mm;
}

#endif
