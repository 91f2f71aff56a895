/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FATAL_H
#define FATAL_H

#include "node.h"

/* From now on a crash is kept in this node's record. */
void fatal_begin(const struct node *node);

/* A crash that the clock's interrupt has found: the thread that it interrupted is stuck. */
void fatal_stuck(void);

#endif
