/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of the core's callers, where an error would corrupt the log. They run on the host, in
 * tests and in debug builds (CORE_CHECKS), and compile to nothing in a release.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#ifdef CORE_CHECKS
/* Provided by the shell: reports the failed check and does not return. */
_Noreturn void core_check_failed(const char *what, const char *file, int line);
#define CORE_CHECK(holds) ((holds) ? (void)0 : core_check_failed(#holds, __FILE__, __LINE__))
/* `inside` is true from ENTER to LEAVE: one call at a time, no nested calls. */
#define CORE_ENTER(inside) (CORE_CHECK(!(inside)), (inside) = true)
#define CORE_LEAVE(inside) ((inside) = false)
#else
#define CORE_CHECK(holds) ((void)sizeof((holds) ? 1 : 0))
#define CORE_ENTER(inside) ((void)sizeof(inside))
#define CORE_LEAVE(inside) ((void)sizeof(inside))
#endif

#endif
