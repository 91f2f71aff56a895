/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that give tests access to the log through ctypes. */
#include <string.h>

#include "block_encode.h"
#include "crash.h"
#include "log_glue.h"

size_t glue_log_size(void)
{
	return sizeof(struct sample_log);
}

void glue_append(struct sample_log *log, uint32_t stream, uint64_t schedule_us,
		 const uint32_t *values, uint32_t channels, uint8_t status, uint8_t late_16ths)
{
	struct sample sample = {.status = status, .late_16ths = late_16ths};

	for (uint32_t c = 0; c < channels; c++) {
		sample.value[c] = values[c];
	}
	sample_log_append(log, schedule_us, &sample, stream);
}

void glue_append_many(struct sample_log *log, uint64_t start_us, uint32_t period_us,
		      const uint16_t *words, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t value = words[i] & 0x1fffu;

		glue_append(log, 0, start_us + (uint64_t)i * period_us, &value, 1,
			    (uint8_t)(words[i] >> 13), 0);
	}
}

int glue_decode(const uint8_t *bytes, size_t len, struct block_header *header, uint8_t *status,
		uint8_t *late, uint32_t *values)
{
	struct block_decoder decoder;
	struct block_sample sample;
	int count = 0;

	if (!block_decode_begin(&decoder, bytes, len)) {
		return -1;
	}
	*header = decoder.header;
	while (block_decode_next(&decoder, &sample)) {
		status[count] = sample.status;
		late[count] = sample.late_16ths;
		memcpy(values, sample.value, sizeof(sample.value));
		values += SAMPLE_CHANNELS_MAX;
		count++;
	}
	return block_decode_whole(&decoder) && block_decode_len(&decoder) == len ? count : -1;
}

uint32_t glue_constant(const char *name)
{
	static const struct {
		const char *name;
		uint32_t value;
	} constants[] = {
		{"SUPERBLOCK_BYTES", SUPERBLOCK_BYTES}, {"BLOCK_BYTES", BLOCK_BYTES},
		{"HEADER_BYTES", BLOCK_HEADER_BYTES},	{"STREAM_BITS", BLOCK_STREAM_BITS},
		{"WORST_BITS", BLOCK_WORST_BITS},	{"SLOTS_MAX", SAMPLE_LOG_SLOTS_MAX},
		{"SAMPLES_MAX", BLOCK_SAMPLES_MAX},	{"CRASH_BYTES", CRASH_BYTES},
	};

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		if (strcmp(constants[i].name, name) == 0) {
			return constants[i].value;
		}
	}
	return 0;
}
