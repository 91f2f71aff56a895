"""Backends whose state can be read between two runs, and which a person can drive by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import numpy as np

from fwgen.backends.host.backend import HostBackend
from fwgen.backends.kernel.host import KernelHostBackend
from fwgen.backends.kernel.linux import KernelLinux
from fwgen.backends.latest import Latest
from fwgen.backends.ledger import Ledger
from fwgen.backends.linux.port import AnyLinux
from fwgen.backends.renode.emulated import EmulatedBackend
from fwgen.backends.renode.real import RealBackend
from fwgen.errors import InputError
from fwgen.plan.model import Plan
from fwgen.record import CrashReport, DdrAccess, Event, RunRecord
from fwgen.scenario.by_hand import aim
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps.base import Step
from fwgen.sensor import DISTANCE
from fwgen.sensor.scene import value_at

_LAST: Final = 32
_NUDGE_UM: Final = 100_000
_NUDGE: Final = 1_000_000  # millionths of a unit
_NUDGE_MS: Final = 300


@dataclass(frozen=True)
class View:
    """The state of a board between two runs. `t_us`: scenario time. `received`: samples of all
    sensors. `latest`: the last ones, by sensor. `picture`: eight pixels a byte, rows of
    `picture_width` pixels, empty without a display. `half_blocks`: the same as text. `cut_off`:
    transfers of the display's bus that ended in the middle of a byte."""

    t_us: int
    linux: str
    received: int
    latest: tuple[Latest, ...]
    declared_lost: int
    ddr_accesses: list[DdrAccess]
    events: list[Event]
    crashes: tuple[CrashReport, ...] = ()
    console: str = ""
    kernel: tuple[tuple[float, str], ...] = ()
    shell: str = ""
    picture: bytes = b""
    picture_width: int = 0
    half_blocks: str = ""
    frames: int = 0
    cut_off: int = 0


class Live(Protocol):
    """A backend whose state can be read, and whose run can be ended, at any time."""

    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None: ...
    def run_until(self, t_us: int) -> None: ...
    def close(self) -> None: ...
    def do(self, step: Step) -> None: ...
    def view(self) -> View: ...
    def set_signal(self, channel: str, value: str, within_ms: int) -> None: ...
    def end(self, scenario: Scenario) -> RunRecord: ...


class LiveHost(HostBackend):
    _at_end: View | None = None

    def view(self) -> View:
        """Return the state; after `close` that at the end of the run."""
        if self._machine is None and self._at_end is not None:
            return self._at_end
        accesses = self._accesses_so_far()
        return _view(self._plan, self._ledger, self._linux, self.now_us, 0, accesses)

    def set_signal(self, channel: str, value: str, within_ms: int) -> None:
        """Move what a channel sees from its present value in a straight line. Raises InputError
        for a channel that no sensor has, or a value without its unit."""
        number, name, to = aim(self._plan, channel, value)
        sensor = self._feeds[number].sensor
        sensor.scene = sensor.scene.moved(name, self.now_us // 1000, to, within_ms)

    def end(self, scenario: Scenario) -> RunRecord:
        self._scenario = scenario
        return self.finish()

    def finish(self) -> RunRecord:
        record = super().finish()
        self._at_end = self.view()
        return record

    @property
    def linux_state(self) -> str:
        """One of record.BAND_STATES."""
        return self._linux.state

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    def _accesses_so_far(self) -> list[DdrAccess]:
        return self._accesses(self._running.counts().accesses)


class LiveKernel(LiveHost, KernelHostBackend):
    """The same with a real Linux."""

    @property
    def real(self) -> KernelLinux:
        if self._real is None:
            raise InputError("no board is running")
        return self._real


class LiveRenode(EmulatedBackend):
    def view(self) -> View:
        seen = _view(
            self._plan, self._ledger, self.linux, self._t_us, self._zero_us, self._accesses()
        )
        kernel = ((_since_start(at - self._zero_us), line) for at, line in self.kernel_log)
        console = self.console.decode("utf-8", "replace").replace("\r", "")
        seen = replace(seen, console=console, kernel=tuple(kernel))
        bus = self._plan.bus
        if bus is None or self._plan.spec.display is None:
            return seen
        panel = self.machine.part(f"{bus.name}.panel")
        return replace(
            seen,
            picture=bytes(panel.PackedPicture()),
            picture_width=int(panel.Width),
            half_blocks=str(panel.HalfBlocks()),
            frames=int(panel.FrameCount),
            cut_off=int(self._bus.CutOff),
        )

    def set_signal(self, channel: str, value: str, within_ms: int) -> None:
        """As LiveHost.set_signal."""
        number, name, to = aim(self._plan, channel, value)
        self._move(number, name, to, within_ms)

    def nudge(self, up: bool) -> None:
        """Move what the first channel sees by 100 mm, or by one of its unit."""
        ((name, points), *_) = self._sensors[0].scene.signals.items()
        here = int(value_at(points, np.array([self._t_us // 1000], dtype=np.int64))[0])
        by = _NUDGE_UM if name == DISTANCE else _NUDGE
        to = here + by if up else here - by
        self._move(0, name, max(0, to) if name == DISTANCE else to, _NUDGE_MS)

    def _move(self, number: int, channel: str, to: int, within_ms: int) -> None:
        sensor = self._sensors[number]
        sensor.show(sensor.scene.moved(channel, self._t_us // 1000, to, within_ms))

    def hold_display_data(self) -> None:
        self._bus.HoldData(9)

    def hide_display_status(self) -> None:
        self.machine.part(f"{self._bus_name}.panel").HidesStatus = True

    @property
    def _bus_name(self) -> str:
        if self._plan.bus is None:
            raise InputError("this spec has no display")
        return self._plan.bus.name

    @property
    def _bus(self) -> Any:
        return self.machine.part(self._bus_name)

    def reset_unnoticed(self) -> None:
        self._note_slots()
        self._ledger.stopped("reset", self.now_us)
        self.machine.start_core(self.port.kernel.rproc.vector_table)
        self._ledger.started(self.now_us)
        self._ledger.event("the firmware starts again; Linux does not notice it", self.now_us)

    def end(self, scenario: Scenario) -> RunRecord:
        self._scenario = scenario
        return self.finish()


class LiveReal(RealBackend, LiveRenode):
    """LiveRenode with a real Linux."""

    def view(self) -> View:
        assert self.real is not None
        return replace(super().view(), shell=self.real.output)


def _since_start(t_us: float) -> float:
    """Return a time in s; 0 for what happened before time 0, the first sample."""
    return max(0.0, round(t_us / 1e6, 6))


def _view(
    plan: Plan,
    ledger: Ledger,
    linux: AnyLinux,
    t_us: int,
    zero_us: int,
    accesses: list[DdrAccess],
) -> View:
    latest = zip(plan.sensors, ledger.latest(_LAST), strict=True)
    return View(
        t_us=t_us,
        linux=linux.state,
        received=ledger.received,
        latest=tuple(replace(found, sensor=sensor.name) for sensor, found in latest),
        declared_lost=ledger.declared_lost,
        ddr_accesses=[replace(access, t_s=max(0.0, access.t_s)) for access in accesses],
        events=[
            replace(event, t_s=_since_start(event.t_s * 1e6 - zero_us)) for event in ledger.events
        ],
        crashes=tuple(ledger.crashes),
    )
