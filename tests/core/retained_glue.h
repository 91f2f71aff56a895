/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RETAINED_GLUE_H
#define RETAINED_GLUE_H

#include <stddef.h>
#include <stdint.h>

#define GLUE_BROKEN 2u /* a word that stays unreadable after a store */

typedef void (*glue_hook)(void);

/* Called after every store to retained memory. */
void glue_after_store(glue_hook hook);

/* `marks`: one per word; not 0: the word cannot be read until it is written. NULL: all can. */
void glue_unreadable(const uint32_t *words, uint8_t *marks, uint32_t count);

#endif
