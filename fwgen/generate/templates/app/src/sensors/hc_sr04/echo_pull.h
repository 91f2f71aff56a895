/* SPDX-License-Identifier: Apache-2.0 */
/* Pulls the sensor's echo line low for a moment; some copies of the sensor release it then. */
#ifndef ECHO_PULL_H
#define ECHO_PULL_H

/* Called in an interrupt. Needs a resistor between sensor and pin, see docs/sensors.md. */
void echo_pull_low(void);

#endif
