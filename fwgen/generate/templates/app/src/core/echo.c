/* SPDX-License-Identifier: Apache-2.0 */
#include "echo.h"

#define SPEED_AT_0C_MM_PER_S 331300u
#define KELVIN_AT_0C_CENTI 27315

/* The largest number whose square is not above `value`. Digit by digit, base 2. */
static uint32_t square_root(uint64_t value)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 2) {
		if (value >= root + bit) {
			value -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (uint32_t)root;
}

uint32_t echo_speed_mm_per_s(int16_t air_decicelsius)
{
	const uint64_t square_at_0c = (uint64_t)SPEED_AT_0C_MM_PER_S * SPEED_AT_0C_MM_PER_S;
	int32_t centikelvin = KELVIN_AT_0C_CENTI + 10 * (int32_t)air_decicelsius;

	if (centikelvin <= 0) {
		return 0;
	}
	return square_root(square_at_0c * (uint32_t)centikelvin / (uint32_t)KELVIN_AT_0C_CENTI);
}

uint16_t echo_to_mm(uint32_t echo_us, int16_t air_decicelsius)
{
	uint64_t way_nm = (uint64_t)echo_us * echo_speed_mm_per_s(air_decicelsius);
	uint64_t mm = (way_nm + 1000000u) / 2000000u;

	return mm < UINT16_MAX ? (uint16_t)mm : UINT16_MAX;
}

struct sample echo_classify(const struct echo_config *config, uint32_t echo_us)
{
	struct sample sample = {.distance_mm = 0, .status = SAMPLE_VALID, .late_16ths = 0};
	uint16_t mm;

	if (echo_us == ECHO_NO_PULSE || echo_us == ECHO_HELD) {
		sample.status = SAMPLE_FAULT;
		return sample;
	}
	if (echo_us >= config->timeout_us) {
		sample.status = SAMPLE_NO_ECHO;
		return sample;
	}
	mm = echo_to_mm(echo_us, config->air_decicelsius);
	if (mm < config->range_min_mm) {
		sample.status = SAMPLE_TOO_NEAR;
	} else if (mm > config->range_max_mm) {
		sample.status = SAMPLE_TOO_FAR;
	}
	sample.distance_mm = mm < SAMPLE_DISTANCE_MAX_MM ? mm : SAMPLE_DISTANCE_MAX_MM;
	return sample;
}
