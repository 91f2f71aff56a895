/* SPDX-License-Identifier: Apache-2.0 */
/* The node behind functions of plain numbers, for ctypes. */
#ifndef NODE_GLUE_H
#define NODE_GLUE_H

#include "node.h"
#include "screen.h"

typedef int (*glue_send)(const uint8_t *bytes, size_t len);
typedef void (*glue_door)(int open);
typedef void (*glue_signal)(void);

struct glue_node {
	struct node node;
	glue_send send;
	glue_door door;
	glue_signal ring_wakeup;
	glue_signal clear_doorbells;
};

size_t glue_node_size(void);
void glue_node_init(struct glue_node *glue, const struct node_config *config, void *log_region,
		    size_t log_size, uint64_t now_us);
void glue_node_sample(struct glue_node *glue, uint32_t stream, uint64_t schedule_us, uint16_t value,
		      uint8_t status, uint64_t now_us);
void glue_node_fire(struct glue_node *glue, uint32_t event, uint32_t id, uint64_t now_us);
void glue_node_set_state(struct glue_node *glue, uint32_t state, uint64_t now_us);
void glue_node_identify(struct glue_node *glue, uint64_t id);
uint64_t glue_node_log_id(const struct glue_node *glue);
uint32_t glue_node_counter(const struct glue_node *glue, const char *name);

/* The table as numbers: action | next << 8; timer | link_open << 8 | streams << 9. */
uint32_t glue_row(uint32_t state, uint32_t event);
uint32_t glue_state(uint32_t state);

/* The kind of the message found (-1: none) with id, next_seq (start-ack: crashes), is there one,
 * format, hash's first, is it for other formats, log (2 words), new log (2 words). */
int glue_read(struct wire_reader *reader, const uint8_t *bytes, size_t *len, uint32_t *values);
int glue_abandon(struct wire_reader *reader, uint32_t *values);
int glue_partial(const struct wire_reader *reader);
size_t glue_reader_size(void);
uint32_t glue_reader_errors(const struct wire_reader *reader);

#endif
