"""The specs of a campaign: some that are written here, and as many as are needed that are drawn.

A spec has a number. Those from 0 on are written here; they differ in everything that matters to the
log, the link and the sleep. Those from `FIRST_DRAWN` on are drawn at random, within the limits that
`fwgen check` sets; those from `FIRST_WITH_TWO` on have two sensors. The core is compiled once for
each.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fwgen.campaign.streams import Stream

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_TEXT: Final = """\
fwgen: 1
name: campaign-{number}
board: stm32mp257f_dk
{sensor}
{display}link: {{channel: rpmsg-tty, latency: {latency}, rings: {rings}}}
memory: {{code: sram1, data: retram, log: {log}}}
sleep: {{{sleep}}}
watchdog: {watchdog}
"""
_PARTS: Final = tomllib.loads(Path(__file__).with_name("parts.toml").read_text(encoding="utf-8"))
_DISPLAY: Final[str] = _PARTS["display"] + "\n"
_RANGE: Final[str] = _PARTS["range"]
_CLIMATE: Final[str] = _PARTS["climate"]
_CELLAR: Final[str] = _PARTS["cellar"]
_NODES: Final = (
    ("60 ms", "[20 mm, 4000 mm]", "200 ms", "ddr", "16 KiB", "wake", "2 s"),
    ("60 ms", "[20 mm, 4000 mm]", "100 ms", "ddr", "7 KiB", "keep-newest", "2 s"),
    ("40 ms", "[50 mm, 2500 mm]", "500 ms", "ddr", "8 KiB", "keep-oldest", "1 s"),
    ("100 ms", "[20 mm, 4000 mm]", "100 ms", "sram2", "8 KiB", "wake", "off"),
    ("80 ms", "[300 mm, 3000 mm]", "1 s", "ddr", "12 KiB", "wake", "500 ms"),
    ("250 ms", "[20 mm, 4000 mm]", "2 s", "sram2", "7 KiB", "keep-newest", "2 s"),
    ("50 ms", "[20 mm, 3000 mm]", "60 ms", "ddr", "64 KiB", "keep-oldest", "off"),
    ("60 ms", "[20 mm, 1000 mm]", "200 ms", "sram2", "9 KiB", "wake", "2 s"),
)
_WAKING: Final = (
    (
        _RANGE.format(name="", period="60 ms", range="[20 mm, 4000 mm]"),
        ("200 ms", "ddr", "10 KiB", "2 s"),
        "when_full: wake, wake_at: 15 %, max_age: 2 min, wake_pause: 10 s, wake_if: "
        "[distance < 400 mm for 3 samples until > 500 mm, "
        "distance changes by > 1 m within 2 s, no echo for 5 s]",
    ),
    (
        _CLIMATE.format(name="", period="200 ms"),
        ("500 ms", "sram2", "10 KiB", "2 s"),
        "when_full: keep-newest, max_age: 1 min, wake_pause: 5 s, wake_if: "
        "[ambient-temp > 30 °C for 2 s until < 28 °C, humidity changes by > 10 % within 4 s, "
        "sensor fault for 3 samples]",
    ),
    (_CLIMATE.format(name="", period="1 s"), ("2 s", "ddr", "7 KiB", "off"), "when_full: wake"),
)
WRITTEN: Final = len(_NODES) + len(_WAKING)
"""The number of specs that are written here."""
_WITH_DISPLAY: Final = (0, 8)
FIRST_DRAWN: Final = 1_000
SEEDS_A_SPEC: Final = 500
"""So many seeds in a row share a drawn spec."""
FIRST_WITH_TWO: Final = 1_000_000
_SEEDS_A_PAIR: Final = 2_000
_WITH_TWO: Final = 0.1
"""Share of the seeds whose spec has two sensors."""


def spec_of(seed: int, stream: Stream) -> int:
    """Return the number of the spec of this seed: half of them have a drawn one."""
    if Stream(seed, "two sensors").chance(_WITH_TWO):
        return FIRST_WITH_TWO + seed // _SEEDS_A_PAIR
    if stream.chance(0.5):
        return FIRST_DRAWN + seed // SEEDS_A_SPEC
    return stream.between(0, WRITTEN - 1)


def spec_text(number: int) -> str:
    """Return the spec as a user writes it."""
    if number >= FIRST_DRAWN:
        return _drawn(number)[0]
    if number < len(_NODES):
        period, range_, latency, rings, log, when_full, watchdog = _NODES[number]
        sensor = _RANGE.format(name="", period=period, range=range_)
        sleep = f"when_full: {when_full}"
    else:
        sensor, (latency, rings, log, watchdog), sleep = _WAKING[number - len(_NODES)]
    return _TEXT.format(
        number=number,
        sensor=f"sensor: {sensor}",
        display=_DISPLAY if number in _WITH_DISPLAY else "",
        latency=latency,
        rings=rings,
        log=log,
        sleep=f"mode: lp-stop2, {sleep}",
        watchdog=watchdog,
    )


@cache
def plan_of(number: int) -> Plan:
    if number >= FIRST_DRAWN:
        return _drawn(number)[1]
    return _planned(number, spec_text(number))


def _planned(number: int, text: str) -> Plan:
    """Return the plan. Raises DiagnosticErrors if `fwgen check` refuses the spec."""
    from fwgen.plan import plan_spec
    from fwgen.spec import parse_spec

    return plan_spec(parse_spec(text, f"campaign-{number}.yaml"))


@cache
def _drawn(number: int) -> tuple[str, Plan]:
    """Return the first spec of this number's that `fwgen check` accepts, and its plan."""
    from fwgen.spec.diagnostics import DiagnosticErrors

    for attempt in count():
        draw = _draw if number < FIRST_WITH_TWO else _draw_two
        text = draw(number, Stream(number, f"drawn spec {attempt}"))
        try:
            return text, _planned(number, text)
        except DiagnosticErrors:
            continue
    raise AssertionError


