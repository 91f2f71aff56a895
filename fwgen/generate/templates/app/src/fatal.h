/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FATAL_H
#define FATAL_H

#include "node.h"

/* From now on a crash is kept in this node's record, as soon as node_init() has prepared it. */
void fatal_begin(const struct node *node);

/* A crash that the clock's interrupt has found: the thread that it interrupted is stuck.
 * `exc_return` is the value in LR at the interrupt's entry. */
void fatal_stuck(uint32_t exc_return);

#endif
