/* The smallest firmware that passes the audit; each -D... breaks one rule. */
#include <stdint.h>

#include "fwgen_config.h"
#include "link.h"

#define VECTORS (16 + 320)

#ifndef MAIN_STACK
#define MAIN_STACK 512
#endif
#ifndef FEATURES
#define FEATURES 1
#endif
#ifndef STATUS
#define STATUS 0
#endif
#ifndef BUFFERS
#define BUFFERS 8
#endif
#ifndef RING_ALIGN
#define RING_ALIGN 16
#endif
#ifndef RING0
#define RING0 0xFFFFFFFFu
#endif
#ifndef RING1
#define RING1 0xFFFFFFFFu
#endif
#ifndef RINGS
#define RINGS 2
#endif
#ifndef VERSION
#define VERSION 1
#endif
#ifndef DEVICE
#define DEVICE 7
#endif
#ifndef RESET
#define RESET (uintptr_t)reset
#endif

extern char stack_top[];
void reset(void);
void bg_thread_main(void);
static void spurious(void);

__attribute__((section(".noinit"), used, aligned(8))) char z_main_stack[MAIN_STACK];

__attribute__((section(".isr_vectors"), used)) const uintptr_t vectors[VECTORS] = {
	(uintptr_t)stack_top,
	RESET,
	[2 ... VECTORS - 1] = (uintptr_t)spurious,
};

struct ring {
	uint32_t da, align, num, notifyid, reserved;
};

#ifndef NO_TABLE
__attribute__((section(".resource_table"), used)) struct {
	uint32_t version, num, reserved[2], offset[1];
	uint32_t type, id, notifyid, features, negotiated, config_len;
	uint8_t status, rings, pad[2];
	struct ring ring[2];
} resource_table = {
	.version = VERSION,
	.num = 1,
	.offset = {20},
	.type = 3,
	.id = DEVICE,
	.features = FEATURES,
	.status = STATUS,
	.rings = RINGS,
	.ring = {{RING0, RING_ALIGN, BUFFERS, 0, 0}, {RING1, RING_ALIGN, BUFFERS, 1, 0}},
};
#endif

#ifdef BULK
__attribute__((section(".bulk"), used)) char bulk[BULK];
#endif

#ifdef PADDING
__attribute__((section(".noinit"), used)) char padding[PADDING];
#endif

int initialised = 5;

/* None of these is an address, although the bits look like one. */
const uint8_t picture[8] = {0x10, 0x00, 0x20, 0x81, 0x00, 0x00, 0x20, 0x81};
const char words_of_text[] = "xx\303\200xx\303\200 une voiture \303\240 la porte";
const float temperature = -3.0e-38f;
uint32_t hash(uint32_t value)
{
	return (value ^ 0x86d20bc4u) * 0x8f5dca6bu;
}

__attribute__((noinline)) static void deep(volatile uint32_t *out)
{
	volatile uint32_t frame[64];

	for (uint32_t i = 0; i < 64; i++) {
		frame[i] = i;
	}
#ifndef NO_CONFIG
	*out += fwgen_config.node.latency_us;
#endif
	*out += frame[initialised] + hash(*out) + picture[initialised & 7] +
		(uint32_t)words_of_text[initialised & 7] + (uint32_t)temperature;
}

#ifdef RECURSION
__attribute__((noinline)) static uint32_t again(volatile uint32_t *out)
{
	volatile uint32_t frame[100];

	frame[*out & 63] = *out;
	return *out ? again(out) + frame[*out & 63] : 0;
}
#endif

#ifdef THROUGH_POINTER
void (*volatile through)(void) = spurious;
#endif

#ifdef THREAD
/* As in Zephyr: the stack, then the entry function. */
__attribute__((noinline)) void z_impl_k_thread_create(char *stack, void (*entry)(void))
{
	__asm__ volatile("" ::"r"(stack), "r"(entry));
}

__attribute__((section(".noinit"), used, aligned(8))) static char thread_stack[256];

static void thread_entry(void)
{
	volatile uint32_t out = 1;

	deep(&out);
}

__attribute__((noinline, used)) static void start_thread(void)
{
	z_impl_k_thread_create(thread_stack, thread_entry);
}
#endif

static void spurious(void)
{
	for (;;)
		;
}

void bg_thread_main(void)
{
	volatile uint32_t out = 1;

	deep(&out);
#ifdef RECURSION
	out = again(&out);
#endif
#ifdef THROUGH_POINTER
	through();
#endif
	link_send(out);
}

void reset(void)
{
	bg_thread_main();
	for (;;)
		;
}
