/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the core's callers must keep to, where a slip would corrupt the log. Looked at on the host,
 * in tests and in debug builds (CORE_CHECKS); compiled to nothing in the firmware.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#ifdef CORE_CHECKS
/* The shell's own: says so and goes no further. */
_Noreturn void core_check_failed(const char *what, const char *file, int line);
#define CORE_CHECK(holds) ((holds) ? (void)0 : core_check_failed(#holds, __FILE__, __LINE__))
/* Between them `inside` is set: one call at a time, none out of another. */
#define CORE_ENTER(inside) (CORE_CHECK(!(inside)), (inside) = true)
#define CORE_LEAVE(inside) ((inside) = false)
#else
#define CORE_CHECK(holds) ((void)sizeof((holds) ? 1 : 0))
#define CORE_ENTER(inside) ((void)sizeof(inside))
#define CORE_LEAVE(inside) ((void)sizeof(inside))
#endif

#endif
