/* SPDX-License-Identifier: Apache-2.0 */
#include "node_glue.h"

#include <string.h>

#include "node_actions.h"

static int port_send(void *ctx, const uint8_t *bytes, size_t len)
{
	return ((struct glue_node *)ctx)->send(bytes, len);
}

static void port_door(void *ctx, bool open)
{
	((struct glue_node *)ctx)->door(open ? 1 : 0);
}

static void port_ring_wakeup(void *ctx)
{
	((struct glue_node *)ctx)->ring_wakeup();
}

static void port_clear_doorbells(void *ctx)
{
	((struct glue_node *)ctx)->clear_doorbells();
}

size_t glue_node_size(void)
{
	return sizeof(struct glue_node);
}

void glue_node_init(struct glue_node *glue, const struct node_config *config, void *log_region,
		    size_t log_size, uint64_t now_us)
{
	const struct node_port port = {
		.ctx = glue,
		.send = port_send,
		.door = port_door,
		.ring_wakeup = port_ring_wakeup,
		.clear_doorbells = port_clear_doorbells,
	};

	node_init(&glue->node, config, &port, log_region, log_size, now_us);
}

void glue_node_sample(struct glue_node *glue, uint32_t stream, uint64_t schedule_us, uint16_t value,
		      uint8_t status, uint64_t now_us)
{
	const struct sample sample = {.status = status, .value = {value, value}};

	node_sample(&glue->node, stream, schedule_us, &sample, now_us);
}

void glue_node_fire(struct glue_node *glue, uint32_t event, uint32_t id, uint64_t now_us)
{
	const struct wire_peer_message message = {
		.id = id,
		.format = WIRE_FORMAT,
		.new_log = 1,
	};
	const struct node_occasion occasion = {.message = &message, .now_us = now_us};

	node_fire(&glue->node, (enum hs_event)event, &occasion);
}

void glue_node_set_state(struct glue_node *glue, uint32_t state, uint64_t now_us)
{
	glue->node.state = (enum hs_state)state;
	glue->node.state_us = now_us;
}

void glue_node_identify(struct glue_node *glue, uint64_t id)
{
	sample_log_identify(&glue->node.log, id);
}

uint64_t glue_node_log_id(const struct glue_node *glue)
{
	return sample_log_id(&glue->node.log);
}

uint32_t glue_node_counter(const struct glue_node *glue, const char *name)
{
	const struct node_counters *counters = node_counters(&glue->node);
	const struct {
		const char *name;
		uint32_t value;
	} known[] = {
		{"stream_errors", counters->stream_errors},
		{"stale_doorbells", counters->stale_doorbells},
		{"unexpected", counters->unexpected},
		{"asks", counters->asks},
		{"no_buffer", counters->no_buffer},
		{"blocks_sent", counters->blocks_sent},
		{"gaps_sent", counters->gaps_sent},
		{"sleeps", counters->sleeps},
		{"calls", counters->calls},
		{"calls_in_vain", counters->calls_in_vain},
		{"unacked_blocks", sample_log_unacked_blocks(&glue->node.log)},
		{"used_slots", sample_log_used_slots(&glue->node.log)},
		{"backlog", sample_log_backlog(&glue->node.log)},
		{"next_seq", sample_log_next_seq(&glue->node.log, 0)},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) == 0) {
			return known[i].value;
		}
	}
	return UINT32_MAX;
}

uint32_t glue_row(uint32_t state, uint32_t event)
{
	return (uint32_t)hs_table[state][event].action | (uint32_t)hs_table[state][event].next << 8;
}

uint32_t glue_state(uint32_t state)
{
	const struct hs_state_facts *facts = &hs_states[state];

	return facts->timer | (facts->link_open ? 0x100u : 0u) | (facts->streams ? 0x200u : 0u);
}

static int tell(const struct wire_peer_message *message, uint32_t *values)
{
	values[0] = message->id;
	values[1] = message->kind == WIRE_PEER_START_ACK ? message->crashes : message->next_seq;
	values[2] = message->knows_seq ? 1u : 0u;
	values[3] = message->format;
	values[4] = message->knows_spec ? message->spec_hash[0] : 0x100u;
	values[5] = message->other_form ? 1u : 0u;
	memcpy(values + 6, &message->log, sizeof(message->log));
	memcpy(values + 8, &message->new_log, sizeof(message->new_log));
	return (int)message->kind;
}

int glue_read(struct wire_reader *reader, const uint8_t *bytes, size_t *len, uint32_t *values)
{
	struct wire_peer_message message;

	return wire_read(reader, &bytes, len, &message) ? tell(&message, values) : -1;
}

int glue_abandon(struct wire_reader *reader, uint32_t *values)
{
	struct wire_peer_message message;

	return wire_reader_abandon(reader, &message) ? tell(&message, values) : -1;
}

int glue_partial(const struct wire_reader *reader)
{
	return wire_reader_partial(reader) ? 1 : 0;
}

size_t glue_reader_size(void)
{
	return sizeof(struct wire_reader);
}

uint32_t glue_reader_errors(const struct wire_reader *reader)
{
	return reader->errors;
}
