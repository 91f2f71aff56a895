/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include <stdarg.h>

#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/cbprintf.h>
#include <zephyr/sys/ring_buffer.h>

#include "clock.h"

#define LINE_BYTES 80

static const struct device *const uart = DEVICE_DT_GET(DT_CHOSEN(zephyr_console));

RING_BUF_DECLARE(unsent, CONFIG_FWGEN_CONSOLE_BYTES);
static struct k_spinlock lock;
static bool listening; /* the interrupt has its handler */

static void ready_to_send(const struct device *device, void *context)
{
	uint8_t *bytes;
	uint32_t len;
	int sent = 0;

	while (uart_irq_update(device) > 0 && uart_irq_tx_ready(device) > 0) {
		K_SPINLOCK(&lock)
		{
			len = ring_buf_get_claim(&unsent, &bytes, CONFIG_FWGEN_CONSOLE_BYTES);
			if (len > 0) {
				sent = uart_fifo_fill(device, bytes, (int)len);
			} else {
				uart_irq_tx_disable(device);
			}
			(void)ring_buf_get_finish(&unsent, len > 0 ? (uint32_t)sent : 0);
		}
		if (len == 0) {
			break;
		}
	}
}

static bool ready(void)
{
	if (!listening) {
		listening = device_is_ready(uart) &&
			    uart_irq_callback_user_data_set(uart, ready_to_send, NULL) == 0;
	}
	return listening;
}

struct line {
	char text[LINE_BYTES];
	uint32_t len;
};

static int put(int character, void *context)
{
	struct line *line = context;

	if (line->len < LINE_BYTES - 2) {
		line->text[line->len++] = (char)character;
	}
	return character;
}

static void print(struct line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)cbvprintf((cbprintf_cb)put, line, format, arguments);
	va_end(arguments);
}

void say(const char *format, ...)
{
	struct line line = {.len = 0};
	uint32_t now_ms = (uint32_t)(clock_us() / 1000u);
	va_list arguments;

	print(&line, "[%u.%03u] ", now_ms / 1000u, now_ms % 1000u);
	va_start(arguments, format);
	(void)cbvprintf((cbprintf_cb)put, &line, format, arguments);
	va_end(arguments);
	line.text[line.len++] = '\r';
	line.text[line.len++] = '\n';
	if (!ready()) {
		return;
	}
	K_SPINLOCK(&lock)
	{
		if (ring_buf_space_get(&unsent) >= line.len) {
			(void)ring_buf_put(&unsent, (const uint8_t *)line.text, line.len);
		}
	}
	uart_irq_tx_enable(uart);
}
