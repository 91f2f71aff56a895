/* SPDX-License-Identifier: Apache-2.0 */
/* Turns on the bus that sensor and display, or two sensors, share: one transfer each. */
#ifndef SHARED_BUS_H
#define SHARED_BUS_H

/* Waits until nobody else uses the bus. */
void shared_bus_take(void);
void shared_bus_give(void);

#endif
