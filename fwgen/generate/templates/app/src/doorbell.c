/* SPDX-License-Identifier: Apache-2.0 */
#include "doorbell.h"

#include <zephyr/drivers/ipm.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/sys_io.h>

#define MAILBOX DT_CHOSEN(zephyr_ipc)

#define CHIP DT_PATH(zephyr_user)

/* Bit n: channel n is occupied, from the M33 to the A35. */
#define OCCUPIED DT_PROP(CHIP, mailbox_occupied)

#define A35_STATUS DT_PROP(CHIP, a35_status)
#define A35_STATE DT_PROP(CHIP, a35_state)
#define A35_DOMAIN DT_PROP(CHIP, a35_domain)
#define A35_DOMAIN_OFF DT_PROP(CHIP, a35_domain_off)
#define A35_IS(node, prop, index) ((status & A35_STATE) == DT_PROP_BY_IDX(node, prop, index))

static const struct device *const mailbox = DEVICE_DT_GET(MAILBOX);

static void (*rang)(uint32_t channel);
static uint32_t pending; /* one bit for each channel; used by the link's thread only */

bool doorbell_a35_runs(void)
{
	uint32_t status;

	if (!IS_ENABLED(CONFIG_FWGEN_ASK_PWR)) {
		return true;
	}
	status = sys_read32(A35_STATUS);
	if (!IS_ENABLED(CONFIG_FWGEN_RINGS_IN_DDR)) {
		return (status & A35_DOMAIN) != A35_DOMAIN_OFF;
	}
	return DT_FOREACH_PROP_ELEM_SEP(CHIP, a35_runs, A35_IS, (||));
}

static bool occupied(uint32_t channel)
{
	return (sys_read32(OCCUPIED) & BIT(channel)) != 0;
}

static void received(const struct device *device, void *context, uint32_t channel,
		     volatile void *data)
{
	rang(channel);
}

int doorbell_init(void (*callback)(uint32_t channel))
{
	if (!device_is_ready(mailbox)) {
		return -ENODEV;
	}
	rang = callback;
	ipm_register_callback(mailbox, received, NULL);
	return ipm_set_enabled(mailbox, 1);
}

void doorbell_ring(uint32_t channel)
{
	/* ipm_send() would wait for the channel. Only this core can occupy it after this check. */
	if (occupied(channel)) {
		pending |= BIT(channel);
		return;
	}
	pending &= ~BIT(channel);
	(void)ipm_send(mailbox, 0, channel, NULL, 0);
}

bool doorbell_pending(void)
{
	return pending != 0;
}

void doorbell_ring_pending(void)
{
	for (uint32_t left = pending; left != 0; left &= left - 1u) {
		doorbell_ring(find_lsb_set(left) - 1u);
	}
}

void doorbell_clear_pending(void)
{
	pending = 0;
}
