"""Values that are derived before the rules have checked them, also from a partly read spec."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TypeVar

from fwgen.plan import display, endurance
from fwgen.plan.model import BusWait, Endurance, Timing, Window
from fwgen.plan.sensor import SensorPlan, longest_transfer_us, sensor_plan
from fwgen.soc.board import Board, Bus, Pin, Rings
from fwgen.soc.chip import Memory, PowerMode
from fwgen.soc.region import Carveout, Region
from fwgen.soc.release import ByHand
from fwgen.spec.diagnostics import Rejected
from fwgen.spec.model import MemoryWindow, Spec
from fwgen.spec.sensor import PinUse, SensorPart
from fwgen.wire import log_format

ROLES = ("code", "data")

T = TypeVar("T")


class Draft:
    """Derives each value when it is used first.

    A value that depends on something that could not be read raises Rejected. A value that could not
    be resolved is None. Both are reported elsewhere.

    `board`: None if it is unknown. `log_size_bytes`: the memory that an ELF leaves for the log;
    without it the board's budget counts.
    """

    def __init__(self, spec: Spec, board: Board | None, log_size_bytes: int | None = None) -> None:
        self.spec = spec
        self._board = board
        self._log_size_bytes = log_size_bytes

    @property
    def board(self) -> Board:
        if self._board is None:
            raise Rejected
        return self._board

    @cached_property
    def mode(self) -> PowerMode | None:
        return self.board.chip.power_modes.get(self.spec.sleep.mode)

    @cached_property
    def windows(self) -> dict[str, Window]:
        """The windows `code` and `data`, if their memories are known."""
        mode = readable(lambda: self.mode)
        found = {}
        for role in ROLES:
            window = readable(partial(_window, self.spec, self.board, role, mode))
            if window is not None:
                found[role] = window
        return found

    @cached_property
    def rings(self) -> Rings | None:
        return self.board.rings.get(self.spec.link.rings)

    def pin(self, sensor: SensorPart, use: PinUse) -> Pin | None:
        """Return the board's pin for this use of a sensor."""
        return self.board.pins.get(sensor.pin_name(use))

    @property
    def pin_uses(self) -> list[tuple[SensorPart, PinUse]]:
        """Each pin of each sensor."""
        return [(sensor, use) for sensor in self.spec.sensors for use in sensor.PINS]

    def sensor_bus(self, sensor: SensorPart) -> Bus | None:
        return self.board.buses.get(sensor.on_bus or "")

    @property
    def buses(self) -> list[Bus]:
        """The buses of the sensors and of the display."""
        found = [readable(partial(self.sensor_bus, sensor)) for sensor in self.spec.sensors]
        found.append(readable(lambda: self.bus))
        return list({bus.name: bus for bus in found if bus}.values())

    @cached_property
    def figures(self) -> list[SensorPlan]:
        """Those of each sensor."""
        return [sensor_plan(sensor) for sensor in self.spec.sensors]

    @cached_property
    def bus(self) -> Bus | None:
        return self.board.buses.get(self.spec.display.bus) if self.spec.display else None

    @cached_property
    def picture_us(self) -> int | None:
        if self.spec.display is None or self.bus is None:
            return None
        return display.frame_us(*self.spec.display.size, self.bus.speed_hz, self.most_bytes)

    @cached_property
    def most_bytes(self) -> int | None:
        """The most bytes of picture in a transfer; None: a whole row."""
        others = [readable(partial(self.sensor_bus, sensor)) for sensor in self.spec.sensors]
        if self.spec.display is None or self.bus is None or self.bus not in others:
            return None
        return display.most_bytes(self.spec.display.size[0], self.bus.speed_hz)

    def waits(self, sensor: SensorPart) -> BusWait:
        """Return what a sensor waits for on its bus."""
        bus = self.sensor_bus(sensor)
        if bus is None:
            return BusWait()
        others, longest_us = [], 0
        for other in self.spec.sensors:
            if other is not sensor and readable(partial(self.sensor_bus, other)) == bus:
                others.append(f"`{other.name}`")
                longest_us += longest_transfer_us(other, bus.speed_hz)
        screen = readable(lambda: self.spec.display)
        if screen and self.most_bytes and readable(lambda: self.bus) == bus:
            others.append("the display")
            longest_us += display.longest_us(screen, bus.speed_hz, self.most_bytes)
        return BusWait(tuple(others), longest_us)

    @cached_property
    def timing(self) -> Timing:
        return _timing(self.spec, self.board)

    @cached_property
    def rest_bytes(self) -> int:
        """The memory in the data window that is not for the log, in bytes."""
        data = self.windows.get("data")
        if data and self._log_size_bytes is not None:
            return max(0, data.size_bytes - self._log_size_bytes)
        return self.board.budget.rest_bytes

    @cached_property
    def log_bytes(self) -> int | None:
        return _log_bytes(self.spec, self.windows.get("data"), self.rest_bytes)

    @cached_property
    def endurance(self) -> Endurance | None:
        return _endurance(self.spec, self.timing, self.figures, self.log_bytes)

    @cached_property
    def by_hand(self) -> tuple[ByHand, ...]:
        return _by_hand(self)

    def memory_of(self, window: Window) -> Memory:
        return self.board.chip.memories[window.memory]


