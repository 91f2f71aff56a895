/* SPDX-License-Identifier: Apache-2.0 */
/* echo.h for ctypes, which cannot read a struct that is returned. */
#include "echo.h"

uint32_t glue_classify(const struct echo_config *config, uint32_t echo_us);

uint32_t glue_classify(const struct echo_config *config, uint32_t echo_us)
{
	const struct sample sample = echo_classify(config, echo_us);

	return sample.value[0] | (uint32_t)sample.status << 16 | (uint32_t)sample.late_16ths << 24;
}
