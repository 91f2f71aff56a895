/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A crash: kept beside the log, printed, and then the firmware stops. The watchdog, if enabled,
 * resets the M33; remoteproc starts it again.
 */
#include "fatal.h"

#include <zephyr/fatal.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "check.h"
#include "clock.h"

static const struct node *keeper;
static bool kept; /* the cause; what it leads to is not another crash */

void fatal_begin(const struct node *node)
{
	keeper = node;
}

static void keep(struct crash *crash)
{
	if (keeper != NULL && !kept) {
		kept = true;
		crash->uptime_s = (uint32_t)(clock_us() / USEC_PER_SEC);
		node_crashed(keeper, crash);
	}
}

#if defined(CONFIG_FWGEN_CHECKS) || defined(CONFIG_ASSERT)
static void keep_check(const char *file, int line, void *caller)
{
	struct crash crash = {
		.kind = CRASH_CHECK,
		.line = (uint32_t)line,
		.pc = (uint32_t)caller,
		.file = (uint32_t)file,
	};

	keep(&crash);
}
#endif

#ifdef CONFIG_FWGEN_CHECKS
void core_check_failed(const char *what, const char *file, int line)
{
	printk("\r\n%s:%d: not so: %s\r\n", file, line, what);
	keep_check(file, line, __builtin_return_address(0));
	k_panic();
	CODE_UNREACHABLE;
}
#endif

#if defined(CONFIG_ASSERT) && !defined(CONFIG_ASSERT_NO_FILE_INFO)
/* Zephyr's assertions */
void assert_post_action(const char *file, unsigned int line)
{
	keep_check(file, (int)line, __builtin_return_address(0));
	k_panic();
	CODE_UNREACHABLE;
}
#endif

static uint32_t kind_of(unsigned int reason)
{
	static const uint8_t kinds[] = {
		[K_ERR_CPU_EXCEPTION] = CRASH_EXCEPTION, [K_ERR_SPURIOUS_IRQ] = CRASH_INTERRUPT,
		[K_ERR_STACK_CHK_FAIL] = CRASH_STACK,	 [K_ERR_KERNEL_OOPS] = CRASH_PANIC,
		[K_ERR_KERNEL_PANIC] = CRASH_PANIC,
	};

	if (reason < ARRAY_SIZE(kinds)) {
		return kinds[reason];
	}
	if (reason < K_ERR_ARM_BUS_GENERIC) {
		return CRASH_MEMORY;
	}
	if (reason < K_ERR_ARM_USAGE_GENERIC) {
		return CRASH_BUS;
	}
	return reason < K_ERR_ARM_SECURE_GENERIC ? CRASH_USAGE : CRASH_EXCEPTION;
}

static void keep_frame(uint32_t kind, const struct arch_esf *frame)
{
	struct crash crash = {.kind = kind};

	if (frame != NULL) {
		crash.pc = frame->basic.pc;
		crash.lr = frame->basic.lr;
	}
	keep(&crash);
}

void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *frame)
{
	keep_frame(kind_of(reason), frame);
	printk("\r\nfatal error %u at 0x%08x\r\n", reason, frame != NULL ? frame->basic.pc : 0u);
	k_fatal_halt(reason);
}

#ifdef CONFIG_FWGEN_WATCHDOG
void fatal_stuck(uint32_t exc_return)
{
	/* Armv8-M Architecture Reference Manual, EXC_RETURN: prefix, and return to thread mode and
	 * its own stack. Then the thread's registers are on that stack. */
	const uint32_t to_thread = 0xFF000000u | BIT(3) | BIT(2);
	const bool thread = (exc_return & to_thread) == to_thread;

	keep_frame(CRASH_WATCHDOG, thread ? (const struct arch_esf *)__get_PSP() : NULL);
	k_fatal_halt(K_ERR_KERNEL_PANIC);
}
#endif
