/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_BUS_H
#define SENSOR_BUS_H

#include "own.h"

#ifdef SENSOR_STREAM
#define sensor_has_bus OWN(sensor_has_bus)
#endif

/* Called in the driver's thread before each of its transfers, when no other user has the bus. */
void sensor_has_bus(void);

#endif
