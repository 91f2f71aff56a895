/* SPDX-License-Identifier: Apache-2.0 */
#include "panel.h"

#include <string.h>

#include <zephyr/drivers/display.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/kernel.h>

#include "screen_changes.h"
#include "shared_bus.h"

#define PANEL DT_NODELABEL(fwgen_panel)
#define WIDTH DT_PROP(PANEL, width)
#define HEIGHT DT_PROP(PANEL, height)
#define FIRST_COLUMN DT_PROP(PANEL, first_column)
#define BYTES (WIDTH * HEIGHT / 8)
/* The most bytes of picture in a transfer: a sensor on the same bus waits for its end. */
#define MOST_BYTES DT_PROP_OR(PANEL, most_bytes, WIDTH)
#define PLACE_BYTES 7u
#define NOWHERE 0xffu

/* What the controllers have in common; the rest is in the device tree's `settings`. */
#define PANEL_COMMANDS 0x00u
#define PANEL_COMMAND 0x80u /* one command, then another such byte */
#define PANEL_DATA 0x40u
#define PANEL_COLUMN_LOW 0x00u
#define PANEL_COLUMN_HIGH 0x10u
#define PANEL_PAGE 0xb0u
#define PANEL_NOP 0xe3u
#define PANEL_SLEEP 0xaeu
#define PANEL_STATUS_OFF 0x40u

BUILD_ASSERT(WIDTH % MOST_BYTES == 0, "a row is sent in whole parts");

/* With a sensor, which has its turns: see shared_bus.h. */
#define SHARED DT_NODE_HAS_PROP(PANEL, most_bytes)

static const struct i2c_dt_spec wires = I2C_DT_SPEC_GET(PANEL);

static uint8_t shown[BYTES];
static bool unknown = true; /* the panel's picture is unknown */

/* Where the controller stores the next byte; NOWHERE if that is unknown. */
static struct {
	uint8_t page;
	uint8_t column;
} cursor;

static void take_bus(void)
{
	if (SHARED) {
		shared_bus_take();
	}
}

static void give_bus(void)
{
	if (SHARED) {
		shared_bus_give();
	}
}

static int write_bus(const uint8_t *message, size_t len)
{
	int error;

	take_bus();
	error = i2c_write_dt(&wires, message, len);
	give_bus();
	return error;
}

static size_t put(uint8_t *message, size_t len, uint32_t command)
{
	message[len] = PANEL_COMMAND;
	message[len + 1u] = (uint8_t)command;
	return len + 2u;
}

/* Moves the cursor there, with as few commands as possible. */
static size_t put_place(uint8_t *message, const struct screen_change *change)
{
	uint32_t column = FIRST_COLUMN + change->column;
	size_t len = 0;

	if (cursor.page != change->page) {
		len = put(message, len, PANEL_PAGE + change->page);
	}
	if (cursor.page == NOWHERE || (cursor.column & 0xfu) != (column & 0xfu)) {
		len = put(message, len, PANEL_COLUMN_LOW + (column & 0xfu));
	}
	if (cursor.page == NOWHERE || cursor.column >> 4 != column >> 4) {
		len = put(message, len, PANEL_COLUMN_HIGH + (column >> 4));
	}
	message[len] = PANEL_DATA;
	return len + 1u;
}

/*
 * One message in one transfer: each byte is an interrupt, and so is each end of a message and of a
 * transfer. (Zephyr's driver needs two transfers of two messages each, with eight commands.)
 */
static int send(const struct screen_change *change, const uint8_t *picture)
{
	uint8_t message[PLACE_BYTES + WIDTH];
	size_t at = (size_t)change->page * WIDTH + change->column;
	size_t len = put_place(message, change);
	size_t end = (size_t)change->column + change->len;
	int error;

	memcpy(message + len, picture + at, change->len);
	cursor.page = NOWHERE;
	error = write_bus(message, len + change->len);
	if (error != 0) {
		return error;
	}
	if (end < WIDTH) { /* else it depends on the kind of panel */
		cursor.page = (uint8_t)change->page;
		cursor.column = (uint8_t)(FIRST_COLUMN + end);
	}
	memcpy(shown + at, picture + at, change->len);
	return 0;
}

static int send_all(const uint8_t *picture)
{
	struct screen_change part = {.len = MOST_BYTES};
	int error = 0;

	for (part.page = 0; part.page < HEIGHT / 8 && error == 0; part.page++) {
		for (part.column = 0; part.column < WIDTH && error == 0;
		     part.column += MOST_BYTES) {
			error = send(&part, picture);
		}
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
		if (MOST_BYTES < WIDTH && change.len > MOST_BYTES) {
			change.len = MOST_BYTES;
		}
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
	int error;

	take_bus();
	error = i2c_read_dt(&wires, &status, sizeof(status));
	give_bus();
	if (error != 0) {
		return PANEL_SILENT;
	}
	return (status & PANEL_STATUS_OFF) != 0 ? PANEL_OFF : PANEL_ON;
}

/*
 * A transfer that a reset interrupted leaves the panel in the middle of a byte with the data line
 * low, and no transfer can begin. Nine clocks free the bus. For a panel that is absent this is
 * harmless.
 */
static enum panel_answer ask_on_a_free_bus(void)
{
	enum panel_answer answer = panel_ask();
	int error;

	if (answer == PANEL_SILENT) {
		take_bus();
		error = i2c_recover_bus(wires.bus);
		give_bus();
		answer = error == 0 ? panel_ask() : answer;
	}
	return answer;
}

/* Switches the panel off, after it completes an interrupted command of up to seven bytes. */
int panel_sleep(void)
{
	static const uint8_t sleep[] = {
		PANEL_COMMANDS, PANEL_NOP, PANEL_NOP, PANEL_NOP,
		PANEL_NOP,	PANEL_NOP, PANEL_NOP, PANEL_SLEEP,
	};

	return write_bus(sleep, sizeof(sleep));
}

static const uint8_t settings[] = DT_PROP(PANEL, settings);

static int set_up(void)
{
	cursor.page = NOWHERE;
	return write_bus(settings, sizeof(settings));
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
	error = panel_sleep();
	if (error != 0) {
		return error;
	}
	asleep = panel_ask();
	error = set_up();
	if (error != 0) {
		return error;
	}
	*tells = asleep == PANEL_OFF && panel_ask() == PANEL_ON;
	return 0;
}
