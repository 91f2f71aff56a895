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

#ifdef MPU_BASE
/* As Zephyr has them: two regions for the image, and one more. */
struct mpu_region {
	uint32_t base;
	const char *name;
	struct {
		uint8_t rbar_mair;
		uint32_t limit;
	} attr;
};
__attribute__((used)) const struct mpu_region mpu_regions[3] = {
	{0x0A043000, "FLASH_0", {6, 0x0A05FFE0}},
	{0x0A080000, "RAM_0", {1, 0x0A09EFE0}},
	{MPU_BASE, "MORE", {1, MPU_LIMIT}},
};
__attribute__((used)) const struct {
	uint32_t number;
	const struct mpu_region *regions;
} mpu_config = {3, mpu_regions};
#endif

#ifdef ATTRIBUTE_START
__attribute__((used)) const struct {
	const char *name;
	uintptr_t start;
	uint32_t size_bytes;
	uint32_t attributes;
} mem_attr_region[1] = {{"memory@80000000", ATTRIBUTE_START, 0x1000, 0}};
#endif

#ifdef STRAY_SYMBOL
extern char far_away[];
__attribute__((used)) char *const stray_symbol = far_away;
#endif
