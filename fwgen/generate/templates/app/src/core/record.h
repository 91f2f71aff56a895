/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checked records in retained memory. Each has two places that are written in turn, so that one of
 * them is whole at any reset. A record is an array of words: its magic, its generation, its values,
 * and its check.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_MAGIC 0u
#define RECORD_GENERATION 1u /* the record with the later generation is valid */
#define RECORD_VALUES 2u

/*
 * Copies the valid record from its two places at `places`, `words` each, to `record`. False if
 * neither is whole; then `record` has the content of the first one.
 */
bool record_load(uint32_t *record, uint32_t words, uint32_t magic, const volatile uint32_t *places);

/* Increments the generation and writes the place that is not the valid one. Sets the check. */
void record_store(uint32_t *record, uint32_t words, volatile uint32_t *places);

#endif
