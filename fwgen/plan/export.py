"""The plan as plain data, for `fwgen check --json`. Addresses and sizes are numbers, in bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from fwgen.plan.memory_map import memory_maps
from fwgen.plan.model import PinPlan, Plan, PlannedSensor, Window


def plan_to_json(plan: Plan) -> dict[str, Any]:
    rings = {window.name: _window(window) for window in plan.rings.parts}
    return {
        "spec": {**plan.spec.canonical(), "hash": plan.spec.spec_hash.hex()},
        "board": {
            "name": plan.board.name,
            "title": plan.board.title,
            "chip": plan.board.chip.name,
            "zephyr_board": plan.board.zephyr_board,
        },
        "linux": {
            "trees": plan.board.release.name,
            "flavour": plan.board.flavour.name,
            "linux": plan.board.release.linux,
            "tfa": plan.board.release.tfa,
            "optee": plan.board.release.optee,
            "by_hand": [dataclasses.asdict(line) for line in plan.by_hand],
        },
        "sleep": {
            "mode": plan.mode.name,
            "title": plan.mode.title,
            "mem_sleep": plan.reached.mem_sleep,
            "reaches": plan.reached.reaches,
            "reachable": list(plan.mode.reachable),
            "kept": list(plan.mode.kept),
        },
        "windows": {window.name: _window(window) for window in (plan.code, plan.data, plan.log)},
        "rings": {"memory": plan.rings.memory, "windows": rings},
        "ddr": rings if plan.rings.in_ddr else {},
        "reserved": {window.name: _window(window) for window in plan.reserved},
        "log": {"size_bytes": plan.log.size_bytes, "blocks": plan.log_slots},
        "endurance": dataclasses.asdict(plan.endurance),
        "timing": {**dataclasses.asdict(plan.timing), **_figures(plan.sensors)},
        "sensors": [_sensor(sensor) for sensor in plan.sensors],
        "pins": {use: _pin(pin) for use, pin in plan.pins.items()},
        "bus": _bus(plan),
        "memories": [dataclasses.asdict(memory) for memory in memory_maps(plan)],
    }


def _figures(sensors: Sequence[PlannedSensor]) -> dict[str, int]:
    """Return the figures of a single sensor; those of two are with each of them."""
    return sensors[0].figures.figures() if len(sensors) == 1 else {}


def _sensor(sensor: PlannedSensor) -> dict[str, Any]:
    return {
        "name": sensor.name,
        "type": sensor.part.TYPE,
        "period_us": sensor.period_us,
        "measures_us": sensor.figures.measures_us,
        "waits_us": sensor.waits.longest_us,
        "bytes_per_sample": sensor.figures.density.bytes_per_sample,
        "channels": [{"name": one.name, "unit": one.unit} for one in sensor.channels],
        **sensor.figures.figures(),
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "memory": window.memory,
        "start": window.start,
        "size_bytes": window.size_bytes,
        "owner": window.owner,
        "title": window.title,
        "reachable_asleep": window.asleep,
    }


def _pin(pin: PinPlan) -> dict[str, Any]:
    found = dataclasses.asdict(pin)
    del found["use"]
    return found


def _bus(plan: Plan) -> dict[str, Any] | None:
    if plan.bus is None:
        return None
    data = {f.name: getattr(plan.bus, f.name) for f in dataclasses.fields(plan.bus)}
    wires = data.pop("data")
    return {**data, "scl": wires.scl, "sda": wires.sda}
