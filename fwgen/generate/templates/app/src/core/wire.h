/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encodes messages to a stream of bytes, and decodes them. fwgen.cddl defines them; docs/SPEC.md
 * explains them.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crash.h"
#include "sample_log.h"

#define WIRE_FORMAT 3u
#define WIRE_MESSAGE_MAX 496u /* payload of an RPMsg buffer */
#define WIRE_SPEC_HASH_BYTES 8u
#define WIRE_PEER_MESSAGE_MAX 64u /* no message of the peer is longer, in any format */

/* -------------------------------------------------------------------- firmware to peer */

struct wire_hello {
	uint8_t spec_hash[WIRE_SPEC_HASH_BYTES];
	uint32_t boot;
	uint32_t session; /* of the peer's hello that this answers; 0: asks for one */
	uint32_t oldest_seq;
	uint32_t next_seq;
	uint64_t time_us;
	uint32_t period_us;
	uint64_t log; /* its identity; 0: it has none yet */
};

/* Of stream 1. The hello has this of stream 0. */
struct wire_stream {
	uint32_t oldest_seq;
	uint32_t next_seq;
	uint32_t period_us;
};

struct wire_status {
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

/* How this start of the firmware came about, and the crashes that the peer does not know. */
struct wire_start {
	uint32_t boot;
	uint32_t reset; /* why the machine started: RESET_... */
	struct log_memory memory;
	struct crash_summary crash;
};

/* Why the firmware has last called Linux. */
struct wire_call {
	uint64_t time_us;
	uint32_t reason;       /* enum call_reason */
	const char *condition; /* at most 64 bytes */
};

/* Each returns the bytes written to `out` (WIRE_MESSAGE_MAX bytes), 0 if the value has no encoding.
 */
size_t wire_encode_hello(uint8_t *out, const struct wire_hello *hello);
size_t wire_encode_hello_to_other(uint8_t *out, const struct wire_hello *hello);
size_t wire_encode_data(uint8_t *out, const uint8_t *block, size_t len);
size_t wire_encode_gap(uint8_t *out, uint32_t first_seq, uint32_t count);
size_t wire_encode_stream(uint8_t *out, const struct wire_stream *stream);
size_t wire_encode_stream_gap(uint8_t *out, uint32_t first_seq, uint32_t count);
size_t wire_encode_sleep_ack(uint8_t *out, uint32_t id);
size_t wire_encode_wake_ack(uint8_t *out, uint32_t id, uint32_t backlog);
size_t wire_encode_status(uint8_t *out, const struct wire_status *status);
size_t wire_encode_start(uint8_t *out, const struct wire_start *start);
size_t wire_encode_call(uint8_t *out, const struct wire_call *call);

/* -------------------------------------------------------------------- peer to firmware */

enum wire_peer_kind {
	WIRE_PEER_HELLO,
	WIRE_PEER_SLEEP,
	WIRE_PEER_WAKE,
	WIRE_PEER_ACK,
	WIRE_PEER_START_ACK,
	WIRE_PEER_STREAM_ACK, /* only of a node with two sensors */
};

struct wire_peer_message {
	enum wire_peer_kind kind;
	uint32_t id;	   /* sleep, wake; hello: the session; start-ack: the boot */
	uint32_t stream;   /* of next_seq */
	uint32_t next_seq; /* hello, wake, ack: the first sample not yet processed */
	uint32_t crashes;  /* start-ack: the peer knows the crashes up to this number */
	uint64_t log;	   /* hello, ack: the log that next_seq belongs to */
	uint64_t new_log;  /* hello: the identity for a log that has none; 0: other_form */
	bool knows_seq;	   /* next_seq is present, and log in messages that have it */
	bool knows_spec;   /* hello: spec_hash is present */
	bool other_form;   /* hello: to, or from, a side of another format */
	uint32_t format;   /* hello */
	uint8_t spec_hash[WIRE_SPEC_HASH_BYTES];
};

/* Finds messages in a stream that may be cut at any byte and may contain garbage. */
struct wire_reader {
	uint8_t bytes[WIRE_PEER_MESSAGE_MAX];
	uint32_t len;
	uint32_t errors; /* runs of bytes that were not a message */
	bool skipping;
};

void wire_reader_reset(struct wire_reader *reader);

/*
 * Takes bytes from `*bytes` and advances it and `*len`. True: a message is complete and in `out`;
 * call again for the rest. False: all bytes are taken.
 */
bool wire_read(struct wire_reader *reader, const uint8_t **bytes, size_t *len,
	       struct wire_peer_message *out);

/* Whether part of a message waits for its rest. */
bool wire_reader_partial(const struct wire_reader *reader);

/* Gives up the rest of a message and searches after its tag. True: a message was found. */
bool wire_reader_abandon(struct wire_reader *reader, struct wire_peer_message *out);

#endif