def _draw(number: int, stream: Stream) -> str:
    """Return a spec at random, which `fwgen check` may refuse."""
    if stream.chance(0.75):
        low, high = stream.spread(20, 400), stream.between(1_000, 4_000)
        period_ms = stream.between(40, 250)
        sensor = _RANGE.format(name="", period=f"{period_ms} ms", range=f"[{low} mm, {high} mm]")
        condition = _range_condition
    else:
        low, high = -40, 85
        period_ms = stream.spread(100, 2_000)
        sensor = _CLIMATE.format(name="", period=f"{period_ms} ms")
        condition = _climate_condition
    return _with_sensor(number, stream, f"sensor: {sensor}", [lambda: condition(stream, low, high)])


def _draw_two(number: int, stream: Stream) -> str:
    """Return a spec with two sensors at random: a range sensor and one that Zephyr drives, or two
    of Zephyr's. Their order is random."""
    high, low_mm = stream.between(1_000, 4_000), stream.spread(20, 400)
    periods = [f"{stream.between(40, 250)} ms", f"{stream.spread(100, 2_000)} ms"]
    kinds = [
        ("range", _RANGE, lambda: _range_condition(stream, low_mm, high)),
        ("climate", _CLIMATE, lambda: _climate_condition(stream, -40, 85)),
        ("cellar", _CELLAR, lambda: _climate_condition(stream, -20, 60, _TEMPERATURE)),
    ]
    del kinds[stream.pick((0, 1, 2, 2))]
    if kinds[0][0] == "climate":
        periods[0] = f"{stream.spread(100, 2_000)} ms"
    if stream.chance(0.5):
        kinds.reverse()
        periods.reverse()
    sensors = [
        form.format(name=f"name: {name}, ", period=period, range=f"[{low_mm} mm, {high} mm]")
        for (name, form, _), period in zip(kinds, periods, strict=True)
    ]
    conditions = [
        lambda name=name, condition=condition: f"{name}.{condition()}"
        for name, _, condition in kinds
    ]
    listed = "".join(f"\n  - {sensor}" for sensor in sensors)
    return _with_sensor(number, stream, f"sensors:{listed}", conditions)


