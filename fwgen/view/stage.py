"""Runs a backend at a pace that a person can watch, with a socket for the screen.

Linux sleeps when a client of the socket asks for it, and by itself if nobody does.
"""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from fwgen.backends.kernel.inside import service as inside_service
from fwgen.backends.kernel.relay import RelayedSocket
from fwgen.live import LiveHost, LiveKernel
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.view.emulated import EmulatedService

PACE: Final = 5.0
SLEEP_S: Final = 60
"""How long Linux sleeps; then the RTC's alarm wakes it."""
LONGEST_S: Final = 14_400
"""4 hours of virtual time: then the run is over, because the record of a run grows."""
_FIRST_SLEEP_S: Final = 30
_AWAKE_S: Final = 90
_STEP_US: Final = 50_000
_POINT_MS: Final = 2_000


class Socket(Protocol):
    """The service's socket of a run."""

    def turn(self, now_us: int) -> None:
        """Do what clients have asked for; called each 50 ms of virtual time."""

    def close(self) -> None: ...


class Stage:
    """`linux`: "emulated" or "kernel", with `kernel` as the program. `path`: of the socket."""

    def __init__(
        self,
        plan: Plan,
        path: Path,
        *,
        core: Mapping[str, bytes] | None = None,
        kernel: Path | None = None,
        pace: float = PACE,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.pace = pace
        self.now_us = 0
        self.real = kernel is not None
        self.sleeps_by_itself = True
        """Whether Linux sleeps if nobody asks for it."""
        self._path = path
        self._plan = plan
        self._asks: socket.socket | None = None
        self._asks_us = _FIRST_SLEEP_S * 1_000_000
        self._backend: LiveHost
        if kernel is None:
            self._backend = LiveHost(core=core, say=say)
        else:
            application = Path(inside_service.__file__)
            self._backend = LiveKernel(
                kernel, core=core, application=application, alarm_s=SLEEP_S, say=say
            )

    def __enter__(self) -> Stage:
        self._scenario = walk()
        self._backend.start(self._plan, self._scenario, 1)
        self._socket: Socket = (
            _KernelSocket(self._backend, self._path)
            if isinstance(self._backend, LiveKernel)
            else _EmulatedSocket(self._backend, self._path)
        )
        return self

    def __exit__(self, *exception: object) -> None:
        if self._asks is not None:
            self._asks.close()
        self._socket.close()
        self._backend.close()

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Run until `goes_on` says no, or LONGEST_S are over."""
        began_s = time.monotonic()
        while goes_on() and self.now_us < LONGEST_S * 1_000_000:
            behind_us = (time.monotonic() - began_s) * self.pace * 1e6 - self.now_us
            if behind_us < _STEP_US:
                time.sleep(min(0.01, (_STEP_US - behind_us) / self.pace / 1e6))
                continue
            if behind_us > 2_000_000 * self.pace:  # this machine is too slow: do not hurry after
                began_s += behind_us / self.pace / 1e6
            self.step()

    def step(self) -> None:
        """Let 50 ms of virtual time pass."""
        self.now_us += _STEP_US
        self._backend.run_until(self.now_us)
        self._socket.turn(self.now_us)
        if self.sleeps_by_itself:
            self._ask_for_sleep()

    def finish(self) -> tuple[RunRecord, Scenario]:
        """End the run; return the record, and the scenario that it has been."""
        until_us = max(self.now_us, 1_000_000)
        self._backend.run_until(until_us)
        scenario = self._scenario.model_copy(update={"until_us": until_us})
        record = self._backend.end(scenario)
        return record, scenario

    @property
    def linux(self) -> str:
        """One of record.BAND_STATES."""
        return self._backend.linux_state

    def _ask_for_sleep(self) -> None:
        """As any client of the socket does, if none has for a while."""
        if self.linux != "awake":
            self._asks_us = self.now_us + _AWAKE_S * 1_000_000
            return
        if self._asks is not None:
            with suppress(BlockingIOError):
                while self._asks.recv(65_536):
                    pass
        if self.now_us < self._asks_us:
            return
        self._asks_us = self.now_us + _AWAKE_S * 1_000_000
        if self._asks is None:
            self._asks = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._asks.connect(str(self._path))
            self._asks.setblocking(False)
        self._asks.send(json.dumps({"do": "suspend"}).encode() + b"\n")


class _EmulatedSocket:
    def __init__(self, backend: LiveHost, path: Path) -> None:
        self._backend = backend
        epoch_us = time.time_ns() // 1000
        self._service = EmulatedService(backend.ledger, path, epoch_us)

    def turn(self, now_us: int) -> None:
        self._service.now_us = now_us
        while self._service.wishes:
            self._service.wishes.popleft()
            self._backend.linux_does(lambda linux, at_us: linux.suspend(at_us, SLEEP_S * 1_000_000))

    def close(self) -> None:
        self._service.close()


class _KernelSocket:
    def __init__(self, backend: LiveKernel, path: Path) -> None:
        linux = backend.real
        self._relay = RelayedSocket(path, linux.tell_relay, lambda: linux.takes_commands)
        linux.relayed = self._relay.deliver

    def turn(self, now_us: int) -> None:
        self._relay.poll()

    def close(self) -> None:
        self._relay.close()


def walk() -> Scenario:
    """Return a scenario in which a person walks to and fro for LONGEST_S."""
    text = (
        "fwgen-scenario: 1\nname: the demonstration on the screen\n"
        "distance: [{at: 0 s, mm: 1500}]\nnoise: 3 mm\n"
        f"until: {LONGEST_S} s\nexpect: {{lost: 0, ddr_accesses_while_closed: 0}}\n"
    )
    points = []
    for at_ms in range(0, LONGEST_S * 1000, _POINT_MS):
        t = at_ms / 1000
        mm = 1500 + 750 * math.sin(t / 23) + 330 * math.sin(t / 7.3) + 160 * math.sin(t / 3.1)
        points.append((at_ms, round(mm * 1000)))
    return parse_scenario(text, "demo.yaml").model_copy(update={"points": tuple(points)})
