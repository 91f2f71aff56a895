/* SPDX-License-Identifier: Apache-2.0 */
/* What draw.c uses of Zephyr. */
#ifndef ZEPHYR_KERNEL_H
#define ZEPHYR_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DT_NODELABEL(label) label
#define DT_PROP(node, property) DT_PROP_OF(node, property)
#define DT_PROP_OF(node, property) node##_##property

#endif
