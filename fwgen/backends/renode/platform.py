"""The emulated platform as files: where they are, and the spec's wiring.

A platform is made of: the models (C#, compiled when Renode starts), a board's `.repl`, and the
wiring of sensor and display that `platform_repl` writes from a plan, loaded in this order.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.errors import FwgenError

if TYPE_CHECKING:
    from fwgen.plan import Plan

_IN_CHECKOUT = Path(__file__).resolve().parents[3] / "renode"
_IN_PACKAGE = Path(__file__).resolve().parents[2] / "renode_data"
_EXTI_PORTS = "abcdefghijkz"


class PlatformError(FwgenError):
    """A file of the emulated platform is missing: the installation is not whole."""

    exit_code = 4


def renode_folder() -> Path:
    """Where models, cpus, boards and scripts are: in the installed package or the checkout."""
    for folder in (_IN_PACKAGE, _IN_CHECKOUT):
        if (folder / "models").is_dir():
            return folder
    raise PlatformError(f"the emulated platform is missing (looked in {_IN_PACKAGE})")


def model_files() -> list[Path]:
    """The models in the order in which they are compiled: that of scripts/models.resc."""
    folder = renode_folder()
    script = (folder / "scripts" / "models.resc").read_text(encoding="utf-8")
    return [
        folder / "models" / name for name in re.findall(r"^include .*/(\w+\.cs)$", script, re.M)
    ]


def merged_models() -> str:
    """All models as one C# file: one run of the compiler instead of a dozen saves two seconds."""
    usings: dict[str, None] = {}
    bodies: list[str] = []
    for path in model_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        usings.update(dict.fromkeys(line for line in lines if line.startswith("using ")))
        bodies += [line for line in lines if not line.startswith("using ")]
    return "\n".join([*usings, *bodies, ""])


def board_file(board: str) -> Path:
    """The board's `.repl`; raises PlatformError for a board without one."""
    path = renode_folder() / "boards" / f"{board}.repl"
    if not path.is_file():
        raise PlatformError(f"there is no emulated board {board}")
    return path


def platform_repl(plan: Plan) -> str:
    """What the spec wires to the board, to be loaded after the board's own `.repl`."""
    trigger, echo = plan.pins.trigger, plan.pins.echo
    lines = [
        f"// {plan.spec.name} on {plan.board.name}: wiring, written by fwgen from the spec",
        "",
        *sensor_repl(trigger.name, echo.name),
    ]
    if plan.bus is not None and plan.spec.display is not None:
        height = plan.spec.display.size[1]
        lines += ["", *display_repl(plan.bus.name, plan.bus.address, height)]
        lines += ["", *bus_repl(plan.bus.name, plan.bus.data.scl, plan.bus.data.sda)]
    return "\n".join(lines) + "\n"


def sensor_repl(trigger: str, echo: str) -> list[str]:
    """An HC-SR04 on two pins, named as in `PF6`."""
    pin, port = _pin(echo)
    return [
        "sensor: Sensors.HC_SR04 @ sysbus",
        f"    Echo -> gpio{port}@{pin}",
        "",
        f"gpio{trigger[1].lower()}:",
        f"    {int(trigger[2:])} -> sensor@0",
        "",
        "// the sensor sees when the firmware pulls its line low",
        *_also(echo, "sensor@1"),
    ]


def display_repl(bus: str, address: int, height: int) -> list[str]:
    """An SSD1306 with 128 x `height` pixels on an I2C bus."""
    return [f"oled: Video.SSD1306 @ {bus} {address:#04x}", f"    height: {height}"]


def bus_repl(bus: str, scl: str, sda: str) -> list[str]:
    """The lines of an I2C bus at its pins, where a firmware can free it by hand."""
    (clock, clock_port), (data, data_port) = _pin(scl), _pin(sda)
    return [
        f"{bus}:",
        f"    Clock -> gpio{clock_port}@{clock}",
        f"    Data -> gpio{data_port}@{data}",
        "",
        *_also(scl, f"{bus}@0"),
    ]


def _also(pin: str, receiver: str) -> list[str]:
    """The level of a pin for somebody else beside the EXTI."""
    number, port = _pin(pin)
    exti = f"exti2#{_EXTI_PORTS.index(port)}@{number}"
    return [f"gpio{port}:", f"    {number} -> {exti} | {receiver}"]


def _pin(name: str) -> tuple[int, str]:
    return int(name[2:]), name[1].lower()
