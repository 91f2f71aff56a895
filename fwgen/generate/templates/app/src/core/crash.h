/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crash record: which crashes the peer does not know yet. It is at the start of the log's
 * region and survives a reset; docs/SPEC.md describes the bytes. crash_note() may be called from a
 * fault handler: it reads everything from retained memory, so it does not rely on RAM.
 */
#ifndef CORE_CRASH_H
#define CORE_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRASH_BYTES 144u
#define CRASH_MAGIC 0x31435746u /* "FWC1" */

enum crash_kind {
	CRASH_NONE = 0,
	CRASH_MEMORY = 1,    /* an access that the MPU prevented */
	CRASH_BUS = 2,	     /* an access that the bus answered with an error */
	CRASH_USAGE = 3,     /* an invalid instruction, a division by zero, ... */
	CRASH_EXCEPTION = 4, /* another exception of the core */
	CRASH_INTERRUPT = 5, /* an interrupt without a handler */
	CRASH_STACK = 6,     /* a stack overflow */
	CRASH_PANIC = 7,     /* the software gave up */
	CRASH_CHECK = 8,     /* a failed check of the software; `file` and `line` say which */
	CRASH_WATCHDOG = 9,  /* the watchdog was not fed */
};

/* Why the machine started: any of these. 0: unknown. */
#define RESET_POWER 0x01u    /* power-on */
#define RESET_VOLTAGE 0x02u  /* a supply voltage was too low */
#define RESET_PIN 0x04u	     /* the reset pin, which most other resets drive as well */
#define RESET_SYSTEM 0x08u   /* software reset the whole chip */
#define RESET_WATCHDOG 0x10u /* a watchdog */
#define RESET_CORE 0x20u     /* this core alone was reset */
#define RESET_MEMORY 0x40u   /* the retained memory failed its check after standby */
#define RESET_STANDBY 0x80u  /* the end of standby */
#define RESET_OTHER 0x100u
#define RESET_STALE                                                                                \
	0x200u /* the chip did not let the firmware clear the causes of earlier resets             \
		*/

struct crash {
	uint32_t kind;	   /* enum crash_kind; 0: there was no crash */
	uint32_t line;	   /* at most 65,535; 0: unknown */
	uint32_t pc;	   /* program counter; 0: unknown, as in the next two */
	uint32_t lr;	   /* return address */
	uint32_t file;	   /* address of the source file's name */
	uint32_t boot;	   /* the start of the firmware that crashed; 0: before it read the log */
	uint32_t uptime_s; /* since that start */
};

struct crash_summary {
	uint32_t crashes;   /* in this memory, ever */
	uint32_t untold;    /* of these, those that the peer has not acknowledged */
	uint32_t last_boot; /* of the last crash, told or not */
	struct crash first; /* of the untold ones; kind 0: there is none */
	struct crash last;
};

/* `place`: CRASH_BYTES of retained memory. False if it has no record: then the summary is 0. */
bool crash_load(struct crash_summary *summary, const volatile uint32_t *place);

/* Adds a crash. A reset at any store leaves the record with or without it. */
void crash_note(volatile uint32_t *place, const struct crash *crash);

/* The peer knows all crashes up to number `crashes`. Ignored unless this is the last one. */
void crash_told(volatile uint32_t *place, uint32_t crashes);

#endif
