/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated M33: the firmware's core between a sensor, a link and a clock that stand still
 * until they are told to run. Times are microseconds on the host's clock; the firmware's own clock
 * starts at each boot. Called from Python (fwgen/backends/host/library.py mirrors this file).
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
	uint8_t *log; /* retained memory, 8-byte aligned: the caller's, outlives resets */
	uint32_t initial_seq;
	uint32_t first_sample_us; /* from boot to the first trigger */
	uint32_t link_buffers;	  /* a direction */
	uint32_t link_latency_us;
	uint32_t give_back_us;
};

/* Why host_run() came back. */
enum host_reason {
	HOST_REACHED = 0, /* the time asked for */
	HOST_INBOX = 1,	  /* Linux's driver read something */
	HOST_RUNG = 2,	  /* the firmware rang the wake-up doorbell */
	HOST_ECHOES = 3,  /* the next trigger needs an echo that was not given */
	HOST_STUCK = 4,	  /* the core asks to be polled for ever */
};

struct host_counts {
	uint64_t samples_this_boot; /* measurements that ended */
	uint32_t next_seq;
	uint32_t boot;
	uint32_t log_slots;
	uint32_t log_used_slots;
	uint32_t log_peak_slots; /* of this boot */
	uint32_t accesses;	 /* of closed DDR, all boots */
	uint32_t stale_doorbells;
	uint32_t unexpected;
};

HOST_API struct host *host_new(const struct host_params *params);
HOST_API void host_free(struct host *host);

/* The M33 starts (again) over the log's memory; it sees no link until host_link_set(). */
HOST_API void host_boot(struct host *host);

/* Runs until `until_us`, whose own events wait, or an earlier reason to come back. */
HOST_API uint32_t host_run(struct host *host, uint64_t until_us);
HOST_API uint64_t host_now_us(const struct host *host);

/* Echoes for the triggers of this boot from number `first` on; kept by reference. */
HOST_API void host_echoes(struct host *host, const uint32_t *echo_us, uint64_t first,
			  uint64_t count);

/* Linux's side. */
HOST_API void host_link_set(struct host *host, uint32_t up);
HOST_API void host_reading_set(struct host *host, uint32_t reads);
HOST_API void host_ddr_set(struct host *host, uint32_t closed);
/* `source`: Linux's address of the sender; 0: taken, -1: no buffer. */
HOST_API int32_t host_linux_send(struct host *host, uint32_t source, const uint8_t *bytes,
				 uint32_t len);
HOST_API uint32_t host_inbox(struct host *host, uint8_t *bytes, uint32_t capacity);
HOST_API void host_stale_kick(struct host *host, uint32_t ring);

/* The M33 stands still until then. */
HOST_API void host_stall(struct host *host, uint64_t until_us);
HOST_API void host_display_set(struct host *host, uint32_t present);

HOST_API void host_counts_get(const struct host *host, struct host_counts *counts);
/* Access of closed DDR number `index`: its instant, and enum host_touch; -1 if it was not kept. */
HOST_API int32_t host_access(const struct host *host, uint32_t index, uint64_t *at_us);

#endif
