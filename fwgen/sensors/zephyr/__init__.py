"""Any sensor that one of Zephyr's drivers reads through Zephyr's sensor API, on an I2C bus."""
