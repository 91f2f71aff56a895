/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated M33: the firmware's core with a sensor, a link and a clock that advance only in
 * host_run(). Times are in microseconds on the host's clock; the firmware's own clock starts at
 * each boot. Called from Python (fwgen/backends/host/library.py mirrors this file).
 */
#ifndef HOST_SHELL_H
#define HOST_SHELL_H

#include <stdint.h>

#if defined(_WIN32)
#define HOST_API __declspec(dllexport)
#else
#define HOST_API __attribute__((visibility("default")))
#endif

struct host;

struct host_params {
	uint64_t log_bytes;
	uint8_t *log; /* retained memory, 8-byte aligned, owned by the caller; survives resets */
	uint32_t initial_seq;
	uint32_t first_sample_us; /* from boot to the first trigger */
	uint32_t link_buffers;	  /* per direction */
	uint32_t link_latency_us;
	uint32_t give_back_us;
	uint32_t rings_in_ddr;
	uint32_t ddr_stays_closed; /* for the firmware; Linux's own accesses always succeed */
};

/* What PWR shows of the A35. */
enum host_a35 {
	HOST_A35_RUNS = 0,
	HOST_A35_STOPPED =
		1,	  /* Linux idles, or is suspended in a mode that does not switch it off */
	HOST_A35_OFF = 2, /* Linux is suspended */
};

/* The rings of a real Linux. Addresses are Linux's, as in its descriptors. */
struct host_rings {
	uint8_t *memory;
	uint64_t memory_start;
	uint64_t memory_bytes;
	uint64_t descriptors[2]; /* of vq0 and vq1; the list of available ones follows */
	uint64_t used[2];
	uint32_t entries; /* of each */
};

/* Why host_run() returned. */
enum host_reason {
	HOST_REACHED = 0,   /* the requested time */
	HOST_INBOX = 1,	    /* Linux's driver read something */
	HOST_RUNG = 2,	    /* the firmware rang the wake-up doorbell */
	HOST_READINGS = 3,  /* the next measurement needs a reading, and none was given */
	HOST_STUCK = 4,	    /* the core asks to be polled again and again at one instant */
	HOST_INTERRUPT = 5, /* a doorbell has reached the real Linux */
};

struct host_counts {
	uint32_t next_seq;
	uint32_t boot;
	uint32_t log_slots;
	uint32_t log_used_slots;
	uint32_t log_peak_slots; /* of this boot */
	uint32_t accesses;	 /* to closed DDR, in all boots */
	uint32_t stale_doorbells;
	uint32_t unexpected;
};

HOST_API struct host *host_new(const struct host_params *params);
HOST_API void host_free(struct host *host);

/* Starts the M33 with the log's memory. It has no link until host_link_set(). `reset`: why it
 * starts, RESET_... */
HOST_API void host_boot(struct host *host, uint32_t reset);

/* The firmware crashes: it keeps a crash of this kind (enum crash_kind), without a program counter.
 * The caller stops the M33. */
HOST_API void host_crash(struct host *host, uint32_t kind);

/* Runs until `until_us`, without the events at that time, or until an earlier reason to return. */
HOST_API uint32_t host_run(struct host *host, uint64_t until_us);
HOST_API uint64_t host_now_us(const struct host *host);
/* When the M33 does something next, if nothing happens to it before. */
HOST_API uint64_t host_next_due_us(const struct host *host);

/* What the sensor reads in the measurements of this boot from number `first` on, see host_sensor.h;
 * kept by reference. */
HOST_API void host_readings(struct host *host, uint32_t stream, const uint32_t *readings,
			    uint64_t first, uint64_t count);
/* The sensor that needs a reading, after HOST_READINGS. */
HOST_API uint32_t host_lacks(const struct host *host);
/* Measurements of a sensor that ended in this boot. */
HOST_API uint64_t host_samples(const struct host *host, uint32_t stream);

/* Linux's side. */
HOST_API void host_link_set(struct host *host, uint32_t up);
HOST_API void host_reading_set(struct host *host, uint32_t reads);
HOST_API void host_ddr_set(struct host *host, uint32_t closed);
HOST_API void host_a35_set(struct host *host, uint32_t state);
/* `source`: Linux's address of the sender; 0: taken, -1: no buffer. */
HOST_API int32_t host_linux_send(struct host *host, uint32_t source, const uint8_t *bytes,
				 uint32_t len);
HOST_API uint32_t host_inbox(struct host *host, uint8_t *bytes, uint32_t capacity);

/* The real Linux's side (host_rings.c): where its rings are, in memory that the caller keeps mapped
 * until it gives other rings. host_link_set() follows. */
HOST_API void host_rings_set(struct host *host, const struct host_rings *rings);
/* Returns a bit per ring whose doorbell has reached Linux, and forgets them. */
HOST_API uint32_t host_interrupts_take(struct host *host);
/* Linux rings; the doorbell reaches the M33 after its latency. */
HOST_API void host_linux_kick(struct host *host, uint32_t ring);

/* A doorbell without a reason reaches the M33. */
HOST_API void host_stale_kick(struct host *host, uint32_t ring);

/* The doorbells of one direction (enum host_direction) are disturbed until then, see enum
 * host_disturbance. */
HOST_API void host_disturb(struct host *host, uint32_t direction, uint32_t how, uint64_t until_us,
			   uint64_t by_us);

/* Stops the M33 until then. */
HOST_API void host_stall(struct host *host, uint64_t until_us);
/* Returns whether the M33 had something to do during the last stop. If it is still stopped: so far.
 */
HOST_API uint32_t host_stall_delayed(const struct host *host);
HOST_API void host_display_set(struct host *host, uint32_t present);

HOST_API void host_counts_get(const struct host *host, struct host_counts *counts);
/* The time of access `index` to closed DDR, and its enum host_touch; -1 if not recorded. */
HOST_API int32_t host_access(const struct host *host, uint32_t index, uint64_t *at_us);

#endif
