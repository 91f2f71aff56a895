"""Pins in the text of a platform."""

from __future__ import annotations

_EXTI_PORTS = "abcdefghijkz"


def pin_of(name: str) -> tuple[int, str]:
    """Return number and port of a pin named as in `PF6`."""
    return int(name[2:]), name[1].lower()


def also(pin: str, receiver: str) -> list[str]:
    """Connect the level of a pin to a receiver besides the EXTI."""
    number, port = pin_of(pin)
    exti = f"exti2#{_EXTI_PORTS.index(port)}@{number}"
    return [f"gpio{port}:", f"    {number} -> {exti} | {receiver}"]


def bus_repl(bus: str, scl: str, sda: str) -> list[str]:
    """Return the connection of an I2C bus to its pins, where a firmware can free the bus."""
    (clock, clock_port), (data, data_port) = pin_of(scl), pin_of(sda)
    return [
        f"{bus}:",
        f"    Clock -> gpio{clock_port}@{clock}",
        f"    Data -> gpio{data_port}@{data}",
        "",
        *also(scl, f"{bus}@0"),
    ]
