/* SPDX-License-Identifier: Apache-2.0 */
/* In place of the application's clock.h, which is Zephyr's system clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CYCLES_PER_US 400u

typedef void (*clock_beat)(bool slot, uint64_t slot_us, uint32_t late_us);

uint64_t clock_start_beat(clock_beat beat);
