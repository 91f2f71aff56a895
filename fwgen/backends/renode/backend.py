"""The renode backend: the real ELF on an emulated board, in its own process.

Renode has one emulation per process, cannot be interrupted and may hang when it ends. So the
emulator runs in a child process: a crash, a hang or Ctrl-C affects only the child.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, cast

from fwgen.backends.renode.channel import (
    Beat,
    Call,
    Done,
    EndedError,
    Failed,
    SilentError,
    raise_failure,
    receive,
    send,
)
from fwgen.backends.renode.find import find_renode
from fwgen.backends.renode.located import located
from fwgen.backends.renode.options import Options
from fwgen.build.elf import read_elf
from fwgen.config import load_config
from fwgen.errors import InputError, ToolBrokeError
from fwgen.record import RunRecord
from fwgen.scenario.backend import Backend

if TYPE_CHECKING:
    from fwgen.config import Config
    from fwgen.plan.model import Plan
    from fwgen.scenario.model import Scenario
    from fwgen.scenario.steps.base import Step

SILENCE_S = 600.0
"""The most that five seconds of virtual time may take; a core that polls registers is slow."""
WORKER = [sys.executable, "-m", "fwgen.backends.renode.worker"]
_LAST_LINES: Final = 20


class RenodeBackend(Backend):
    """`elf`: the firmware; without one, `start` builds it and reports progress to `say`. `waves`:
    the file to which `finish` writes a dump for a wave viewer. `linux`: the real Linux kernel to
    run. `emulator`: the process to use, which then stays for the next run; None: one of its own.
    Raises MissingToolError at once without Renode."""

    name = "renode"

    def __init__(
        self,
        elf: Path | None = None,
        *,
        options: Options | None = None,
        waves: Path | None = None,
        linux: Path | None = None,
        config: Config | None = None,
        emulator: Emulator | None = None,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._config = config or load_config()
        find_renode(self._config.renode)
        self._elf = self._read = elf
        self._options = options or Options(edges=waves is not None, linux=linux)
        self._waves = waves
        self._say = say
        self.emulator = emulator
        self._child: _Child | None = None

    @property
    def real_linux(self) -> bool:  # type: ignore[override]
        return self._options.linux is not None

    def do(self, step: Step) -> None:
        self.ask("do", step)

    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None:
        elf = self._elf
        if elf is None:
            elf, plan = self._build(plan)
        self._read = elf
        firmware = read_elf(elf)
        self._say("starting the emulator")
        self._child = child = self.emulator.child() if self.emulator else _Child()
        child.ask("open", firmware, self._config.renode, self._options)
        child.ask("start", plan, scenario, seed)

    def run_until(self, t_us: int) -> None:
        self.ask("run_until", t_us)

    def finish(self) -> RunRecord:
        record = cast(RunRecord, self.ask("finish"))
        record.crashes = [located(crash, self._read) for crash in record.crashes]
        if self._waves is not None:
            text = cast(str, self.ask("waves"))
            try:
                self._waves.write_text(text, encoding="ascii")
            except OSError as error:
                raise InputError(
                    f"{self._waves} cannot be written: {error.strerror}",
                    "choose another file with --waves",
                ) from error
        return record

    def close(self) -> None:
        if self._child is not None:
            if self._options.linux is not None:
                with contextlib.suppress(ToolBrokeError):
                    self._child.ask("close")
            if self.emulator is None:
                self._child.end()
            self._child = None

    def ask(self, method: str, *arguments: Any) -> Any:
        """Call a method of emulated.EmulatedBackend in the child; return its result."""
        if self._child is None:
            raise ToolBrokeError("the emulator is not running")
        return self._child.ask(method, *arguments)

    def _build(self, plan: Plan) -> tuple[Path, Plan]:
        from fwgen.backends.renode.build import build_firmware

        return build_firmware(plan, self._config, self._say)


class Emulator:
    """An emulator's process for many runs, one after the other. Each has a new board. A process
    that ended is replaced, also one that has had enough runs: .NET keeps some memory of each."""

    def __init__(self, most_runs: int = 100) -> None:
        self._most_runs = most_runs
        self._child: _Child | None = None
        self._runs = 0

    def child(self) -> _Child:
        """Return the process for the next run."""
        if self._child is not None and (self._runs >= self._most_runs or self._child.ended):
            self.close()
        if self._child is None:
            self._child, self._runs = _Child(), 0
        self._runs += 1
        return self._child

    def close(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """The emulator's process."""

    def __init__(self) -> None:
        self.ended = False
        self._stderr: IO[bytes] = tempfile.TemporaryFile(prefix="fwgen-")  # noqa: SIM115
        self._process = subprocess.Popen(
            WORKER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            bufsize=0,
            env=_environment(),
        )

    def ask(self, method: str, *arguments: Any) -> Any:
        try:
            send(cast(BinaryIO, self._process.stdin), Call(method, arguments))
            answer: Any = Beat()
            while isinstance(answer, Beat):
                answer = receive(cast(BinaryIO, self._process.stdout), SILENCE_S)
        except SilentError as error:
            self.ended = True
            raise ToolBrokeError(
                f"the emulator did not respond for {SILENCE_S:.0f} s{self._last_output()}"
            ) from error
        except (EndedError, BrokenPipeError) as error:
            self.ended = True
            code = self._process.wait()
            raise ToolBrokeError(
                f"the emulator ended unexpectedly (exit code {code}){self._last_output()}"
            ) from error
        if isinstance(answer, Failed):
            raise_failure(answer)
        assert isinstance(answer, Done)
        return answer.result

    def end(self) -> None:
        self.ended = True
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._stderr.close()

    def _last_output(self) -> str:
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", "replace").splitlines()[-_LAST_LINES:]
        return "; its last output:\n" + "\n".join(f"  {line}" for line in lines) if lines else ""


def _environment() -> dict[str, str]:
    """Give the child the same modules, and Mono a large nursery, which saves a tenth of the
    time."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {"MONO_GC_PARAMS": "nursery-size=64m", **os.environ, "PYTHONPATH": path}
