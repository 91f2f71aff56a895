"""What can be derived before the rules have judged: what could not be resolved is None."""

from __future__ import annotations

from dataclasses import dataclass

from fwgen.plan import display, endurance, sensor
from fwgen.plan.model import Endurance, Timing, Window
from fwgen.soc.model import Board, Bus, ByHand, Carveout, Memory, Pin, PowerMode, Region
from fwgen.spec.model import MemoryWindow, Spec
from fwgen.wire import log_format

GUARD_US = 50_000
"""Silence that both sides keep after the acknowledgement of SLEEP (see the handshake)."""

ROLES = ("code", "data")


@dataclass(frozen=True)
class Draft:
    spec: Spec
    board: Board
    mode: PowerMode | None
    windows: dict[str, Window]
    """`code` and `data`, as far as their memories are known."""

    trigger: Pin | None
    echo: Pin | None
    bus: Bus | None
    picture_us: int | None
    timing: Timing
    log_bytes: int | None
    rest_bytes: int
    """What the data window must leave beside the log."""

    endurance: Endurance | None
    by_hand: tuple[ByHand, ...]

    def memory_of(self, window: Window) -> Memory:
        return self.board.chip.memories[window.memory]


def draft(spec: Spec, board: Board, log_size_bytes: int | None = None) -> Draft:
    """`log_size_bytes`: what an ELF has left for the log; without it the board's budget counts."""
    mode = board.chip.power_modes.get(spec.sleep.mode)
    windows = {
        role: window for role in ROLES if (window := _window(spec, board, role, mode)) is not None
    }
    bus = board.buses.get(spec.display.bus) if spec.display else None
    picture_us = None
    if spec.display and bus:
        picture_us = display.frame_us(*spec.display.size, bus.speed_hz)
    timing = _timing(spec, board)
    data = windows.get("data")
    rest_bytes = board.budget.rest_bytes
    if data and log_size_bytes is not None:
        rest_bytes = max(0, data.size_bytes - log_size_bytes)
    log_bytes = _log_bytes(spec, data, rest_bytes)
    return Draft(
        spec=spec,
        board=board,
        mode=mode,
        windows=windows,
        trigger=board.pins.get(spec.sensor.trigger),
        echo=board.pins.get(spec.sensor.echo),
        bus=bus,
        picture_us=picture_us,
        timing=timing,
        log_bytes=log_bytes,
        rest_bytes=rest_bytes,
        endurance=_endurance(spec, timing, log_bytes),
        by_hand=_by_hand(spec, board, bus),
    )


def _by_hand(spec: Spec, board: Board, bus: Bus | None) -> tuple[ByHand, ...]:
    """The lines of the trees' lists that keep from the M33 what this spec uses."""
    used = {spec.sensor.trigger, spec.sensor.echo}
    echo = board.pins.get(spec.sensor.echo)
    if echo:
        used.add(f"{board.chip.exti.node} {echo.number}")
    if bus:
        used |= {bus.name, bus.scl, bus.sda}
    if spec.console:
        used |= {board.console.uart, board.console.tx, board.console.rx}
    if spec.watchdog_us is not None:
        used.add(board.chip.watchdog.node)
    return tuple(
        line for line in board.flavour.by_hand if line.board == board.name and line.uses in used
    )


def _window(spec: Spec, board: Board, role: str, mode: PowerMode | None) -> Window | None:
    wanted: MemoryWindow = getattr(spec.memory, role)
    memory = board.chip.memories.get(wanted.memory)
    if memory is None:
        return None
    own = firmware_part(board, memory, role)
    start = own.start if wanted.start is None else wanted.start
    size_bytes = max(0, own.end - start) if wanted.size_bytes is None else wanted.size_bytes
    return Window(
        start=start,
        size_bytes=size_bytes,
        name=role,
        memory=memory.name,
        owner="m33",
        title=f"{role} in {memory.title}",
        asleep=mode is not None and memory.name in mode.reachable,
        linux=own.linux if isinstance(own, Carveout) else "",
        optee=own.optee if isinstance(own, Carveout) else "",
    )


def firmware_part(board: Board, memory: Memory, role: str) -> Region:
    """What of the memory the board gives to the firmware; the whole of it where it says nothing."""
    if memory.name == board.ddr.code.memory:
        return board.ddr.code if role == "code" else board.ddr.data
    return board.windows.get(memory.name, memory)


def _timing(spec: Spec, board: Board) -> Timing:
    period_us, air = spec.sensor.period_us, spec.sensor.air_decicelsius
    farthest_mm = spec.sensor.range_mm[1]
    return Timing(
        period_us=period_us,
        latency_us=spec.link.latency_us,
        echo_timeout_us=sensor.patience_us(period_us, farthest_mm, air),
        echo_longest_us=sensor.echo_us(farthest_mm, air),
        late_step_us=period_us // 16,
        refresh_period_us=spec.display.refresh_period_us if spec.display else 0,
        watchdog_us=spec.watchdog_us or 0,
        guard_us=GUARD_US,
        window_blocks=board.rpmsg.buffers,
        reserve_slots=endurance.reserve_slots(period_us, board.budget.resume_us),
    )


def _log_bytes(spec: Spec, data: Window | None, rest_bytes: int) -> int | None:
    if data is None:
        return None
    wanted = spec.memory.log_size_bytes
    if wanted is None:
        wanted = min(max(0, data.size_bytes - rest_bytes), log_format.MOST_BYTES)
    return wanted - wanted % log_format.LOG_ALIGN_BYTES


def _endurance(spec: Spec, timing: Timing, log_bytes: int | None) -> Endurance | None:
    if log_bytes is None:
        return None
    return endurance.endurance(
        log_bytes,
        period_us=timing.period_us,
        window_blocks=timing.window_blocks,
        reserved_slots=timing.reserve_slots if spec.sleep.when_full == "wake" else 0,
    )
