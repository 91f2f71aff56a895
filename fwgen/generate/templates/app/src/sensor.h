/* SPDX-License-Identifier: Apache-2.0 */
/* What the folder of a sensor implements. The sampler calls it. */
#ifndef SENSOR_H
#define SENSOR_H

#include "own.h"

#ifdef SENSOR_STREAM
#define sensor_start OWN(sensor_start)
#define sensor_begin OWN(sensor_begin)
#define sensor_look OWN(sensor_look)
#define sensor_end OWN(sensor_end)
#define fwgen_sensor OWN(fwgen_sensor) /* the label of its node */
#endif

#if CORE_STREAMS == 1u || defined(SENSOR_STREAM)

/* Returns 0, or the error of a device. */
int sensor_start(void);

/*
 * In the clock's interrupt. A measurement gives its sample with sampler_give(), in an interrupt of
 * the same priority, before sensor_end() returns; without a sample the period counts as missed.
 */
void sensor_begin(void); /* a sample is due now */
void sensor_look(void);	 /* between two samples, if the clock happens to interrupt there */
void sensor_end(void);	 /* the next sample is due; a measurement that still runs has failed */

#else /* for the sampler: the same of both sensors */

int sensor_start_0(void);
void sensor_begin_0(void);
void sensor_look_0(void);
void sensor_end_0(void);
int sensor_start_1(void);
void sensor_begin_1(void);
void sensor_look_1(void);
void sensor_end_1(void);

#endif

#endif
