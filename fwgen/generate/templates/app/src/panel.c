/* SPDX-License-Identifier: Apache-2.0 */
#include "panel.h"

#include <string.h>

#include <zephyr/drivers/display.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/kernel.h>

#include "screen_changes.h"

#define PANEL DT_NODELABEL(fwgen_panel)
#define WIDTH DT_PROP(PANEL, width)
#define HEIGHT DT_PROP(PANEL, height)
#define BYTES (WIDTH * HEIGHT / 8)

#define SSD1306_COMMANDS 0x00u
#define SSD1306_NOP 0xe3u

static const struct device *const driver = DEVICE_DT_GET(PANEL);
static const struct i2c_dt_spec wires = I2C_DT_SPEC_GET(PANEL);

static uint8_t shown[BYTES];

static int send(const struct screen_change *change, const uint8_t *picture)
{
	const struct display_buffer_descriptor piece = {
		.buf_size = change->len,
		.width = change->len,
		.height = 8,
		.pitch = change->len,
	};
	size_t at = (size_t)change->page * WIDTH + change->column;
	int error = display_write(driver, change->column, (uint16_t)(change->page * 8u), &piece,
				  picture + at);

	if (error == 0) {
		memcpy(shown + at, picture + at, change->len);
	}
	return error;
}

static int write_changes(const struct device *device, uint16_t x, uint16_t y,
			 const struct display_buffer_descriptor *description, const void *picture)
{
	struct screen_change change;
	size_t from = 0;
	int error;

	if (x != 0 || y != 0 || description->buf_size != BYTES) {
		return -ENOTSUP;
	}
	while (screen_next_change(shown, picture, BYTES, WIDTH, from, &change)) {
		error = send(&change, picture);
		if (error != 0) {
			return error;
		}
		from = (size_t)change.page * WIDTH + change.column + change.len;
	}
	return 0;
}

static void get_capabilities(const struct device *device, struct display_capabilities *capabilities)
{
	*capabilities = (struct display_capabilities){
		.x_resolution = WIDTH,
		.y_resolution = HEIGHT,
		.supported_pixel_formats = PIXEL_FORMAT_MONO01,
		.current_pixel_format = PIXEL_FORMAT_MONO01,
		.screen_info = SCREEN_INFO_MONO_VTILED,
	};
}

static DEVICE_API(display, api) = {
	.write = write_changes,
	.get_capabilities = get_capabilities,
};

DEVICE_DEFINE(fwgen_panel_changes, "panel", NULL, NULL, NULL, NULL, POST_KERNEL,
	      CONFIG_DISPLAY_INIT_PRIORITY, &api);

const struct device *const panel = DEVICE_GET(fwgen_panel_changes);

int panel_ask(void)
{
	static const uint8_t nothing[] = {SSD1306_COMMANDS, SSD1306_NOP};

	return i2c_write_dt(&wires, nothing, sizeof(nothing));
}

/* The driver knows one start in a device's life; this one begins a new life. */
static int start_driver(void)
{
	driver->state->initialized = false;
	driver->state->init_res = 0;
	return device_init(driver);
}

int panel_start(void)
{
	static const uint8_t dark[WIDTH];
	int error;

	if (!i2c_is_ready_dt(&wires)) {
		return -ENODEV;
	}
	error = panel_ask();
	if (error != 0) {
		return error;
	}
	error = start_driver();
	for (uint16_t page = 0; page < HEIGHT / 8 && error == 0; page++) {
		const struct display_buffer_descriptor row = {
			.buf_size = WIDTH,
			.width = WIDTH,
			.height = 8,
			.pitch = WIDTH,
		};

		error = display_write(driver, 0, (uint16_t)(page * 8u), &row, dark);
	}
	memset(shown, 0, sizeof(shown));
	return error;
}
