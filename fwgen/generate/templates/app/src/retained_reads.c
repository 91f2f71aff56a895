/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a word of memory that may answer with a bus error, and survives the error. The linker
 * redirects Zephyr's fault handler to the function here (see CMakeLists.txt), which looks for this
 * one instruction and leaves all other faults to Zephyr.
 */
#include "retained.h"

#include <zephyr/kernel.h>

#define EXC_RETURN_ON_PSP BIT(2)

extern const char retained_reads_load[];
extern const char retained_reads_failed[];

__asm__(".pushsection .text.retained_reads, \"ax\", %progbits\n"
	".balign 4\n"
	".thumb\n"
	".global retained_reads, retained_reads_load, retained_reads_failed\n"
	".type retained_reads, %function\n"
	"retained_reads:\n"
	"retained_reads_load:\n"
	"	ldr r1, [r0]\n"
	"	movs r0, #1\n"
	"	bx lr\n"
	"retained_reads_failed:\n"
	"	movs r0, #0\n"
	"	bx lr\n"
	".size retained_reads, . - retained_reads\n"
	".popsection\n");

void __real_z_arm_fault(uint32_t msp, uint32_t psp, uint32_t exc_return, _callee_saved_t *callee);
void __wrap_z_arm_fault(uint32_t msp, uint32_t psp, uint32_t exc_return, _callee_saved_t *callee);

void __wrap_z_arm_fault(uint32_t msp, uint32_t psp, uint32_t exc_return, _callee_saved_t *callee)
{
	struct arch_esf *frame =
		(struct arch_esf *)((exc_return & EXC_RETURN_ON_PSP) != 0u ? psp : msp);

	if (frame->basic.pc != (uint32_t)retained_reads_load) {
		__real_z_arm_fault(msp, psp, exc_return, callee);
		return;
	}
	frame->basic.pc = (uint32_t)retained_reads_failed;
	SCB->CFSR = SCB->CFSR; /* writing a 1 clears the bit */
	SCB->HFSR = SCB->HFSR;
}
