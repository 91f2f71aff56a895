/* SPDX-License-Identifier: Apache-2.0 */
/* What sampler.c wants of Zephyr's kernel. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIT(n) (1u << (n))

struct device;

uint32_t k_cycle_get_32(void);

static inline void arch_nop(void)
{
}
