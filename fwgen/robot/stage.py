"""One board under test, in a process of its own: Renode has one emulation a process.

Answers the requests of fwgen.robot.remote on an inherited socket: (method of Stage, arguments) ->
("done", result) or ("failed", exit code, text).
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from fwgen.backends.host.backend import HostBackend
from fwgen.backends.ledger import Ledger
from fwgen.backends.linux import Linux
from fwgen.backends.record import DdrAccess, Event, RunRecord
from fwgen.backends.renode.emulated import EmulatedBackend
from fwgen.backends.renode.options import Options
from fwgen.config import load_config
from fwgen.errors import FwgenError, InputError
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.report.document import build_report
from fwgen.report.model import Report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import load_scenario, parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.sensor import World
from fwgen.spec import load_spec

_LAST: Final = 32
_FOREVER_US: Final = 31_622_400_000_000


@dataclass(frozen=True)
class View:
    """What can be seen of a board between two runs. `t_us`: scenario time. `latest`: status and
    distance in mm of the samples that Linux received last. `picture`: eight pixels a byte,
    '' without a display. `half_blocks`: the same as text."""

    t_us: int
    linux: str
    received: int
    latest: list[tuple[int, int]]
    declared_lost: int
    ddr_accesses: list[DdrAccess]
    events: list[Event]
    console: str = ""
    kernel: tuple[tuple[float, str], ...] = ()
    picture: bytes = b""
    half_blocks: str = ""
    frames: int = 0


class Live(Protocol):
    """A backend that can be looked at, and stopped at any time."""

    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None: ...
    def run_until(self, t_us: int) -> None: ...
    def close(self) -> None: ...
    def view(self) -> View: ...
    def move_obstacle(self, to_um: int, within_ms: int) -> None: ...
    def end(self, scenario: Scenario) -> RunRecord: ...


def moved(world: World, t_ms: int, to_um: int, within_ms: int) -> World:
    """From where the obstacle is now, in a straight line; as HC_SR04.MoveTo does it."""
    here_um = int(world.true_um(np.array([t_ms], dtype=np.int64))[0])
    before = tuple(point for point in world.points if point[0] < t_ms)
    points = (*before, (t_ms, here_um), (t_ms + max(1, within_ms), to_um))
    return replace(world, points=points)


class LiveHost(HostBackend):
    def view(self) -> View:
        return _view(self._ledger, self._linux, self._now_us, 0, self._accesses_so_far())

    def move_obstacle(self, to_um: int, within_ms: int) -> None:
        self._world = moved(self._world, self._now_us // 1000, to_um, within_ms)

    def end(self, scenario: Scenario) -> RunRecord:
        self._scenario = scenario
        return self.finish()

    def _accesses_so_far(self) -> list[DdrAccess]:
        return self._accesses(self._running.counts().accesses)


class LiveRenode(EmulatedBackend):
    def view(self) -> View:
        seen = _view(self._ledger, self.linux, self._t_us, self._zero_us, self._accesses())
        kernel = ((round((at - self._zero_us) / 1e6, 6), line) for at, line in self.kernel_log)
        console = self.console.decode("utf-8", "replace").replace("\r", "")
        seen = replace(seen, console=console, kernel=tuple(kernel))
        bus = self._plan.bus
        if bus is None or self._plan.spec.display is None:
            return seen
        oled = self.machine.part(f"{bus.name}.oled")
        return replace(
            seen,
            picture=bytes(oled.PackedPicture()),
            half_blocks=str(oled.HalfBlocks()),
            frames=int(oled.FrameCount),
        )

    def move_obstacle(self, to_um: int, within_ms: int) -> None:
        self._world = moved(self._world, self._t_us // 1000, to_um, within_ms)
        self.machine.set_world(self._world)

    def reset_unnoticed(self) -> None:
        self._note_slots()
        self.machine.start_core(self.port.kernel.rproc.vector_table)
        self._ledger.event("the firmware starts again, which Linux does not notice", self.now_us)

    def end(self, scenario: Scenario) -> RunRecord:
        self._scenario = scenario
        return self.finish()


def _view(ledger: Ledger, linux: Linux, t_us: int, zero_us: int, accesses: list[DdrAccess]) -> View:
    zero_s = zero_us / 1e6
    return View(
        t_us=t_us,
        linux=linux.state,
        received=ledger.received,
        latest=ledger.latest(_LAST),
        declared_lost=sum(gap.count for gap in ledger.gaps),
        ddr_accesses=accesses,
        events=[replace(event, t_s=round(event.t_s - zero_s, 6)) for event in ledger.events],
    )


class Stage:
    """`elf`: '' for the host backend."""

    def __init__(self, backend: str, elf: str) -> None:
        self._name, self._elf = backend, elf
        self._board: Live | None = None
        self._t_us = 0

    def start(self, spec: str, scenario_text: str, seed: int, first_seq: int = 0) -> None:
        """Up to the first sample; the scenario's steps and end do not count."""
        board = self._open(first_seq)
        self._scenario = parse_scenario(scenario_text, "<board>")
        endless = self._scenario.model_copy(update={"until_us": _FOREVER_US})
        board.start(plan_spec(load_spec(spec)), endless, seed)
        self._board = board

    def run_for(self, us: int) -> View:
        self._t_us += us
        self._running.run_until(self._t_us)
        return self.view()

    def do(self, action: str, arguments: dict[str, Any]) -> None:
        getattr(self._running, action)(**arguments)

    def view(self) -> View:
        return self._running.view()

    def finish(self) -> tuple[RunRecord, Report]:
        """Let everything arrive, and judge."""
        scenario = self._scenario.model_copy(update={"until_us": max(1, self._t_us)})
        record = self._running.end(scenario)
        record.virtual_s = self._t_us / 1e6
        return record, build_report(record, scenario)

    def run(self, spec: str, scenario_file: str, seed: int) -> tuple[RunRecord, Report]:
        """A whole scenario."""
        scenario = load_scenario(scenario_file)
        board = self._open()
        self._board = board
        record = run_scenario(board, plan_spec(load_spec(spec)), scenario, seed)
        return record, build_report(record, scenario)

    def _open(self, first_seq: int = 0) -> LiveHost | LiveRenode:
        if self._name == "host":
            return LiveHost(initial_seq=first_seq)
        if self._name == "renode":
            options = Options(first_seq=first_seq)
            return LiveRenode(Path(self._elf).read_bytes(), load_config().renode, options)
        raise InputError(f"there is no backend `{self._name}`: host, renode")

    @property
    def _running(self) -> Live:
        if self._board is None:
            raise InputError("no board was started")
        return self._board


def serve(connection: Connection) -> None:
    """Until the other side goes."""
    backend, elf = connection.recv()
    stage = Stage(backend, elf)
    while True:
        try:
            method, arguments = connection.recv()
        except EOFError:
            return
        connection.send(_answer(getattr(stage, method), arguments))


def _answer(method: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        return "done", method(*arguments)
    except FwgenError as error:
        return "failed", error.exit_code, str(error)
    except Exception:
        return "failed", 4, traceback.format_exc()


def main() -> None:
    serve(Connection(int(sys.argv[1])))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # .NET's own shutdown may hang
