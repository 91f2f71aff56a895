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

/* The data sheet's tables 9-1 and 9-2. */
#define SSD1306_COMMANDS 0x00u
#define SSD1306_NOP 0xe3u
#define SSD1306_SLEEP 0xaeu
#define SSD1306_STATUS_OFF 0x40u

static const struct device *const driver = DEVICE_DT_GET(PANEL);
static const struct i2c_dt_spec wires = I2C_DT_SPEC_GET(PANEL);

static uint8_t shown[BYTES];
static bool unknown = true; /* the panel's picture is unknown */

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

static int send_all(const uint8_t *picture)
{
	struct screen_change row = {.len = WIDTH};
	int error = 0;

	for (row.page = 0; row.page < HEIGHT / 8 && error == 0; row.page++) {
		error = send(&row, picture);
	}
	unknown = error != 0;
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
	if (unknown) {
		return send_all(picture);
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

enum panel_answer panel_ask(void)
{
	uint8_t status;

	if (i2c_read_dt(&wires, &status, sizeof(status)) != 0) {
		return PANEL_SILENT;
	}
	return (status & SSD1306_STATUS_OFF) != 0 ? PANEL_OFF : PANEL_ON;
}

/*
 * A transfer that a reset interrupted leaves the panel in the middle of a byte with the data line
 * low, and no transfer can begin. Nine clocks free the bus. For a panel that is absent this is
 * harmless.
 */
static enum panel_answer ask_on_a_free_bus(void)
{
	enum panel_answer answer = panel_ask();

	if (answer == PANEL_SILENT && i2c_recover_bus(wires.bus) == 0) {
		answer = panel_ask();
	}
	return answer;
}

/* Switches the panel off, after it completes an interrupted command of up to seven bytes. */
static int put_to_sleep(void)
{
	static const uint8_t sleep[] = {
		SSD1306_COMMANDS, SSD1306_NOP, SSD1306_NOP, SSD1306_NOP,
		SSD1306_NOP,	  SSD1306_NOP, SSD1306_NOP, SSD1306_SLEEP,
	};

	return i2c_write_dt(&wires, sleep, sizeof(sleep));
}

/* The driver starts a device only once; this resets its state so that it starts again. */
static int start_driver(void)
{
	driver->state->initialized = false;
	driver->state->init_res = 0;
	return device_init(driver);
}

int panel_start(bool *tells)
{
	enum panel_answer asleep;
	int error;

	unknown = true;
	if (!i2c_is_ready_dt(&wires)) {
		return -ENODEV;
	}
	if (ask_on_a_free_bus() == PANEL_SILENT) {
		return -EIO;
	}
	error = put_to_sleep();
	if (error != 0) {
		return error;
	}
	asleep = panel_ask();
	error = start_driver();
	if (error != 0) {
		return error;
	}
	*tells = asleep == PANEL_OFF && panel_ask() == PANEL_ON;
	return 0;
}
