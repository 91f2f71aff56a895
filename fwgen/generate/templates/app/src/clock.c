/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zephyr's system clock; it replaces Zephyr's SysTick driver.
 *
 * That driver restarts the counter for every timeout and loses a few cycles each time: some parts
 * per million, which shift the schedule by milliseconds per hour. This clock sets the counter once.
 * It wraps as often as its 24 bits need, and so that every sample is due at a wrap. So the schedule
 * is as exact as the crystal, and only the interrupt's latency delays the trigger. With two sensors
 * the wraps are of different lengths; each is set while the one before it lasts.
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

#define CLOSE_CYCLES (100u * CYCLES_PER_US) /* the shortest wrap */

static uint32_t wrap_cycles;
static uint64_t wrapped_cycles; /* at the last wrap that was seen */
static uint64_t announced_cycles;
static uint64_t slot_cycles[CORE_STREAMS]; /* the next slot of each sensor */
static clock_beat beat;

static uint64_t period_cycles(uint32_t stream)
{
	return (uint64_t)fwgen_config.node.log.streams[stream].period_us * CYCLES_PER_US;
}

/* Cycles left until the wrap, 1 to wrap_cycles. The counter reads 0 when a wrap has just begun. */
static uint32_t left(void)
{
	uint32_t value = SysTick->VAL;

	return value != 0 ? value : wrap_cycles;
}

#if CORE_STREAMS == 1u

static void note_wrap(void)
{
	wrapped_cycles += wrap_cycles;
}

static void set_first_wrap(void)
{
	wrap_cycles = beat_wrap_cycles(slot_cycles[0]);
	SysTick->LOAD = wrap_cycles - 1u;
}

static void set_second_wrap(void)
{
}

#else

static uint32_t coming_cycles;		    /* of the wrap after the present one */
static uint64_t ahead_cycles[CORE_STREAMS]; /* the first slot after the present wrap */

/* Sets the length of the wrap after the present one: until the next slot, if its 24 bits allow. */
static void set_coming(void)
{
	const uint64_t end_cycles = wrapped_cycles + wrap_cycles;
	uint64_t next_cycles = UINT64_MAX;

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		while (ahead_cycles[stream] < end_cycles + CLOSE_CYCLES) {
			ahead_cycles[stream] += period_cycles(stream);
		}
		next_cycles = MIN(next_cycles, ahead_cycles[stream]);
	}
	coming_cycles = beat_part_cycles(next_cycles - end_cycles);
	SysTick->LOAD = coming_cycles - 1u;
}

static void note_wrap(void)
{
	wrapped_cycles += wrap_cycles;
	wrap_cycles = coming_cycles;
	set_coming();
}

static void set_first_wrap(void)
{
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		ahead_cycles[stream] = period_cycles(stream);
	}
	set_coming(); /* the wrap after one of no length */
	wrap_cycles = coming_cycles;
}

static void set_second_wrap(void)
{
	while (SysTick->VAL == 0) { /* the first length has not been taken */
	}
	set_coming();
}

#endif

/*
 * Cycles since boot. Call with interrupts locked, at least once per wrap. Without a wrap up to the
 * second read, the first value is of this wrap; else it may be of either, and a third read decides.
 */
static uint64_t count(void)
{
	uint32_t cycles = left();

	if ((SysTick->CTRL & SysTick_CTRL_COUNTFLAG_Msk) != 0) { /* reading clears it */
		note_wrap();
		cycles = left();
	}
	return wrapped_cycles + (wrap_cycles - cycles);
}

/* Calls the beat if the sensor has a slot up to then, or if `look`. Returns whether it had one. */
static bool beat_of(uint32_t stream, uint64_t until_cycles, uint64_t now_cycles, bool look)
{
	uint64_t due_cycles = 0;

	while (until_cycles >= slot_cycles[stream]) {
		due_cycles = slot_cycles[stream];
		slot_cycles[stream] += period_cycles(stream);
	}
	if (beat != NULL && (look || due_cycles != 0)) {
		beat(due_cycles != 0 ? 1u + stream : 0u, due_cycles / CYCLES_PER_US,
		     (uint32_t)((now_cycles - due_cycles) / CYCLES_PER_US));
	}
	return due_cycles != 0;
}

#if CORE_STREAMS == 1u

static void do_beat(uint64_t now_cycles)
{
	(void)beat_of(0, wrapped_cycles, now_cycles, true);
}

#else

/* No wrap ends at a slot that closely follows another one's: this interrupt waits for it. */
static void do_beat(uint64_t now_cycles)
{
	const uint64_t wrap = wrapped_cycles;
	const uint32_t first = slot_cycles[1] < slot_cycles[0] ? 1u : 0u;
	const uint32_t second = 1u - first;
	const bool due = beat_of(first, wrap, now_cycles, false);

	if (slot_cycles[second] < wrap + CLOSE_CYCLES) {
		const uint64_t slot = slot_cycles[second];

		do {
			now_cycles = count();
		} while (now_cycles < slot);
		(void)beat_of(second, MAX(slot, wrap), now_cycles, false);
	} else if (!due && beat != NULL) {
		beat(0, 0, 0);
	}
}

#endif

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

void clock_start_beat(clock_beat listener, uint64_t first_us[CORE_STREAMS])
{
	unsigned int key = irq_lock();

	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		first_us[stream] = slot_cycles[stream] / CYCLES_PER_US;
	}
	beat = listener;
	irq_unlock(key);
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
	for (uint32_t stream = 0; stream < CORE_STREAMS; stream++) {
		slot_cycles[stream] = period_cycles(stream);
	}
	set_first_wrap();
	NVIC_SetPriority(SysTick_IRQn, _IRQ_PRIO_OFFSET);
	SysTick->VAL = 0;
	SysTick->CTRL =
		SysTick_CTRL_ENABLE_Msk | SysTick_CTRL_TICKINT_Msk | SysTick_CTRL_CLKSOURCE_Msk;
	set_second_wrap();
	return 0;
}

SYS_INIT(start, PRE_KERNEL_2, CONFIG_SYSTEM_CLOCK_INIT_PRIORITY);
