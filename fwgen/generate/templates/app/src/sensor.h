/* SPDX-License-Identifier: Apache-2.0 */
/* What the folder of a sensor implements. The sampler calls it. */
#ifndef SENSOR_H
#define SENSOR_H

/* Returns 0, or the error of a device. */
int sensor_start(void);

/*
 * In the clock's interrupt. A measurement gives its sample with sampler_give(), in an interrupt of
 * the same priority, before sensor_end() returns; without a sample the period counts as missed.
 */
void sensor_begin(void); /* a sample is due now */
void sensor_look(void);	 /* between two samples, if the clock happens to interrupt there */
void sensor_end(void);	 /* the next sample is due; a measurement that still runs has failed */

#endif
