"""A fake board, and a bench for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fwgen.backends.latest import Latest
from fwgen.errors import FwgenError, ToolBrokeError
from fwgen.live import View
from fwgen.record import DdrAccess, Event
from fwgen.scenario.steps.base import Step
from fwgen.wire.channel import DISTANCE

VIEW = View(
    t_us=2_500_000,
    linux="awake",
    received=3,
    latest=(Latest("", (DISTANCE,), ((0, (1500,)), (3, (0,)), (0, (777,)))),),
    declared_lost=0,
    ddr_accesses=[DdrAccess(1.5, 0x0A04C7BC, 0x812F8082, "virtqueue_enable_cb from link_send")],
    events=[Event(1.0, "the firmware starts again")],
    console="[0.000] hello\n[0.002] linux: there\n",
    kernel=((0.1, "remoteproc0: up"),),
    half_blocks="▀▄█\n",
)


class FakeBoard:
    """Records its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.machine = self

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> str:
            self.calls.append((name, arguments, named))
            if arguments == ("nonsense",):
                raise ToolBrokeError("Renode rejected `nonsense`: no")
            return "Renode says so\n"

        return call


class FakeBench:
    def __init__(self) -> None:
        self.board = FakeBoard()
        self.speed, self.runs = 1.0, False
        self.error: FwgenError | None = None
        self.ran_us = 0
        self.gdb = 0
        self.listens_everywhere = False

    def go(self) -> None:
        self.runs = True

    def pause(self) -> None:
        self.runs = False

    def run_for(self, us: int) -> None:
        self.ran_us += us

    def view(self) -> View:
        return VIEW

    def do(self, step: Step) -> None:
        self.board.do(step)

    @contextmanager
    def hold(self) -> Iterator[FakeBoard]:
        yield self.board

    def serve_gdb(self, port: int) -> None:
        if port == 1:
            raise ToolBrokeError("the port is taken")
        self.gdb = port
