/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zephyr's system clock; it replaces Zephyr's SysTick driver.
 *
 * That driver restarts the counter for every timeout and loses a few cycles each time: some parts
 * per million, which shift the schedule by milliseconds per hour. This clock sets the counter once.
 * It wraps as often as its 24 bits need, and so that every sample is due at a wrap. So the schedule
 * is as exact as the crystal, and only the interrupt's latency delays the trigger.
 *
 * The cost: the kernel's timeouts end at a wrap, up to 42 ms late. The application needs no finer
 * timeouts, and the core wakes up less often.
 */
#include "clock.h"

#include <cmsis_core.h>
#include <zephyr/drivers/timer/system_timer.h>
#include <zephyr/init.h>
#include <zephyr/irq.h>

#include "beat.h"
#include "fwgen_config.h"
#include "watchdog.h"

static uint32_t wrap_cycles;
static uint64_t wrapped_cycles; /* at the last wrap that was seen */
static uint64_t announced_cycles;
static uint64_t slot_cycles; /* the next slot */
static clock_beat beat;

static uint64_t period_cycles(void)
{
	return (uint64_t)fwgen_config.node.log.streams[0].period_us * CYCLES_PER_US;
}

/* Cycles left until the wrap, 1 to wrap_cycles. The counter reads 0 when a wrap has just begun. */
static uint32_t left(void)
{
	uint32_t value = SysTick->VAL;

	return value != 0 ? value : wrap_cycles;
}

/*
 * Cycles since boot. Call with interrupts locked, at least once per wrap. Without a wrap up to the
 * second read, the first value is of this wrap; else it may be of either, and a third read decides.
 */
static uint64_t count(void)
{
	uint32_t cycles = left();

	if ((SysTick->CTRL & SysTick_CTRL_COUNTFLAG_Msk) != 0) { /* reading clears it */
		wrapped_cycles += wrap_cycles;
		cycles = left();
	}
	return wrapped_cycles + (wrap_cycles - cycles);
}

static void do_beat(uint64_t now_cycles)
{
	uint64_t due_cycles = 0;

	while (wrapped_cycles >= slot_cycles) {
		due_cycles = slot_cycles;
		slot_cycles += period_cycles();
	}
	if (beat != NULL) {
		beat(due_cycles != 0, due_cycles / CYCLES_PER_US,
		     (uint32_t)((now_cycles - due_cycles) / CYCLES_PER_US));
	}
}

ISR_DIRECT_DECLARE(sys_clock_isr)
{
	uint64_t now_cycles = count();
	uint32_t ticks;

	do_beat(now_cycles);
	watchdog_look((uint32_t)__builtin_return_address(0)); /* inlined into the handler: its LR */
	ticks = (uint32_t)(now_cycles - announced_cycles) / CYCLES_PER_US;
	announced_cycles += (uint64_t)ticks * CYCLES_PER_US;
	sys_clock_announce((int32_t)ticks);
	return 1;
}

uint64_t clock_start_beat(clock_beat listener)
{
	unsigned int key = irq_lock();
	uint64_t first_us = slot_cycles / CYCLES_PER_US;

	beat = listener;
	irq_unlock(key);
	return first_us;
}

/*
 * The kernel's interface to its clock. Without sys_clock_set_timeout(), whose arguments differ
 * between Zephyr releases: the kernel's default does nothing, which suits a free-running clock.
 */

uint32_t sys_clock_elapsed(void)
{
	unsigned int key = irq_lock();
	uint32_t cycles = (uint32_t)(count() - announced_cycles);

	irq_unlock(key);
	return cycles / CYCLES_PER_US;
}

uint64_t sys_clock_cycle_get_64(void)
{
	unsigned int key = irq_lock();
	uint64_t cycles = count();

	irq_unlock(key);
	return cycles;
}

uint32_t sys_clock_cycle_get_32(void)
{
	return (uint32_t)sys_clock_cycle_get_64();
}

static int start(void)
{
	slot_cycles = period_cycles();
	wrap_cycles = beat_wrap_cycles(slot_cycles);
	NVIC_SetPriority(SysTick_IRQn, _IRQ_PRIO_OFFSET);
	SysTick->LOAD = wrap_cycles - 1u;
	SysTick->VAL = 0;
	SysTick->CTRL =
		SysTick_CTRL_ENABLE_Msk | SysTick_CTRL_TICKINT_Msk | SysTick_CTRL_CLKSOURCE_Msk;
	return 0;
}

SYS_INIT(start, PRE_KERNEL_2, CONFIG_SYSTEM_CLOCK_INIT_PRIORITY);
