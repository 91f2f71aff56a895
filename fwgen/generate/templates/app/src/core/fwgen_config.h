/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the spec says, as the firmware needs it. The values stand in fwgen_config.c alone, so that
 * a change of the spec compiles one file anew.
 */
#ifndef CORE_FWGEN_CONFIG_H
#define CORE_FWGEN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "echo.h"
#include "node.h"

struct fwgen_config {
	const char *spec_name;
	const char *channel; /* name of the RPMsg service */
	struct node_config node;
	uintptr_t log_start;
	size_t log_size_bytes;
	struct echo_config echo;
	bool pull_echo_low;	    /* when the sensor holds the line */
	uint32_t refresh_period_us; /* of the display; 0: there is none */
	uint32_t watchdog_us;	    /* 0: off */
};

extern const struct fwgen_config fwgen_config;

#endif
