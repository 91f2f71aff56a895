"""The plan as text of 80 columns: memories to scale, endurance, wiring."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from fwgen.plan.memory_map import MemoryMap, Piece, memory_maps
from fwgen.plan.model import Plan, PlannedSensor
from fwgen.plan.screen import ShownValue
from fwgen.plan.words import address, duration, milliseconds, size
from fwgen.terminal import Style, bar

_BAR = 64
_ENDURANCE_BAR = 40

_FILL = {"code": "█", "data": "▓", "log": "▒", "rings": "▚", "taken": "░", "free": "·"}
_COLOUR = {"code": "34", "data": "36", "log": "32", "rings": "35", "taken": "2", "free": "2"}


def draw(plan: Plan, style: Style) -> str:
    """Return the plan as text; each line ends with a newline."""
    lines = [*_head(plan, style), ""]
    for memory in memory_maps(plan):
        lines += [*_memory(memory, style), ""]
    lines += [*_endurance(plan, style), "", *_wiring(plan, style)]
    return style.fit("".join(f"{line.rstrip()}\n" for line in lines))


def _head(plan: Plan, style: Style) -> Iterator[str]:
    board = plan.board
    yield style.paint(f"{plan.spec.name} on {board.called}", "1")
    yield f"with {board.release.title}, the trees `{board.flavour.name}`"
    how = f" (mem_sleep `{plan.reached.mem_sleep}`)" if plan.reached.mem_sleep else ""
    mode = plan.reached.instead or plan.mode.name
    yield f"Linux sleeps down to {mode}{how}. While the M33 runs:"
    yield from textwrap.wrap(plan.reached.reaches, 78, initial_indent="  ", subsequent_indent="  ")


def _memory(memory: MemoryMap, style: Style) -> Iterator[str]:
    columns = _columns(memory)
    title = f"{memory.title}  {size(memory.size_bytes)}{'' if memory.whole else ' of it'}"
    state = f"awake ✓   asleep {'✓' if memory.reachable else '✗'}"
    gap = " " * (_BAR + 2 - len(title) - len(state))
    painted = style.paint(state, "32" if memory.reachable else "31")
    yield f"  {style.paint(title, '1')}{gap}{painted}"
    bar = "".join(
        style.paint(_label(piece, width), _COLOUR[piece.kind])
        for piece, width in zip(memory.pieces, columns, strict=True)
    )
    yield f"  ┌{_rule(columns, '┬')}┐"
    yield f"  │{bar}│"
    yield f"  └{_rule(columns, '┴')}┘"
    for piece in memory.pieces:
        mark = style.paint(_FILL[piece.kind] * 2, _COLOUR[piece.kind])
        row = f"{address(piece.start)}  {size(piece.size_bytes):>9}  {piece.owner or '-':<7}"
        yield f"    {mark} {row} {piece.title}"
    if not memory.reachable:
        state = "keeps its contents, but any access hangs" if memory.kept else "loses its contents"
        yield f"    while Linux sleeps it {state}"


def _columns(memory: MemoryMap) -> list[int]:
    """Return the columns of each piece, to scale; each piece has at least one column."""
    exact = [piece.size_bytes * _BAR / memory.size_bytes for piece in memory.pieces]
    columns = [max(1, round(share)) for share in exact]
    while sum(columns) != _BAR:
        step = 1 if sum(columns) < _BAR else -1
        off = [(share - width) * step for share, width in zip(exact, columns, strict=True)]
        fitting = [i for i, width in enumerate(columns) if width + step >= 1]
        columns[max(fitting, key=lambda i: off[i])] += step
    return columns


def _rule(columns: Sequence[int], tick: str) -> str:
    line = ["─"] * _BAR
    at = 0
    for width in columns[:-1]:
        at += width
        line[at] = tick
    return "".join(line)


def _label(piece: Piece, width: int) -> str:
    """Return the piece's part of the bar, with its name and size if they fit."""
    name = piece.title if piece.kind in ("free", "rings") else piece.kind
    for text in (f" {name} {size(piece.size_bytes)} ", f" {name} "):
        if piece.kind != "taken" and len(text) + 2 <= width:
            return text.center(width, "\0").replace("\0", _FILL[piece.kind])
    return _FILL[piece.kind] * width