def _with_sensor(
    number: int, stream: Stream, sensor: str, conditions: Sequence[Callable[[], str]]
) -> str:
    """Return a spec with these lines of its sensors. `conditions`: each draws one."""
    when_full = stream.pick(("wake", "wake", "keep-newest", "keep-oldest"))
    sleep = ["mode: lp-stop2", f"when_full: {when_full}"]
    if stream.chance(0.4):
        sleep.append(f"wake_at: {stream.spread(5, 70)} %")
    if stream.chance(0.4):
        sleep.append(f"max_age: {stream.spread(5, 200)} s")
    count = stream.pick((0, 1, 1, 2, 3, 4))
    drawn = [conditions[index % len(conditions)]() for index in range(count)]
    if drawn:
        sleep.append(f"wake_pause: {stream.pick((0, 1, 5, 20, 60))} s")
        sleep.append(f"wake_if: [{', '.join(drawn)}]")
    return _TEXT.format(
        number=number,
        sensor=sensor,
        display=_DISPLAY if stream.chance(0.3) else "",
        latency=f"{stream.spread(60, 2_000)} ms",
        rings=stream.pick(("ddr", "sram2")),
        log=f"{stream.spread(7, 48)} KiB",
        sleep=", ".join(sleep),
        watchdog=stream.pick(("off", "500 ms", "2 s", "5 s")),
    )


def _range_condition(stream: Stream, low: int, high: int) -> str:
    """Return a condition of a range sensor; bounds in mm."""
    form = stream.pick(("below", "above", "changes", "status"))
    if form == "status":
        what = stream.pick(("no echo", "too near", "too far", "sensor fault"))
        return f"{what} for {_duration(stream)}"
    if form == "changes":
        return f"distance changes by > {stream.spread(30, 800)} mm within {_time(stream)}"
    limit = stream.between(low + 1, high - 1)
    return _limit(stream, "distance", form, limit, 1, 300, "mm")


_TEMPERATURE: Final = (("ambient-temp", "°C"),)
_BOTH: Final = (*_TEMPERATURE, ("humidity", "%"))


def _climate_condition(
    stream: Stream, low: int, high: int, channels: tuple[tuple[str, str], ...] = _BOTH
) -> str:
    """Return a condition on one of these channels; bounds in °C."""
    form = stream.pick(("below", "above", "changes", "status"))
    if form == "status":
        return f"{stream.pick(('too near', 'too far', 'sensor fault'))} for {_duration(stream)}"
    name, unit = stream.pick(channels)
    least, most = (low, high) if unit == "°C" else (0, 100)
    if form == "changes":
        return f"{name} changes by > {stream.between(1, 20)} {unit} within {_time(stream)}"
    return _limit(stream, name, form, stream.between(least + 1, most - 1), 1, 8, unit)


def _limit(
    stream: Stream, name: str, form: str, limit: int, least: int, most: int, unit: str
) -> str:
    """Return `name < limit`, or `>`, often with an end `least` to `most` units away."""
    sign, back, way = ("<", ">", 1) if form == "below" else (">", "<", -1)
    text = f"{name} {sign} {limit} {unit} for {_duration(stream)}"
    if stream.chance(0.5):
        text += f" until {back} {limit + way * stream.spread(least, most)} {unit}"
    return text


def _duration(stream: Stream) -> str:
    """Return how long a condition must be true."""
    if stream.chance(0.5):
        samples = stream.spread(1, 20)
        return f"{samples} sample{'s'[: samples != 1]}"
    return _time(stream)


def _time(stream: Stream) -> str:
    return stream.pick(("500 ms", "1 s", "2 s", "5 s", "10 s"))
