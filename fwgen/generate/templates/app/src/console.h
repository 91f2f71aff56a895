/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on the serial console. No caller waits; a line that finds no room is dropped. */
#ifndef CONSOLE_H
#define CONSOLE_H

#ifdef CONFIG_FWGEN_CONSOLE

/* For threads only. No 64-bit numbers. Adds the time and the end of the line. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

#else

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
}

#endif

#endif
