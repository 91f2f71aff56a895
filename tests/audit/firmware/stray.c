/* What only link.c may do. */
#include <stdint.h>

static inline void consume(uintptr_t where)
{
	__asm__ volatile("" ::"r"(where));
}

#ifdef STRAY_LITERAL
/* On one line, because the compiler chooses where in a function it loads a constant. */
/* clang-format off */
__attribute__((used, noinline)) void stray_literal(void) { consume(0x81200010u); }
/* clang-format on */
#endif

#ifdef STRAY_ACCESS
__attribute__((used, noinline)) void stray_access(void)
{
	*(volatile uint32_t *)0x90ABCDE4u = 1;
}
#endif

#ifdef STRAY_POINTER
struct place {
	char name[8];
	uintptr_t where;
};
__attribute__((used)) const struct place stray_pointer[2] = {
	{"first", 0x1000},
	{"other", 0x812FA100u},
};
#endif

#ifdef STRAY_TWO
__attribute__((used, noinline)) void stray_two(void)
{
	*(volatile uint32_t *)0x812F9000u = *(volatile uint32_t *)0x812F9004u;
}
#endif

#ifdef STRAY_SYMBOL
extern char far_away[];
__attribute__((used)) char *const stray_symbol = far_away;
#endif
