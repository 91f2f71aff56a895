/* SPDX-License-Identifier: Apache-2.0 */
#include "reset.h"

#include <zephyr/kernel.h>
#include <zephyr/sys/sys_io.h>

#include "crash.h"

#define STATUS DT_PROP(DT_PATH(zephyr_user), reset_status) /* writing a 1 clears the bit */

uint32_t reset_cause(void)
{
	/* entry n: the status bits of the cause with the value 1 << n */
	static const uint32_t bits[] = DT_PROP(DT_PATH(zephyr_user), reset_bits);
	uint32_t status;
	uint32_t known = 0;
	uint32_t causes = 0;

	if (!IS_ENABLED(CONFIG_FWGEN_ASK_RCC)) {
		return 0;
	}
	status = sys_read32(STATUS);
	for (uint32_t i = 0; i < ARRAY_SIZE(bits); i++) {
		known |= bits[i];
		causes |= (status & bits[i]) != 0u ? BIT(i) : 0u;
	}
	if ((status & ~known) != 0u) {
		causes |= RESET_OTHER;
	}
	sys_write32(status, STATUS);
	if ((sys_read32(STATUS) & status) != 0u) {
		causes |= RESET_STALE;
	}
	return causes;
}
