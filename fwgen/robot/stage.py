"""One board under test, in its own process: Renode has one emulation per process.

Answers the requests of fwgen.robot.remote on an inherited socket: (method of Stage, arguments) ->
("done", result) or ("failed", exit code, text).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from fwgen.backends.host.compile import remove_private_folder
from fwgen.backends.renode.options import Options
from fwgen.build.elf import read_elf
from fwgen.config import load_config
from fwgen.errors import FwgenError, InputError
from fwgen.guard import as_error, trace_of
from fwgen.live import Live, LiveHost, LiveKernel, LiveRenode, View
from fwgen.plan import plan_spec
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.report.model import Report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import load_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps.base import Step
from fwgen.spec import load_spec

_HINT: Final = "call `Start Board` first"


class Stage:
    """`elf`: '' for the host backend. `kernel`: a real Linux for the host backend, '' for the
    emulated one; `application`: '', or a file that changes the application in it."""

    def __init__(self, backend: str, elf: str, kernel: str, application: str) -> None:
        self._name, self._elf = backend, elf
        self._kernel, self._application = kernel, application
        self._board: Live | None = None
        self._ended = False
        self._t_us = 0

    def start(
        self, spec: str, scenario: Scenario, seed: int, first_seq: int = 0, ecc: bool = False
    ) -> None:
        """Run up to the first sample."""
        board = self._open(first_seq, ecc)
        self._scenario = scenario
        board.start(plan_spec(load_spec(spec)), scenario, seed)
        self._board = board

    def run_for(self, us: int) -> View:
        self._t_us += us
        self._running.run_until(self._t_us)
        return self.view()

    def do(self, action: str, arguments: dict[str, Any]) -> None:
        getattr(self._running, action)(**arguments)

    def do_step(self, step: Step) -> None:
        self._running.do(step)

    def view(self) -> View:
        return self._started.view()

    def finish(self) -> tuple[RunRecord, Report]:
        """Let all samples arrive, then judge the run."""
        board = self._running
        scenario = self._scenario.model_copy(update={"until_us": max(1, self._t_us)})
        record = board.end(scenario)
        return record, build_report(record, scenario)

    def run(self, spec: str, scenario_file: str, seed: int) -> tuple[RunRecord, Report]:
        """Run a whole scenario. Only the state can be read afterwards."""
        scenario = load_scenario(scenario_file)
        board = self._open()
        self._board, self._ended = board, True
        record = run_scenario(board, plan_spec(load_spec(spec)), scenario, seed)
        return record, build_report(record, scenario)

    def _open(self, first_seq: int = 0, ecc: bool = False) -> LiveHost | LiveRenode:
        if self._kernel:
            changed = Path(self._application) if self._application else None
            return LiveKernel(Path(self._kernel), application=changed)
        if self._name == "host":
            return LiveHost(initial_seq=first_seq)
        if self._name == "renode":
            options = Options(first_seq=first_seq, ecc=ecc)
            return LiveRenode(read_elf(Path(self._elf)), load_config().renode, options)
        raise InputError(f"expected the backend `host` or `renode`, found `{self._name}`")

    @property
    def _running(self) -> Live:
        if self._ended:
            raise InputError("no board is running: the scenario has ended", _HINT)
        return self._started

    @property
    def _started(self) -> Live:
        if self._board is None:
            raise InputError("no board is running", _HINT)
        return self._board


def serve(connection: Connection) -> None:
    """Answer requests until the other side closes the connection."""
    stage = Stage(*connection.recv())
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
    except Exception as error:
        known = as_error(error)
        return "failed", known.exit_code, trace_of(error) or str(known)


def main() -> None:
    serve(Connection(int(sys.argv[1])))
    remove_private_folder()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # .NET's own shutdown may hang