def _endurance(plan: Plan, style: Style) -> Iterator[str]:
    covered = plan.endurance
    yield f"  {style.paint('How long the log lasts', '1')}"
    rows = [
        (covered.signal, covered.reference_s, "32"),
        ("worst case", covered.worst_s, "33"),
        ("plain array", covered.array_s, "2"),
    ]
    longest_us = plan.spec.sleep.longest_us
    if longest_us is not None:
        rows.append(("asked for", longest_us / 1e6, "36"))
    most = max(seconds for _, seconds, _ in rows) or 1
    for name, seconds, colour in rows:
        drawn = bar(seconds / most * _ENDURANCE_BAR)
        yield f"    {name:<15} {style.paint(drawn, colour)} {duration(seconds)}"
    yield f"    covers {duration(covered.reference_s)} on the {covered.signal},"
    yield (
        f"    {duration(covered.worst_s)} in the worst case; "
        f"a plain array of 8-byte records {duration(covered.array_s)}"
    )
    yield f"    {_afterwards(plan)}"


def _afterwards(plan: Plan) -> str:
    spare = plan.timing.reserve_slots
    then: dict[str, str] = {
        "wake": f"then it wakes Linux and keeps {spare} blocks free while Linux resumes",
        "keep-newest": "then each new block replaces the oldest, which is declared as a gap",
        "keep-oldest": "then it drops new samples, which are declared as a gap",
    }
    return then[plan.spec.sleep.when_full]


def _wiring(plan: Plan, style: Style) -> Iterator[str]:
    yield f"  {style.paint('Wiring', '1')}"
    board, spec = plan.board, plan.spec
    for sensor in plan.sensors:
        yield from _sensor(plan, sensor)
    if plan.bus and spec.display:
        width, height = spec.display.size
        bus = plan.bus
        yield (
            f"    display  {bus.name} at 0x{bus.address:02x}: SCL {_pin(plan, bus.data.scl)}, "
            f"SDA {_pin(plan, bus.data.sda)}"
        )
        yield (
            f"             {width}x{height}, a picture takes {milliseconds(bus.frame_us)} of "
            f"{milliseconds(plan.timing.refresh_period_us)} at {bus.speed_hz // 1000} kHz"
        )
        asleep_us = plan.timing.refresh_asleep_period_us
        often = f"drawn every {milliseconds(asleep_us)}" if asleep_us else "switched off"
        yield f"             {often} while Linux sleeps"
        if plan.screen.values:
            named = (_shown(value) for value in plan.screen.values)
            yield f"             shows {', '.join(named)}"
    if spec.console:
        yield f"    console  {board.console.uart}, {board.console.where}"


def _sensor(plan: Plan, sensor: PlannedSensor) -> Iterator[str]:
    if sensor.name:
        channels = ", ".join(channel.name for channel in sensor.channels)
        often = f"every {milliseconds(sensor.period_us)}"
        yield f"    {sensor.name}: {sensor.part.TYPE}, {channels} {often}"
    for use, pin in sensor.pins.items():
        line = f": EXTI line {pin.exti_line}, irq {pin.irq}" if pin.use.interrupt else ""
        note = f"; {pin.use.note}" if pin.use.note else ""
        yield f"    {use:<8} {_pin(plan, pin.name)}{line}{note}"
    if sensor.bus:
        bus, at = sensor.bus, sensor.part.bus_address
        wires = f"SCL {_pin(plan, bus.scl)}, SDA {_pin(plan, bus.sda)}"
        yield f"    bus      {bus.name}{'' if at is None else f' at 0x{at:02x}'}: {wires}"
    if sensor.waits.others:
        often = " and ".join(sensor.waits.others)
        yield f"             waits up to {milliseconds(sensor.waits.longest_us)} for {often}"
    if sensor.part.zephyr_driver:
        yield f"    driver   {sensor.part.zephyr_driver}, of Zephyr"


def _shown(value: ShownValue) -> str:
    return f"{value.shown.channel.name}{' (large)' if value.large else ''}"


def _pin(plan: Plan, name: str) -> str:
    pin = plan.board.pins[name]
    return f"{name} ({pin.place})" if pin.place else name
