/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic that the writer and the reader of a block share: the prediction of the next
 * distance, and how it adapts.
 *
 * Nothing overflows: `mean` grows by at most MODEL_SURPRISE a sample, so within a block
 * (BLOCK_SAMPLES_MAX) it stays below 45000; then k is at most 11 and an error that is no surprise
 * is at most 1412 mm.
 */
#ifndef CORE_BLOCK_MODEL_H
#define CORE_BLOCK_MODEL_H

#include "block.h"

#define CODE_ZEROS 6u /* this many zeros in the unary part are an escape */
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

static inline void model_begin(struct block_model *model, struct sample first)
{
	*model = (struct block_model){
		.expected = (int32_t)first.distance_mm * 256,
		.mean = MODEL_MEAN_START,
		.status = first.status,
		.distance_mm = first.distance_mm,
	};
}

static inline int32_t model_expected_mm(const struct block_model *model)
{
	return (model->expected + 128) >> 8;
}

/* Numbers the residuals 0, -1, 1, -2, 2 ... from 0 on. */
static inline uint32_t model_zigzag(int32_t residual_mm)
{
	return ((uint32_t)residual_mm << 1) ^ (uint32_t)(residual_mm >> 31);
}

static inline int32_t model_unzigzag(uint32_t code)
{
	return (int32_t)(code >> 1) ^ -(int32_t)(code & 1u);
}

/* The number of low bits of a residual that are written unchanged: the width of 5/8 of the mean. */
static inline uint32_t model_k(const struct block_model *model)
{
	uint32_t rest = (model->mean * 5u) >> 7;
#ifdef __GNUC__
	return 31u ^ (uint32_t)__builtin_clz(2u * rest + 1u);
#else
	uint32_t k = 0;

	while (rest != 0u) {
		rest >>= 1;
		k++;
	}
	return k;
#endif
}

/* Updates the model with a distance that follows a distance. */
static inline void model_follow(struct block_model *model, uint16_t distance_mm,
				int32_t residual_mm)
{
	/* An alpha-beta filter with growing memory, gains in 1/256. It finds a straight line
	 * soon after a turn. */
	static const struct {
		int16_t level;
		int16_t speed;
	} gains[MODEL_AGE_MAX + 1u] = {{256, 256}, {224, 128}, {160, 64}, {112, 32}};
	const uint32_t code = model_zigzag(residual_mm);
	const uint32_t mean = model->mean >> 4;

	if (code <= mean + MODEL_SURPRISE) {
		const uint32_t age = model->age;

		model->mean += code - mean;
		model->speed += residual_mm * gains[age].speed;
		model->expected += residual_mm * gains[age].level + model->speed;
		if (age < MODEL_AGE_MAX) {
			model->age = age + 1u;
		}
	} else { /* a turn, a step: begin again from the last two distances */
		model->mean += MODEL_SURPRISE;
		model->speed = ((int32_t)distance_mm - (int32_t)model->distance_mm) * 256;
		model->expected = (int32_t)distance_mm * 256 + model->speed;
		model->age = 0;
	}
	model->distance_mm = distance_mm;
}

/* Updates the model with a distance that follows a sample without one; the speed is kept. */
static inline void model_resume(struct block_model *model, uint16_t distance_mm)
{
	model->expected = (int32_t)distance_mm * 256 + model->speed;
	model->distance_mm = distance_mm;
}

#endif
