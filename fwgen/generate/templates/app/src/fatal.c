/* SPDX-License-Identifier: Apache-2.0 */
/* A fatal error: prints a line and stops. The watchdog, if enabled, resets the M33. */
#include <zephyr/fatal.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "check.h"

#ifdef CONFIG_FWGEN_CHECKS
void core_check_failed(const char *what, const char *file, int line)
{
	printk("\r\n%s:%d: not so: %s\r\n", file, line, what);
	k_panic();
	CODE_UNREACHABLE;
}
#endif

void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *frame)
{
	printk("\r\nfatal error %u at 0x%08x\r\n", reason, frame != NULL ? frame->basic.pc : 0u);
	k_fatal_halt(reason);
}
