"""`fwgen demo --view`: the bundled example on the screen, until the window is closed."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fwgen import process
from fwgen.errors import FwgenError, InputError, MissingToolError, ToolBrokeError
from fwgen.words import quote

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.record import RunRecord
    from fwgen.scenario.model import Scenario

FASTEST = 50.0


def check(backend: str) -> None:
    """Raise FwgenError if the screen cannot be shown with this backend, or here."""
    if backend != "host":
        raise InputError("`--view` is only for the host backend", "leave `--backend` out")
    if find_spec("PySide6") is None:
        python = shlex.quote(sys.executable)
        hint = f"`{python} -m pip install 'PySide6-Essentials<6.12' font-manrope`"
        raise MissingToolError("the Python package PySide6-Essentials is not installed", hint)


def pace_of(text: str) -> float:
    """Return how many times faster than real time the run is. Raises InputError."""
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0.1 <= pace <= FASTEST:
        found = f"--pace: expected a number from 0.1 to {FASTEST:.0f}, found {quote(text)}"
        raise InputError(found, "1 is real time")
    return pace


def show(
    plan: Plan, core: Mapping[str, bytes], kernel: Path | None, pace: float
) -> tuple[RunRecord, Scenario]:
    """Run until the window is closed; return what happened."""
    from fwgen.view.stage import Stage

    with tempfile.TemporaryDirectory(prefix="fwgen-view-") as folder:
        socket = Path(folder) / "socket"
        with Stage(plan, socket, core=core, kernel=kernel, pace=pace) as stage:
            command: list[Any] = [sys.executable, "-m", "fwgen.screen", "--socket", socket]
            command += ["--pace", str(pace)]
            said = Path(folder) / "said"
            with said.open("w") as stderr, process.started(command, stderr=stderr) as window:
                stage.run(lambda: window.poll() is None)
                if window.poll() is None:
                    window.terminate()
                window.wait()
            text = said.read_text(encoding="utf-8", errors="replace")
            if 0 < window.returncode < 128:
                raise _failed(window.returncode, text)
            print(text, end="", file=sys.stderr)
            return stage.finish()


def _failed(code: int, text: str) -> FwgenError:
    """Return the error with which the screen ended, as its own. `text`: what it said."""
    before, _, message = text.rpartition("error: ")
    print(before, end="", file=sys.stderr)
    kinds: list[type[FwgenError]] = [InputError, MissingToolError]
    kind = next((kind for kind in kinds if kind.exit_code == code), ToolBrokeError)
    return kind(message.strip() or f"the screen ended with exit code {code}")
