/* SPDX-License-Identifier: Apache-2.0 */
/* A few lines for people. Nobody waits for the line: what finds no room is dropped. */
#ifndef CONSOLE_H
#define CONSOLE_H

#ifdef CONFIG_FWGEN_CONSOLE

/* Threads only. No 64-bit numbers. Adds the time and the line's end. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

#else

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
}

#endif

#endif
