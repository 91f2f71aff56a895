/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <string.h>

#include "messages_decode.h"
#include "messages_encode.h"

#ifndef ZCBOR_CANONICAL
#error "the wire's format wants arrays with their length first: define ZCBOR_CANONICAL"
#endif

/* -------------------------------------------------------------------- firmware to peer */

size_t wire_encode_hello(uint8_t *out, const struct wire_hello *from)
{
	const struct hello message = {
		.format = WIRE_FORMAT,
		.spec_hash = {.value = from->spec_hash, .len = WIRE_SPEC_HASH_BYTES},
		.boot = from->boot,
		.session = from->session,
		.oldest_seq = from->oldest_seq,
		.next_seq = from->next_seq,
		.time_us = from->time_us,
		.period_us = from->period_us,
		.log = from->log,
	};
	size_t len = 0;

	return cbor_encode_hello(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_hello_to_other(uint8_t *out, const struct wire_hello *from)
{
	const struct hello_to_other message = {
		.format = WIRE_FORMAT,
		.spec_hash = {.value = from->spec_hash, .len = WIRE_SPEC_HASH_BYTES},
		.boot = from->boot & UINT16_MAX,
		.session = from->session,
		.oldest_seq = from->oldest_seq,
		.next_seq = from->next_seq,
		.time_us = from->time_us,
		.period_us = from->period_us,
	};
	size_t len = 0;

	return cbor_encode_hello_to_other(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_data(uint8_t *out, const uint8_t *block, size_t block_len)
{
	const struct data message = {.block = {.value = block, .len = block_len}};
	size_t len = 0;

	return cbor_encode_data(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_gap(uint8_t *out, uint32_t first_seq, uint32_t count)
{
	const struct gap message = {.first_seq = first_seq, .count = count};
	size_t len = 0;

	return cbor_encode_gap(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_stream(uint8_t *out, const struct wire_stream *from)
{
	const struct stream_info message = {
		.oldest_seq = from->oldest_seq,
		.next_seq = from->next_seq,
		.period_us = from->period_us,
	};
	size_t len = 0;

	return cbor_encode_stream_info(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_stream_gap(uint8_t *out, uint32_t first_seq, uint32_t count)
{
	const struct stream_gap message = {.first_seq = first_seq, .count = count};
	size_t len = 0;

	return cbor_encode_stream_gap(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_sleep_ack(uint8_t *out, uint32_t id)
{
	const struct sleep_ack message = {.id = id};
	size_t len = 0;

	return cbor_encode_sleep_ack(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_wake_ack(uint8_t *out, uint32_t id, uint32_t backlog)
{
	const struct wake_ack message = {.id = id, .backlog = backlog};
	size_t len = 0;

	return cbor_encode_wake_ack(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_status(uint8_t *out, const struct wire_status *from)
{
	const struct status message = {
		.time_us = from->time_us,
		.backlog = from->backlog,
		.log_used = from->log_used,
		.log_slots = from->log_slots,
		.log_peak = from->log_peak,
		.dropped = from->dropped,
		.stream_errors = from->stream_errors,
		.stale_doorbells = from->stale_doorbells,
		.unexpected = from->unexpected,
		.asks = from->asks,
		.no_buffer = from->no_buffer,
		.sensor_faults = from->sensor_faults,
		.display_faults = from->display_faults,
		.late_samples = from->late_samples,
		.calls = from->calls,
		.calls_in_vain = from->calls_in_vain,
		.blocked_accesses = from->blocked_accesses,
		.bad_rings = from->bad_rings,
		.bad_messages = from->bad_messages,
		.foreign_messages = from->foreign_messages,
	};
	size_t len = 0;

	return cbor_encode_status(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_start(uint8_t *out, const struct wire_start *from)
{
	const struct crash *first = &from->crash.first;
	const struct crash *last = &from->crash.last;
	const struct start message = {
		.boot = from->boot,
		.reset = from->reset,
		.memory = (uint32_t)from->memory.kind,
		.unreadable = from->memory.unreadable,
		.damaged = from->memory.damaged,
		.crashes = from->crash.crashes,
		.untold = from->crash.untold,
		.first_kind = first->kind,
		.first_line = first->line,
		.first_pc = first->pc,
		.first_lr = first->lr,
		.first_file = first->file,
		.first_boot = first->boot,
		.first_uptime_s = first->uptime_s,
		.last_kind = last->kind,
		.last_line = last->line,
		.last_pc = last->pc,
		.last_lr = last->lr,
		.last_file = last->file,
		.last_boot = last->boot,
		.last_uptime_s = last->uptime_s,
	};
	size_t len = 0;

	return cbor_encode_start(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

size_t wire_encode_call(uint8_t *out, const struct wire_call *from)
{
	const struct call message = {
		.time_us = from->time_us,
		.reason = from->reason,
		.condition = {.value = (const uint8_t *)from->condition,
			      .len = strlen(from->condition)},
	};
	size_t len = 0;

	return cbor_encode_call(out, WIRE_MESSAGE_MAX, &message, &len) == 0 ? len : 0;
}

/* -------------------------------------------------------------------- peer to firmware */

enum shape {
	SHAPE_WHOLE,
	SHAPE_PARTIAL,
	SHAPE_WRONG,
};

static const uint8_t mark[] = {0xd9, 0xd9, 0xf7};

/* CBOR's major types, and the one simple value that occurs. */
#define MAJOR_UINT 0u
#define MAJOR_BYTES 2u
#define MAJOR_ARRAY 4u
#define NIL 0xf6u
#define TYPE_PEER_HELLO 16u

/* Reads the head of an item at bytes[*at], in its shortest form: major type and value. Advances
 * `*at`. */
static enum shape read_head(const uint8_t *bytes, uint32_t len, uint32_t *at, uint32_t *major,
			    uint64_t *value)
{
	static const uint64_t least[] = {24u, 1u << 8, 1u << 16, UINT64_C(1) << 32};
	uint32_t form;

	if (*at >= len) {
		return SHAPE_PARTIAL;
	}
	*major = (uint32_t)bytes[*at] >> 5;
	*value = bytes[*at] & 31u;
	(*at)++;
	if (*value > 27u) {
		return SHAPE_WRONG;
	}
	if (*value < 24u) {
		return SHAPE_WHOLE;
	}
	form = (uint32_t)*value - 24u;
	if (1u << form > len - *at) {
		return SHAPE_PARTIAL;
	}
	*value = 0;
	for (uint32_t extra = 1u << form; extra > 0; extra--) {
		*value = *value << 8 | bytes[*at];
		(*at)++;
	}
	return *value < least[form] ? SHAPE_WRONG : SHAPE_WHOLE;
}

/* Checks an array of numbers, byte strings and nils after the tag. `*size`: that of the message. */
static enum shape message_size(const uint8_t *bytes, uint32_t len, uint32_t *size)
{
	uint32_t at = sizeof(mark);
	uint64_t items;
	uint32_t major;
	enum shape shape = read_head(bytes, len, &at, &major, &items);

	if (shape == SHAPE_WHOLE && (major != MAJOR_ARRAY || at != sizeof(mark) + 1u)) {
		return SHAPE_WRONG;
	}
	while (shape == SHAPE_WHOLE && items > 0) {
		uint64_t value;

		items--;
		if (at < len && bytes[at] == NIL) {
			at++;
			continue;
		}
		shape = read_head(bytes, len, &at, &major, &value);
		if (shape == SHAPE_WHOLE && major == MAJOR_BYTES) {
			if (value > WIRE_PEER_MESSAGE_MAX) {
				return SHAPE_WRONG;
			}
			at += (uint32_t)value;
		} else if (shape == SHAPE_WHOLE && major != MAJOR_UINT) {
			return SHAPE_WRONG;
		}
		if (at > WIRE_PEER_MESSAGE_MAX) {
			return SHAPE_WRONG;
		}
		if (at > len) {
			return SHAPE_PARTIAL;
		}
	}
	*size = at;
	return shape;
}

static bool take_hello(const struct peer_hello *from, struct wire_peer_message *out)
{
	out->kind = WIRE_PEER_HELLO;
	out->format = from->format;
	out->id = from->session;
	out->knows_spec = from->spec_hash_choice == peer_hello_spec_hash_bstr8_c;
	if (out->knows_spec) {
		memcpy(out->spec_hash, from->bstr8.value, sizeof(out->spec_hash));
	}
	out->knows_seq = from->expected_seq_choice == peer_hello_expected_seq_u32_m_c &&
			 from->log_choice == peer_hello_log_log_id_m_c;
	if (out->knows_seq) {
		out->next_seq = from->u32_m;
		out->log = from->log_id_m;
	}
	out->new_log = from->new_log;
	return out->id != 0 && out->new_log != 0;
}

/* Reads the number at bytes[*at], at most 32 bits. */
static bool read_u32(const uint8_t *bytes, uint32_t len, uint32_t *at, uint32_t *number)
{
	uint64_t value;
	uint32_t major;
	bool fits = read_head(bytes, len, at, &major, &value) == SHAPE_WHOLE &&
		    major == MAJOR_UINT && value <= UINT32_MAX;

	*number = fits ? (uint32_t)value : 0;
	return fits;
}

/* Reads the first elements of a hello, which all formats share; the rest depends on the format. */
static bool take_other_hello(const uint8_t *bytes, uint32_t len, struct wire_peer_message *out)
{
	uint32_t items = bytes[sizeof(mark)] & 31u;
	uint32_t at = sizeof(mark) + 1u;
	uint32_t type;

	*out = (struct wire_peer_message){.kind = WIRE_PEER_HELLO, .other_form = true};
	if (items < 4u || !read_u32(bytes, len, &at, &type) || type != TYPE_PEER_HELLO ||
	    !read_u32(bytes, len, &at, &out->format) || at >= len) {
		return false;
	}
	if (bytes[at] == NIL) {
		at++;
	} else if (bytes[at] == (MAJOR_BYTES << 5 | WIRE_SPEC_HASH_BYTES) &&
		   len - at > WIRE_SPEC_HASH_BYTES) {
		out->knows_spec = true;
		memcpy(out->spec_hash, bytes + at + 1u, WIRE_SPEC_HASH_BYTES);
		at += 1u + WIRE_SPEC_HASH_BYTES;
	} else {
		return false;
	}
	if (!read_u32(bytes, len, &at, &out->id) || out->id == 0) {
		return false;
	}
	return out->format != WIRE_FORMAT || (items == 5u && at < len && bytes[at] == NIL);
}

/* Separate from the others: a node with one sensor does not contain it. */
static bool take_stream_ack(const uint8_t *bytes, uint32_t len, struct wire_peer_message *out)
{
	struct stream_ack message;
	size_t used = 0;

	if (cbor_decode_stream_ack(bytes, len, &message, &used) != 0 || used != len) {
		return false;
	}
	*out = (struct wire_peer_message){
		.kind = WIRE_PEER_STREAM_ACK,
		.stream = 1,
		.next_seq = message.next_seq,
		.log = message.log,
		.knows_seq = true,
	};
	return true;
}

static bool decode(const uint8_t *bytes, uint32_t len, struct wire_peer_message *out)
{
	struct own_peer_message_r message;
	size_t used = 0;

	if (CORE_STREAMS > 1u && take_stream_ack(bytes, len, out)) {
		return true;
	}
	if (cbor_decode_own_peer_message(bytes, len, &message, &used) != 0 || used != len ||
	    (message.own_peer_message_choice == own_peer_message_peer_hello_m_c &&
	     message.peer_hello_m.format != WIRE_FORMAT)) {
		return take_other_hello(bytes, len, out);
	}
	*out = (struct wire_peer_message){.kind = WIRE_PEER_ACK};
	switch (message.own_peer_message_choice) {
	case own_peer_message_peer_hello_m_c:
		return take_hello(&message.peer_hello_m, out);
	case own_peer_message_sleep_m_c:
		out->kind = WIRE_PEER_SLEEP;
		out->id = message.sleep_m.id;
		return true;
	case own_peer_message_wake_m_c:
		out->kind = WIRE_PEER_WAKE;
		out->id = message.wake_m.id;
		out->next_seq = message.wake_m.next_seq;
		out->knows_seq = true;
		return true;
	case own_peer_message_ack_m_c:
		out->next_seq = message.ack_m.next_seq;
		out->log = message.ack_m.log;
		out->knows_seq = true;
		return true;
	case own_peer_message_start_ack_m_c:
		out->kind = WIRE_PEER_START_ACK;
		out->id = message.start_ack_m.boot;
		out->crashes = message.start_ack_m.crashes;
		return true;
	default:
		return false;
	}
}

static void drop(struct wire_reader *reader, uint32_t count)
{
	reader->len -= count;
	memmove(reader->bytes, reader->bytes + count, reader->len);
}

static void drop_garbage(struct wire_reader *reader, uint32_t count)
{
	if (count > 0 && !reader->skipping) {
		reader->errors++;
		reader->skipping = true;
	}
	drop(reader, count);
}

/* The number of bytes at the front that cannot begin a tag. */
static uint32_t before_mark(const struct wire_reader *reader)
{
	for (uint32_t at = 0; at < reader->len; at++) {
		uint32_t rest = reader->len - at;

		if (memcmp(reader->bytes + at, mark, rest < sizeof(mark) ? rest : sizeof(mark)) ==
		    0) {
			return at;
		}
	}
	return reader->len;
}

/* Takes the first complete message and discards the bytes before it. */
static bool take(struct wire_reader *reader, struct wire_peer_message *out)
{
	for (;;) {
		uint32_t size = 0;
		enum shape shape;

		drop_garbage(reader, before_mark(reader));
		if (reader->len < sizeof(mark)) {
			return false;
		}
		shape = message_size(reader->bytes, reader->len, &size);
		if (shape == SHAPE_PARTIAL && reader->len < WIRE_PEER_MESSAGE_MAX) {
			return false;
		}
		if (shape == SHAPE_WHOLE && decode(reader->bytes, size, out)) {
			drop(reader, size);
			reader->skipping = false;
			return true;
		}
		drop_garbage(reader, 1);
	}
}

void wire_reader_reset(struct wire_reader *reader)
{
	reader->len = 0;
	reader->skipping = false;
}

bool wire_read(struct wire_reader *reader, const uint8_t **bytes, size_t *len,
	       struct wire_peer_message *out)
{
	for (;;) {
		if (take(reader, out)) {
			return true;
		}
		if (*len == 0) {
			return false;
		}
		/* There is room: take() leaves no incomplete message that fills the buffer. */
		uint32_t room = WIRE_PEER_MESSAGE_MAX - reader->len;
		uint32_t count = *len < room ? (uint32_t)*len : room;

		memcpy(reader->bytes + reader->len, *bytes, count);
		reader->len += count;
		*bytes += count;
		*len -= count;
	}
}

bool wire_reader_partial(const struct wire_reader *reader)
{
	return reader->len > 0;
}

bool wire_reader_abandon(struct wire_reader *reader, struct wire_peer_message *out)
{
	if (reader->len > 0) {
		drop_garbage(reader, 1);
	}
	return take(reader, out);
}
