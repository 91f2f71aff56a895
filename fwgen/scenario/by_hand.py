"""The scenario of a board that a person drives: what its sensors see at the start, and later."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from fwgen.errors import InputError
from fwgen.plan.model import Plan
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.seen import seen_by
from fwgen.sensor import Scene, model_of
from fwgen.spec.diagnostics import DiagnosticErrors

_HEAD = "fwgen-scenario: 1\nuntil: 8784 h\n"
_PLACE = re.compile(r"^`signals\.[^`]*`: ")


def by_hand(plan: Plan, name: str, given: Mapping[str, str], **echoes: str) -> Scenario:
    """Return the scenario. `given`: what channels see, each as a value (`20 °C`) or as points
    joined by straight lines (`0 s: 20 °C, 60 s: 15 °C`); another channel sees its sensor's usual
    value. `echoes`: keys such as `noise`, dropped if no sensor hears echoes.

    Raises InputError for what cannot be read, and for a channel that no sensor has."""
    signals = dict(given)
    for sensor in plan.sensors:
        for channel, value in model_of(sensor.part.TYPE).usual(sensor).items():
            if channel not in given:
                signals.setdefault(sensor.named(channel), value)
    hears = any(model_of(sensor.part.TYPE).hears_echoes for sensor in plan.sensors)
    text = _HEAD + f"name: {_quoted(name)}\n{_signals(signals)}"
    text += "".join(f"{key}: {_quoted(value)}\n" for key, value in echoes.items() if hears)
    return _read(plan, text)[0]


def aim(plan: Plan, channel: str, value: str) -> tuple[int, str, int]:
    """Return the number of the sensor that has the channel, the channel's name, and the value as
    a scene has it. Raises InputError."""
    _, scenes = _read(plan, f"{_HEAD}name: x\n{_signals({channel: value})}")
    number = next(number for number, scene in enumerate(scenes) if scene.signals)
    ((name, points),) = scenes[number].signals.items()
    return number, name, points[-1][1]


def _read(plan: Plan, text: str) -> tuple[Scenario, list[Scene]]:
    """Return the scenario, and what each sensor sees. The person has not written the text, so an
    error names no place in it."""
    try:
        scenario = parse_scenario(text, "<board>")
        return scenario, seen_by(scenario, plan, 1)
    except DiagnosticErrors as error:
        first = error.diagnostics[0]
        raise InputError(_PLACE.sub("", first.message), first.hint) from error


def _signals(signals: Mapping[str, str]) -> str:
    lines = (f"  {_quoted(name)}: [{_points(text)}]\n" for name, text in signals.items())
    return "signals:\n" + "".join(lines)


def _points(text: str) -> str:
    """Return points of a scenario."""
    return ", ".join(_point(part) for part in text.split(","))


def _point(text: str) -> str:
    at, found, value = text.partition(":")
    if not found:
        at, value = "0 s", text
    return f"{{at: {_quoted(at.strip())}, value: {_quoted(value.strip())}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
