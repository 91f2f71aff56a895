/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spec's values as the firmware needs them. They are defined in fwgen_config.c only, so a
 * change of the spec recompiles one file.
 */
#ifndef CORE_FWGEN_CONFIG_H
#define CORE_FWGEN_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "node.h"

struct fwgen_config {
	const char *spec_name;
	const char *channel; /* name of the RPMsg service */
	struct node_config node;
	uintptr_t log_start;
	size_t log_size_bytes;
	uint32_t refresh_period_us;	   /* of the display; 0: there is none */
	uint32_t refresh_asleep_period_us; /* while Linux sleeps; 0: the panel is off */
	uint32_t watchdog_us;		   /* 0: off */
};

extern const struct fwgen_config fwgen_config;

#endif
