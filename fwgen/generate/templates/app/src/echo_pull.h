/* SPDX-License-Identifier: Apache-2.0 */
/* Pulls the sensor's echo line low for a moment, which makes some copies let go of it. */
#ifndef ECHO_PULL_H
#define ECHO_PULL_H

/* In an interrupt. Only with a resistor between sensor and pin, see docs/sensors.md. */
void echo_pull_low(void);

#endif
