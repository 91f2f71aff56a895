/* SPDX-License-Identifier: Apache-2.0 */
#include "echo.h"

uint16_t echo_to_mm(uint32_t echo_us, uint32_t sound_mm_per_s)
{
	uint64_t way_nm = (uint64_t)echo_us * sound_mm_per_s;
	uint64_t mm = (way_nm + 1000000u) / 2000000u;

	return mm < UINT16_MAX ? (uint16_t)mm : UINT16_MAX;
}

struct sample echo_classify(const struct echo_config *config, uint32_t echo_us)
{
	struct sample sample = {.status = SAMPLE_VALID};
	uint16_t mm;

	if (echo_us == ECHO_NO_PULSE || echo_us == ECHO_HELD) {
		sample.status = SAMPLE_FAULT;
		return sample;
	}
	if (echo_us >= config->timeout_us) {
		sample.status = SAMPLE_NO_ECHO;
		return sample;
	}
	mm = echo_to_mm(echo_us, config->sound_mm_per_s);
	if (mm < config->range_min_mm) {
		sample.status = SAMPLE_TOO_NEAR;
	} else if (mm > config->range_max_mm) {
		sample.status = SAMPLE_TOO_FAR;
	}
	sample.value[0] = mm < ECHO_MAX_MM ? mm : ECHO_MAX_MM;
	return sample;
}
