/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of a sensor's source. With two sensors each one's source is compiled with its own number,
 * SENSOR_STREAM, and OWN() adds the number to a name: both may be sensors of the same kind.
 */
#ifndef CORE_OWN_H
#define CORE_OWN_H

#include "sample.h"

#ifdef SENSOR_STREAM
#define OWN_JOINED(name, number) name##_##number
#define OWN_NUMBERED(name, number) OWN_JOINED(name, number)
#define OWN(name) OWN_NUMBERED(name, SENSOR_STREAM)
#define SENSOR_CHANNELS OWN(CORE_CHANNELS_OF) /* of this sensor */
#else
#define OWN(name) name
#define SENSOR_CHANNELS CORE_CHANNELS
#endif

#endif