def readable(question: Callable[[], T]) -> T | None:
    """Return the answer; None if it depends on something that could not be read."""
    try:
        return question()
    except Rejected:
        return None


def _by_hand(draft: Draft) -> tuple[ByHand, ...]:
    """Return the lines in the trees that deny the M33 what this spec uses."""
    spec, board = draft.spec, draft.board
    used = {sensor.pin_name(use) for sensor, use in draft.pin_uses}
    for sensor, use in draft.pin_uses:
        pin = draft.pin(sensor, use)
        if pin and use.interrupt:
            used.add(f"{board.chip.exti.node} {pin.number}")
    for bus in draft.buses:
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
    """Return the part of the memory that the board gives to the firmware; without an entry, all."""
    if memory.name == board.ddr.memory:
        return board.ddr.code if role == "code" else board.ddr.data
    return board.windows.get(memory.name, memory)


def _timing(spec: Spec, board: Board) -> Timing:
    return Timing(
        period_us=min(sensor.period_us for sensor in spec.sensors),
        latency_us=spec.link.latency_us,
        refresh_period_us=spec.display.refresh_period_us if spec.display else 0,
        refresh_asleep_period_us=display.asleep_period_us(spec.display) if spec.display else 0,
        watchdog_us=spec.watchdog_us or 0,
        window_blocks=board.rpmsg.buffers,
        reserve_slots=sum(
            endurance.reserve_slots(sensor.period_us, board.budget.resume_us, _widths(sensor))
            for sensor in spec.sensors
        ),
    )


def _widths(sensor: SensorPart) -> list[int]:
    return [channel.width for channel in sensor.channels]


def _log_bytes(spec: Spec, data: Window | None, rest_bytes: int) -> int | None:
    if data is None:
        return None
    wanted = spec.memory.log_size_bytes
    if wanted is None:
        wanted = min(max(0, data.size_bytes - rest_bytes), log_format.MOST_BYTES)
    return wanted - wanted % log_format.LOG_ALIGN_BYTES


def _endurance(
    spec: Spec, timing: Timing, figures: list[SensorPlan], log_bytes: int | None
) -> Endurance | None:
    if log_bytes is None:
        return None
    return endurance.endurance(
        log_bytes,
        [
            endurance.Load(sensor.name, sensor.period_us, _widths(sensor), own.density)
            for sensor, own in zip(spec.sensors, figures, strict=True)
        ],
        window_blocks=timing.window_blocks,
        reserved_slots=timing.reserve_slots if spec.sleep.when_full == "wake" else 0,
    )
