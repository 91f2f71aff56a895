"""What each sensor of a spec sees in a scenario: here the scenario's names meet the spec's."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from fwgen.plan.model import Plan, PlannedSensor
from fwgen.scenario.distance import Distance
from fwgen.scenario.model import Scenario
from fwgen.scenario.signals import LENGTHS, Signal
from fwgen.scenario.steps.sensing import SensorStep
from fwgen.sensor import DISTANCE, SECOND, Points, Scene, model_of
from fwgen.spec.diagnostics import Findings, did_you_mean, quote
from fwgen.spec.parts import fields_of
from fwgen.wire.channel import Channel

_OF_ECHOES: Final = ("noise_um", "air_decicelsius", "sensor")
"""Attributes of a scenario that only a sensor that hears echoes has a use for."""

Seen = dict[tuple[int, str], Signal]
"""By sensor and channel."""


def seen_by(scenario: Scenario, plan: Plan, seed: int) -> list[Scene]:
    """Return what each sensor of the plan sees. Raises DiagnosticErrors if something in the
    scenario belongs to none of them, or to both."""
    findings = Findings()
    if not scenario.points and not scenario.signals:
        _miss_signals(scenario, plan, findings)
    seen = _seen(scenario, plan, findings)
    hears = any(map(_hears, plan.sensors))
    _check_echoes(scenario, hears, findings)
    _check_steps(scenario, plan, findings)
    findings.raise_errors()
    whole = scenario.scene(seed)
    return [_scene(whole, sensor, seen, hears) for sensor in plan.sensors]


def _hears(sensor: PlannedSensor) -> bool:
    return model_of(sensor.part.TYPE).hears_echoes


def _miss_signals(scenario: Scenario, plan: Plan, findings: Findings) -> None:
    """Say what to write in a scenario that says nothing of what the sensors see."""
    values = [
        f"{sensor.named(name)}: [{{at: 0 s, value: {value}}}]"
        for sensor in plan.sensors
        if not _hears(sensor)
        for name, value in model_of(sensor.part.TYPE).usual(sensor).items()
    ]
    needs = [f"signals: {{{', '.join(values)}}}"] if values else []
    if any(map(_hears, plan.sensors)):
        needs.insert(0, f"distance: {Distance.example}")
    keys = " and ".join(f"`{one.partition(':')[0]}`" for one in needs)
    message = f"the key {keys} is missing" if len(needs) == 1 else f"the keys {keys} are missing"
    place = scenario.where(key=True)
    findings.error(
        "missing-key", message, place, "add " + " and ".join(f"`{one}`" for one in needs)
    )
    findings.raise_errors()


def _seen(scenario: Scenario, plan: Plan, findings: Findings) -> Seen:
    written: list[tuple[Signal, tuple[str, ...]]] = [
        (signal, ("signals", signal.name)) for signal in scenario.signals
    ]
    if scenario.points:
        written.insert(0, (Signal(DISTANCE, scenario.points), (DISTANCE,)))
    seen: Seen = {}
    for signal, path in written:
        place = scenario.where(*path, key=True)
        found = _sensors(plan, signal.name)
        if not found:
            message = f"no sensor of the spec has a channel {quote(signal.name)}"
            hint = did_you_mean(signal.name, _names(plan), "its channels")
            findings.error("unknown-channel", message, place, hint)
        elif len(found) > 1:
            both = " and ".join(f"`{sensor.name}.{signal.name}`" for sensor, _ in found)
            message = f"both sensors have a channel `{signal.name}`"
            findings.error("whose-channel", message, place, f"write {both}")
        else:
            ((sensor, channel),) = found
            if (sensor.number, channel.name) in seen:
                message = f"the channel `{sensor.named(channel.name)}` has a signal already"
                findings.error("signal-twice", message, place, "remove one of them")
            seen[sensor.number, channel.name] = signal
    return seen


def _sensors(plan: Plan, name: str) -> list[tuple[PlannedSensor, Channel]]:
    """Return the sensors and channels that a signal's name may mean. A distance belongs to the
    sensor that hears echoes, if there is one."""
    found = [
        (sensor, channel)
        for sensor in plan.sensors
        for channel in sensor.channels
        if name in (channel.name, sensor.named(channel.name))
    ]
    echoes = [(sensor, channel) for sensor, channel in found if _hears(sensor)]
    return echoes or found


def _names(plan: Plan) -> list[str]:
    """Return the shortest name of each channel."""
    return [
        channel.name
        if _sensors(plan, channel.name) == [(sensor, channel)]
        else sensor.named(channel.name)
        for sensor in plan.sensors
        for channel in sensor.channels
    ]


def _check_echoes(scenario: Scenario, hears: bool, findings: Findings) -> None:
    """Refuse what no sensor of the spec has a use for."""
    if hears:
        return
    for field in fields_of(Scenario):
        if field.attribute not in _OF_ECHOES or field.attribute not in scenario.model_fields_set:
            continue
        message = f"`{field.key}` is for a sensor that hears echoes, and the spec has none"
        hint = "remove it, or use a spec with such a sensor"
        if field.key == "noise":
            hint = "remove it, or write it in `signals`: `{points: [...], noise: 0.02 °C}`"
        findings.error("no-echoes", message, scenario.where(field.key, key=True), hint)


def _check_steps(scenario: Scenario, plan: Plan, findings: Findings) -> None:
    """Refuse a step for a sensor that the spec does not have."""
    names = [sensor.name for sensor in plan.sensors if sensor.name]
    for index, step in enumerate(scenario.steps):
        if isinstance(step, SensorStep) and step.sensor and step.sensor not in names:
            message = f"no sensor of the spec is called {quote(step.sensor)}"
            hint = did_you_mean(step.sensor, names, "its sensors")
            if not names:
                hint = "the spec has one sensor: remove `sensor`"
            place = scenario.where("steps", index, "sensor")
            findings.error("unknown-sensor", message, place, hint)


def _scene(whole: Scene, sensor: PlannedSensor, seen: Seen, hears: bool) -> Scene:
    own = {
        channel.name: (channel, seen[sensor.number, channel.name])
        for channel in sensor.channels
        if (sensor.number, channel.name) in seen
    }
    noise = {name: signal.noise for name, (_, signal) in own.items() if signal.noise}
    echoes = _hears(sensor)
    return replace(
        whole,
        signals={name: _points(channel, signal) for name, (channel, signal) in own.items()},
        noise=noise,
        noise_um=noise.get(DISTANCE, whole.noise_um) if echoes else whole.noise_um,
        missed_ppm=whole.missed_ppm if echoes or not hears else 0,
        seed=whole.seed + sensor.number * SECOND,
    )


def _points(channel: Channel, signal: Signal) -> Points:
    """Return the signal's points; lengths in micrometres."""
    scale = LENGTHS.get(channel.unit, Fraction(1)) if signal.bare else 1
    return tuple((t_ms, round(value * scale)) for t_ms, value in signal.points)
