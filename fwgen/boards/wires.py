"""What a user's own board says of pins, buses and the console."""

from __future__ import annotations

import re

from fwgen.boards.toml import TablePath, TomlFile
from fwgen.soc.board import I2C_SPEEDS_HZ, Board, Bus, Pin
from fwgen.spec.diagnostics import did_you_mean, quote

_PIN = re.compile(r"P[A-Z](?:[0-9]|1[0-5])")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NODE = re.compile(r"(?P<device>(?:i2c|i3c|spi|uart|usart|lpuart)[0-9]+)_(?P<rest>[a-z0-9_]+)")
_WIRE = re.compile(r"(?:scl|sda)_p[a-z][0-9]+")
"""How Zephyr names the nodes of its pin control (hal_stm32 dts/st/mp2/*-pinctrl.dtsi)."""


def check_pins(file: TomlFile, board: Board) -> None:
    places = dict[tuple[str, int], str]()
    for name, pin in board.pins.items():
        _is_pin(file, board, name, ("pins", name))
        if pin.position < 0:
            message = f"`pins.{name}.position`: {pin.position} is no number of a pin"
            hint = "write the number on the connector; `position = 0` if it is on none"
            place = file.where("pins", name, "position")
            file.findings.error("bad-position", message, place, hint)
        if not pin.connector or not pin.position:
            _check_place(file, pin)
            continue
        first = places.setdefault((pin.connector, pin.position), name)
        if first != name:
            message = f"`pins.{name}`: {first} is at {pin.place} already"
            place = file.where("pins", name, "position")
            hint = "correct one of the two; `position = 0` if only the schematic shows it"
            file.findings.error("same-position", message, place, hint)


def _check_place(file: TomlFile, pin: Pin) -> None:
    """A pin is on a connector, with its number, or something on the board uses it."""
    written = file.data.get("pins", {}).get(pin.name)
    if written is None:
        return  # inherited
    missing = [key for key in ("connector", "position") if key not in written]
    if not missing or (len(missing) == 2 and pin.taken_by):
        return
    hint = 'add `connector = "X4"` and `position = 11`, or `taken_by` if it is on no connector'
    message = f"`pins.{pin.name}`: the key `{missing[0]}` is missing"
    file.findings.error("missing-key", message, file.where("pins", pin.name), hint)


def check_buses(file: TomlFile, board: Board) -> None:
    for name, bus in board.buses.items():
        if name not in board.chip.i2c:
            message = f"`buses.{name}`: {board.chip.title} has no such bus for the M33"
            hint = did_you_mean(name, board.chip.i2c, "buses")
            file.findings.error("unknown-bus", message, file.where("buses", name), hint)
        if bus.speed_hz not in I2C_SPEEDS_HZ:
            message = f"`buses.{name}.speed_hz`: {bus.speed_hz} is no speed of an I2C bus"
            hint = f"write {', '.join(f'`{hz:_}`' for hz in I2C_SPEEDS_HZ[:-1])} or "
            hint += f"`{I2C_SPEEDS_HZ[-1]:_}`; Zephyr's driver has no other"
            place = file.where("buses", name, "speed_hz")
            file.findings.error("bus-speed", message, place, hint)
        for key, pin in (("scl", bus.scl), ("sda", bus.sda)):
            path = ("buses", name, key)
            if _is_pin(file, board, pin, path) and pin not in board.pins:
                message = f"`buses.{name}.{key}`: there is no `[pins.{pin}]`"
                hint = f"add `[pins.{pin}]` with `connector` and `position`, or correct the pin"
                if not file.where(*path).line:
                    hint += "; the bus is inherited: write `[buses]` if your board does not have it"
                file.findings.error("bus-pin", message, file.where(*path), hint)
        _two_pins(file, bus.scl, bus.sda, ("buses", name, "sda"), "scl")
        if name in board.chip.i2c:
            _check_pinctrl(file, bus)


def check_console(file: TomlFile, board: Board) -> None:
    console = board.console
    if console.uart not in board.chip.uarts:
        message = f"`console.uart`: {board.chip.title} has no {quote(console.uart)}"
        hint = did_you_mean(console.uart, board.chip.uarts, "serial ports")
        file.findings.error("unknown-uart", message, file.where("console", "uart"), hint)
    for key, pin in (("tx", console.tx), ("rx", console.rx)):
        path = ("console", key)
        inherited = not file.where(*path).line
        if _is_pin(file, board, pin, path) and pin not in board.pins and not inherited:
            message = f"`console.{key}`: there is no `[pins.{pin}]`"
            hint = f"add `[pins.{pin}]` with `connector` and `position`, or correct the pin"
            file.findings.error("console-pin", message, file.where(*path), hint)
    _two_pins(file, console.tx, console.rx, ("console", "rx"), "tx")


def _is_pin(file: TomlFile, board: Board, name: str, path: TablePath) -> bool:
    known = bool(_PIN.fullmatch(name))
    if known and name[1] in board.chip.gpio_ports:
        return True
    what = f"{board.chip.title} has no port {name[1]}" if known else "it is not a pin's name"
    message = f"`{'.'.join(map(str, path))}`: {quote(name)}: {what}"
    hint = f"write it like `PF6`; ports: {', '.join(board.chip.gpio_ports)}"
    file.findings.error("unknown-pin", message, file.where(*path), hint)
    return False


def _two_pins(file: TomlFile, one: str, other: str, path: TablePath, first: str) -> None:
    if one == other:
        message = f"`{'.'.join(map(str, path))}`: {quote(other)} is also `{first}`"
        file.findings.error("same-pin", message, file.where(*path), "write two different pins")


def _check_pinctrl(file: TomlFile, bus: Bus) -> None:
    """The nodes are labels, and those with Zephyr's names are of this bus and its pins."""
    wanted = [f"{bus.name}_scl_{bus.scl.lower()}", f"{bus.name}_sda_{bus.sda.lower()}"]
    nodes = ", ".join(f'"{name}"' for name in wanted)
    hint = f"write `pinctrl = [{nodes}]`"
    place = file.where("buses", bus.name, "pinctrl")
    for name in bus.pinctrl:
        if not _LABEL.fullmatch(name):
            what = "is not the label of a node"
        elif name not in wanted and _is_of_others(name, bus):
            what = f"is not for {bus.scl} and {bus.sda} of {bus.name}"
        else:
            continue
        message = f"`buses.{bus.name}.pinctrl`: {quote(name)} {what}"
        file.findings.error("bus-pinctrl", message, place, hint)
    if not bus.pinctrl:
        message = f"`buses.{bus.name}.pinctrl`: the list has no node"
        file.findings.error("bus-pinctrl", message, place, hint)


def _is_of_others(label: str, bus: Bus) -> bool:
    """Return whether the label has the form of Zephyr's names, for another device or other pins."""
    found = _NODE.fullmatch(label)
    return bool(found and (found["device"] != bus.name or _WIRE.fullmatch(found["rest"])))
