/* SPDX-License-Identifier: Apache-2.0 */
/* In place of the application's clock.h, which is Zephyr's system clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CYCLES_PER_US 400u

#include "sample.h"

typedef void (*clock_beat)(uint32_t due, uint64_t slot_us, uint32_t late_us);

void clock_start_beat(clock_beat beat, uint64_t first_us[CORE_STREAMS]);
