/* SPDX-License-Identifier: Apache-2.0 */
/* The bus as the sensor's driver sees it, if it is shared: notes when the driver gets it. */
#include "sensor_bus.h"

#include <zephyr/drivers/i2c.h>

#include "sensor.h"
#include "shared_bus.h"

#define BUS DT_PARENT(DT_NODELABEL(fwgen_sensor))

#if DT_NODE_HAS_COMPAT(BUS, fwgen_shared_bus)

static const struct device *const wires = DEVICE_DT_GET(DT_PHANDLE(BUS, wires));

static int configure(const struct device *bus, uint32_t config)
{
	return i2c_configure(wires, config);
}

static int transfer(const struct device *bus, struct i2c_msg *messages, uint8_t count,
		    uint16_t address)
{
	int error;

	shared_bus_take();
	sensor_has_bus();
	error = i2c_transfer(wires, messages, count, address);
	shared_bus_give();
	return error;
}

static DEVICE_API(i2c, api) = {
	.configure = configure,
	.transfer = transfer,
};

DEVICE_DT_DEFINE(BUS, NULL, NULL, NULL, NULL, POST_KERNEL, UTIL_INC(CONFIG_I2C_INIT_PRIORITY),
		 &api);

#endif
