/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZEPHYR_DEVICE_H
#define ZEPHYR_DEVICE_H

struct device;

#endif
