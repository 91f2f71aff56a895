/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic that the writer and the reader of a block share: the prediction of a channel's
 * next value, and how it adapts. Every channel is predicted by itself.
 *
 * Numbers wrap at 2^32, residuals at the channel's width, so nothing overflows. The mean stays
 * below 2^29: it grows only while it is below the last residual, which is below 2^24 (1/16 each).
 */
#ifndef CORE_BLOCK_MODEL_H
#define CORE_BLOCK_MODEL_H

#include "block.h"

#define CODE_ZEROS 6u /* this many zeros in the unary part are an escape */
#define CODE_STEP_BITS 8u
#define CODE_KIND_BITS 3u
#define CODE_LATE_BITS 4u
enum { /* 0..5 are the statuses */
       KIND_LATE = 6,
       KIND_STEP = 7,
};

#define MODEL_HALF 128u /* of 1/256 */
#define MODEL_MEAN_START 160u
#define MODEL_SURPRISE 12

_Static_assert(-1 >> 1 == -1, "shifts to the right must keep the sign");

static inline void model_begin(struct block_model *model, uint32_t width, uint32_t value)
{
	*model = (struct block_model){
		.expected = (value << 8) + MODEL_HALF,
		.mean = MODEL_MEAN_START,
		.value = value,
		.width = (uint8_t)width,
		.unused = (uint8_t)(32u - width),
		.beyond = ~sample_value_max(width),
	};
}

/* How far a value is from the expected one, modulo the channel's width: the nearest way. */
static inline int32_t model_residual(const struct block_model *model, uint32_t value)
{
	const uint32_t way = (value - (model->expected >> 8)) << model->unused;

	return (int32_t)way >> model->unused;
}

/* Numbers the residuals 0, -1, 1, -2, 2 ... from 0 on. */
static inline uint32_t model_zigzag(int32_t residual)
{
	return ((uint32_t)residual << 1) ^ (uint32_t)(residual >> 31);
}

/* The value whose residual has that number. */
static inline uint32_t model_value(const struct block_model *model, uint32_t code)
{
	const uint32_t residual = (code >> 1) ^ (0u - (code & 1u));

	return ((model->expected >> 8) + residual) & ~model->beyond;
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

/* Updates the model with a value that follows a value. */
static inline void model_follow(struct block_model *model, uint32_t value, int32_t residual)
{
	/* An alpha-beta filter with growing memory, gains in 1/256, by the age. It finds a straight
	 * line soon after a turn. */
	static const struct {
		uint16_t level;
		uint16_t speed;
		uint32_t next_age;
	} gains[] = {{256, 256, 1}, {224, 128, 2}, {160, 64, 3}, {112, 32, 3}};
	const uint32_t code = model_zigzag(residual);
	const int32_t above = (int32_t)(code - (model->mean >> 4));
	const size_t age = model->age;

	if (above <= MODEL_SURPRISE) {
		model->mean += (uint32_t)above;
		model->speed += (uint32_t)residual * gains[age].speed;
		model->expected += (uint32_t)residual * gains[age].level + model->speed;
		model->age = (uint8_t)gains[age].next_age;
	} else { /* a turn, a step: begin again from the last two values */
		model->mean += MODEL_SURPRISE;
		if (age == 0u) { /* not the first one: the channel is noisier than that */
			model->mean += model->mean >> 3;
		}
		model->speed = (value - model->value) << 8;
		model->expected = (value << 8) + MODEL_HALF + model->speed;
		model->age = 0;
	}
	model->value = value;
}

/* Updates the model with a value that follows a sample without values; the speed is kept. */
static inline void model_resume(struct block_model *model, uint32_t value)
{
	model->expected = (value << 8) + MODEL_HALF + model->speed;
	model->value = value;
}

#endif
