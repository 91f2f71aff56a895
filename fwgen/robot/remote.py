"""The client's side of a board that runs in another process (stage.py)."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from fwgen.errors import FwgenError, ToolBrokeError
from fwgen.live import View
from fwgen.record import RunRecord
from fwgen.report.model import Report
from fwgen.robot.patience import StuckError, wait_for
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps.base import Step

_KEPT_CHARACTERS: Final = 4000
_MAIN: Final = "from fwgen.robot.stage import main; main()"  # `-m` would give View two names


class RemoteError(FwgenError):
    """An error that the other process raised, with its exit code."""

    ROBOT_SUPPRESS_NAME = True

    def __init__(self, exit_code: int, text: str) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class RemoteBoard:
    """Starts the process. `elf`: the firmware; None on the host backend. `kernel`, `application`:
    see Stage."""

    def __init__(
        self, backend: str, elf: Path | None, kernel: Path | None = None, application: str = ""
    ) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)
        self._connection, theirs = multiprocessing.Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MAIN, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        theirs.close()
        self._connection.send((backend, str(elf or ""), str(kernel or ""), application))

    def start(self, spec: Path, scenario: Scenario, seed: int, first_seq: int, ecc: bool) -> None:
        self._ask("start", str(spec), scenario, seed, first_seq, ecc)

    def run_for(self, us: int) -> View:
        view: View = self._ask("run_for", us)
        return view

    def do(self, action: str, **arguments: Any) -> None:
        """Call a method that a live board has beyond the steps."""
        self._ask("do", action, arguments)

    def do_step(self, step: Step) -> None:
        """Execute a step of a scenario."""
        self._ask("do_step", step)

    def view(self) -> View:
        view: View = self._ask("view")
        return view

    def finish(self) -> tuple[RunRecord, Report]:
        result: tuple[RunRecord, Report] = self._ask("finish")
        return result

    def run(self, spec: Path, scenario: Path, seed: int) -> tuple[RunRecord, Report]:
        result: tuple[RunRecord, Report] = self._ask("run", str(spec), str(scenario), seed)
        return result

    def close(self) -> None:
        self._connection.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()

    def _ask(self, method: str, *arguments: Any) -> Any:
        try:
            self._connection.send((method, arguments))
            wait_for(self._process.pid, self._connection.poll)
            answer = self._connection.recv()
        except StuckError as why:
            self._process.kill()
            said = self._last_output()
            raise ToolBrokeError(f"the board's process did not answer: {why}{said}") from None
        except (EOFError, OSError) as error:
            raise ToolBrokeError(
                f"the board's process ended unexpectedly{self._last_output()}"
            ) from error
        if answer[0] == "failed":
            raise RemoteError(answer[1], answer[2])
        return answer[1]

    def _last_output(self) -> str:
        self._output.seek(0)
        text = self._output.read().decode("utf-8", "replace")[-_KEPT_CHARACTERS:].strip()
        return f":\n{text}" if text else ""
