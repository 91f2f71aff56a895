/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made from fwgen.cddl by `python -m fwgen.wire`.
 *
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#ifndef MESSAGES_ENCODE_TYPES_H__
#define MESSAGES_ENCODE_TYPES_H__

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <zcbor_common.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which value for --default-max-qty this file was created with.
 *
 *  The define is used in the other generated file to do a build-time
 *  compatibility check.
 *
 *  See `zcbor --help` for more information about --default-max-qty
 */
#define DEFAULT_MAX_QTY 3

struct data {
	struct zcbor_string block;
};

struct hello_to_other {
	uint32_t format;
	struct zcbor_string spec_hash;
	uint32_t boot;
	uint32_t session;
	uint32_t oldest_seq;
	uint32_t next_seq;
	uint64_t time_us;
	uint32_t period_us;
};

struct gap {
	uint32_t first_seq;
	uint32_t count;
};

struct sleep_ack {
	uint32_t id;
};

struct wake_ack {
	uint32_t id;
	uint32_t backlog;
};

struct status {
	uint64_t time_us;
	uint32_t backlog;
	uint32_t log_used;
	uint32_t log_slots;
	uint32_t log_peak;
	uint32_t dropped;
	uint32_t stream_errors;
	uint32_t stale_doorbells;
	uint32_t unexpected;
	uint32_t asks;
	uint32_t no_buffer;
	uint32_t sensor_faults;
	uint32_t display_faults;
	uint32_t late_samples;
	uint32_t calls;
	uint32_t calls_in_vain;
	uint32_t blocked_accesses;
	uint32_t bad_rings;
	uint32_t bad_messages;
	uint32_t foreign_messages;
};

struct start {
	uint32_t boot;
	uint32_t reset;
	uint32_t memory;
	uint32_t unreadable;
	uint32_t damaged;
	uint32_t crashes;
	uint32_t untold;
	uint32_t first_kind;
	uint32_t first_line;
	uint32_t first_pc;
	uint32_t first_lr;
	uint32_t first_file;
	uint32_t first_boot;
	uint32_t first_uptime_s;
	uint32_t last_kind;
	uint32_t last_line;
	uint32_t last_pc;
	uint32_t last_lr;
	uint32_t last_file;
	uint32_t last_boot;
	uint32_t last_uptime_s;
};

struct call {
	uint64_t time_us;
	uint32_t reason;
	struct zcbor_string condition;
};

struct stream_info {
	uint32_t oldest_seq;
	uint32_t next_seq;
	uint32_t period_us;
};

struct stream_gap {
	uint32_t first_seq;
	uint32_t count;
};

struct hello {
	uint32_t format;
	struct zcbor_string spec_hash;
	uint32_t boot;
	uint32_t session;
	uint32_t oldest_seq;
	uint32_t next_seq;
	uint64_t time_us;
	uint32_t period_us;
	uint64_t log;
};

#ifdef __cplusplus
}
#endif

#endif /* MESSAGES_ENCODE_TYPES_H__ */
