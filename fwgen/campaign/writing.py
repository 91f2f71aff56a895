"""Writes a scenario as the file that `fwgen run` reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from fwgen.scenario.expect import FIELDS
from fwgen.scenario.model import FORMAT, Scenario
from fwgen.scenario.signals import Signal
from fwgen.scenario.steps import Step
from fwgen.spec.kinds import Amount, Choice, Kind
from fwgen.spec.parts import fields_of
from fwgen.spec.quantity import show
from fwgen.wire.channel import decimal

_AIR: Final = 200
"""The scenario's default, in tenths of a degree."""


def scenario_text(
    scenario: Scenario, spec: str, units: Mapping[str, str], comment: str = ""
) -> str:
    """Return the file's text. `spec`: the name of the spec's file next to it; `units`: of its
    signals, by name."""
    return "".join(f"{line}\n" for line in _lines(scenario, spec, units, comment))


def _lines(scenario: Scenario, spec: str, units: Mapping[str, str], comment: str) -> Iterator[str]:
    yield from (f"# {line}" for line in comment.splitlines())
    yield f"fwgen-scenario: {FORMAT}"
    yield f"name: {scenario.name}"
    yield f"spec: {spec}"
    if scenario.points:
        yield "distance:"
        yield from (f"  - {{at: {t_ms} ms, mm: {um / 1000:g}}}" for t_ms, um in scenario.points)
        yield f"noise: {show(scenario.noise_um, 'um')}"
        if scenario.air_decicelsius != _AIR:
            yield f"air: {show(scenario.air_decicelsius, 'decicelsius')}"
        if scenario.sensor:
            yield f"sensor: {scenario.sensor}"
    if scenario.signals:
        yield "signals:"
        for signal in scenario.signals:
            yield from _signal(signal, units[signal.name])
    if scenario.missed_ppm:
        yield f"missed: {show(scenario.missed_ppm, 'ppm')}"
    if scenario.clocks_ppm is not None:
        yield f"clocks: {show(scenario.clocks_ppm, 'ppm')}"
    if scenario.first_number:
        yield f"first_number: {scenario.first_number}"
    if scenario.ddr_closed:
        yield "ddr: closed"
    yield "steps:" if scenario.steps else "steps: []"
    for step in scenario.steps:
        yield f"  - {step_text(step)}"
    yield f"until: {show(scenario.until_us, 'us')}"
    yield "expect:"
    for wanted in scenario.expect:
        kind = FIELDS[wanted.field].kind
        bounds = ("at-least", wanted.least), ("at-most", wanted.most)
        if wanted.least == wanted.most:
            yield f"  {wanted.field}: {_value(kind, wanted.least)}"
        else:
            shown = [f"{name}: {_value(kind, it)}" for name, it in bounds if it is not None]
            yield f"  {wanted.field}: {{{', '.join(shown)}}}"


def _signal(signal: Signal, unit: str) -> Iterator[str]:
    yield f"  {signal.name}:"
    yield "    points:"
    for t_ms, micro in signal.points:
        yield f"      - {{at: {t_ms} ms, value: {_micro(micro)} {unit}}}"
    if signal.noise:
        yield f"    noise: {_micro(signal.noise)} {unit}"


def _micro(value: int) -> str:
    """Return millionths as a decimal number."""
    return decimal(Fraction(value, 1_000_000))


def step_text(step: Step) -> str:
    """Return a step as in a scenario: `{at: 1 s, do: suspend, for: 10 s}`."""
    shown = []
    for field in fields_of(type(step)):
        value = getattr(step, field.attribute)
        default = type(step).model_fields[field.attribute].get_default()
        if field.attribute in ("do", "at_us") or value != default:
            shown.append((field.key, _value(field.kind, value)))
    shown.sort(key=lambda item: ("at", "do").index(item[0]) if item[0] in ("at", "do") else 2)
    return f"{{{', '.join(f'{key}: {value}' for key, value in shown)}}}"


def _value(kind: Kind[Any], value: Any) -> str:
    if isinstance(kind, Amount):
        return show(value, kind.resolution)
    if isinstance(kind, Choice):
        return next(word for word, meaning in kind.values.items() if meaning == value)
    return str(value)
