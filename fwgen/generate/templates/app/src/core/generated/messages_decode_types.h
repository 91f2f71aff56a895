/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made from fwgen.cddl by `python -m fwgen.wire`.
 *
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#ifndef MESSAGES_DECODE_TYPES_H__
#define MESSAGES_DECODE_TYPES_H__

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

struct stream_ack {
	uint32_t next_seq;
	uint64_t log;
};

struct peer_hello {
	uint32_t format;
	union {
		struct zcbor_string bstr8;
	};
	enum {
		peer_hello_spec_hash_bstr8_c,
		peer_hello_spec_hash_nil_c,
	} spec_hash_choice;
	uint32_t session;
	union {
		uint32_t u32_m;
	};
	enum {
		peer_hello_expected_seq_u32_m_c,
		peer_hello_expected_seq_nil_c,
	} expected_seq_choice;
	union {
		uint64_t log_id_m;
	};
	enum {
		peer_hello_log_log_id_m_c,
		peer_hello_log_nil_c,
	} log_choice;
	uint64_t new_log;
};

struct sleep {
	uint32_t id;
};

struct wake {
	uint32_t id;
	uint32_t next_seq;
};

struct ack {
	uint32_t next_seq;
	uint64_t log;
};

struct start_ack {
	uint32_t boot;
	uint32_t crashes;
};

struct own_peer_message_r {
	union {
		struct peer_hello peer_hello_m;
		struct sleep sleep_m;
		struct wake wake_m;
		struct ack ack_m;
		struct start_ack start_ack_m;
	};
	enum {
		own_peer_message_peer_hello_m_c,
		own_peer_message_sleep_m_c,
		own_peer_message_wake_m_c,
		own_peer_message_ack_m_c,
		own_peer_message_start_ack_m_c,
	} own_peer_message_choice;
};

#ifdef __cplusplus
}
#endif

#endif /* MESSAGES_DECODE_TYPES_H__ */
