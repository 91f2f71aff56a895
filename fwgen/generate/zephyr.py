"""The names for the application's build files and device-tree overlay, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fwgen.panels import panels
from fwgen.soc.board import Bus
from fwgen.soc.chip import Power
from fwgen.soc.region import Region

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

# Priorities of Zephyr's interrupts; only the clock and the sensor's pins have 0, the highest.
_BELL_PRIORITY = 2
_BUS_PRIORITY = 3
_CONSOLE_PRIORITY = 4


_COMMANDS = 0x00
"""The control byte on the display's bus before commands."""


def zephyr_context(plan: Plan) -> dict[str, object]:
    """Return the group `zephyr` of the templates' names."""
    board, chip = plan.board, plan.board.chip
    ipcc, labels = chip.ipcc, board.labels
    console = chip.uarts[board.console.uart]
    used = {chip.i2c[bus.name].name for bus in plan.buses}
    return {
        "board": board.zephyr_board,
        "code": _memory(labels.zephyr_code, plan.code),
        "data": _memory(labels.zephyr_data, plan.data),
        "shared": _memory("fwgen_shared", plan.rings.region),
        "rings": _rings(plan),
        "log_start": f"0x{plan.log.start:08x}",
        "log_end": f"0x{plan.log.end:08x}",
        "mailbox": {
            "unit": f"{ipcc.start:x}",
            "reg": f"0x{ipcc.start:08x} 0x{ipcc.size_bytes:x}",
            "occupied": f"0x{ipcc.occupied:08x}",
            "clock": console.name.upper(),
            "interrupts": _interrupts([ipcc.rx_irq, ipcc.tx_irq], _BELL_PRIORITY),
            "vq0": ipcc.vq0.channel,
            "vq1": ipcc.vq1.channel,
            "wakeup": ipcc.wakeup.channel,
        },
        "a35": _a35(chip.power),
        "reset": {
            "status": f"0x{chip.reset.status:08x}",
            "bits": " ".join(f"0x{bits:x}" for bits in chip.reset.bits),
        },
        "buffers": board.rpmsg.buffers,
        "ports": _ports(plan),
        "idle": [node for node in labels.zephyr_on if node not in used],
        "console": {
            "on": plan.spec.console,
            "node": console.name,
            "interrupts": _interrupts([console.irq], _CONSOLE_PRIORITY),
        },
        "display": _display(plan),
        "watchdog": {"on": plan.timing.watchdog_us > 0, "node": chip.watchdog.node},
    }


def _memory(label: str, region: Region) -> dict[str, str]:
    return {
        "label": label,
        "unit": f"{region.start:x}",
        "reg": f"0x{region.start:08x} 0x{region.size_bytes:x}",
    }


def _a35(power: Power) -> dict[str, str]:
    return {
        "status": f"0x{power.a35_status:08x}",
        "state": f"0x{power.a35_state:x}",
        "runs": " ".join(f"0x{state:x}" for state in power.a35_runs),
        "domain": f"0x{power.a35_domain:x}",
        "domain_off": f"0x{power.a35_domain_off:x}",
    }


def _rings(plan: Plan) -> dict[str, object]:
    memory = plan.board.chip.memories[plan.rings.memory].title
    closed = f"in {memory}, closed while Linux sleeps" if plan.rings.in_ddr else f"in {memory}"
    return {"outside_ddr": not plan.rings.in_ddr, "memory": memory, "place": closed}


def _ports(plan: Plan) -> list[str]:
    """Return the GPIO ports of all pins that the firmware uses.

    Without its port, a bus gets neither pins nor clock, and Zephyr's driver reports no
    error.
    """
    nodes = {pin.gpio_node for pin in plan.pins.values()}
    for bus in plan.buses:
        nodes |= {plan.board.chip.gpio_ports[name[1]].node for name in (bus.scl, bus.sda)}
    return sorted(nodes)


def bus_context(plan: Plan, bus: Bus) -> dict[str, object]:
    """Return what the overlay says of an I2C bus."""
    controller = plan.board.chip.i2c[bus.name]
    return {
        "bus": controller.name,
        "pinctrl": " ".join(f"&{node}" for node in bus.pinctrl),
        "scl": _wire(plan, bus.scl),
        "sda": _wire(plan, bus.sda),
        "speed_hz": bus.speed_hz,
        "interrupts": _interrupts([controller.irq], _BUS_PRIORITY),
    }


def _wire(plan: Plan, name: str) -> str:
    """Return the device-tree cells of a pin with a name such as `PZ4`."""
    return f"&{plan.board.chip.gpio_ports[name[1]].node} {int(name[2:])}"


def _interrupts(numbers: list[int], priority: int) -> str:
    return ", ".join(f"<{number} {priority}>" for number in numbers)


def _display(plan: Plan) -> dict[str, object]:
    if plan.bus is None or plan.spec.display is None:
        return {"on": False}
    display = plan.spec.display
    width, height = display.size
    glass = panels()[display.type].sizes[display.size]
    return {
        "on": True,
        **bus_context(plan, plan.bus.data),
        "address": f"{plan.bus.address:x}",
        "width": width,
        "height": height,
        "title": panels()[display.type].title,
        "first_column": glass.first_column,
        "most_bytes": plan.bus.most_bytes,
        "settings": " ".join(f"{byte:02x}" for byte in (_COMMANDS, *glass.settings)),
        "frame_bytes": width * height // 8,
    }
