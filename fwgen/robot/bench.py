"""What all keywords stand on: the board of the test, what was seen of it last, how to tell it."""

from __future__ import annotations

import base64
import html
import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fwgen.backends.renode.find import what_is_missing
from fwgen.backends.renode.png import png_of
from fwgen.config import load_config
from fwgen.errors import FwgenError, MissingToolError
from fwgen.live import View
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.report.model import Report
from fwgen.robot.firmware import firmware
from fwgen.robot.mutants import load_mutant
from fwgen.robot.remote import RemoteBoard
from fwgen.spec.examples import reference_spec

_CONSOLE_LINES: Final = 40
_EVENTS: Final = 40
_WIDTH: Final = 128


class NotHereError(Exception):
    """The test cannot be on this machine, or on this backend: Robot skips it."""

    ROBOT_SKIP_EXECUTION = True
    ROBOT_SUPPRESS_NAME = True


class NoBoardError(Exception):
    """A keyword needs a board, and none was started."""

    ROBOT_SUPPRESS_NAME = True


class Bench:
    """One board at a time."""

    def __init__(
        self,
        backend: str = "renode",
        elf: str = "",
        spec: str = "",
        mutant: str = "",
        builds: str = "build/robot",
    ) -> None:
        self._backend = backend
        self._elf = elf
        self._spec = Path(spec) if spec else reference_spec()
        self._mutant = load_mutant(Path(mutant)) if mutant else None
        self._builds = Path(builds)
        self._board: RemoteBoard | None = None
        self._result: tuple[RunRecord, Report] | None = None
        self._plan: Plan | None = None

    def _open(self, spec: Path) -> RemoteBoard:
        """A new board without firmware in it yet; whatever there was is gone."""
        self._close()
        self._plan = None
        self._board = RemoteBoard(self._backend, self._firmware(spec))
        return self._board

    def _firmware(self, spec: Path) -> Path | None:
        if self._backend == "host":
            return None
        if missing := what_is_missing(load_config().renode):
            raise NotHereError(f"{missing}; `--variable BACKEND:host` runs what needs no firmware")
        if self._elf and spec.resolve() == self._spec.resolve():
            return Path(self._elf)
        try:
            return firmware(spec, self._builds, self._mutant)
        except MissingToolError as error:
            raise NotHereError(str(error)) from error

    def _close(self) -> None:
        self._result = None
        if self._board is not None:
            self._board.close()
            self._board = None

    @property
    def _running(self) -> RemoteBoard:
        if self._board is None:
            raise NoBoardError("no board: `Start Board` comes first")
        return self._board

    def _view(self) -> View:
        return self._running.view()

    def _outcome(self) -> tuple[RunRecord, Report]:
        """Of the whole run, which is over now."""
        if self._result is None:
            self._result = self._running.finish()
            self._tell_report()
        return self._result

    def _tell_report(self) -> None:
        assert self._result is not None
        report = self._result[1]
        logging.info("verdict: %s", report["verdict"])
        for reason in report["reasons"]:
            logging.info("%s", reason)

    def _needs_firmware(self, what: str) -> None:
        if self._backend == "host":
            raise NotHereError(f"{what}: only the emulated board has it")

    # ------------------------------------------------------------------------------ telling

    def _tell_everything(self) -> None:
        try:
            view = self._view()
        except (FwgenError, NoBoardError) as error:
            logging.warning("nothing can be seen of the board: %s", error)
            return
        logging.info("virtual time: %.6f s, Linux is %s", view.t_us / 1e6, view.linux)
        logging.info("received: %d samples, the last: %s", view.received, view.latest[-3:])
        for access in view.ddr_accesses[:5]:
            where = f"{access.address:#010x}" if access.address is not None else "closed DDR"
            logging.info("%.6f s: %s touched %s", access.t_s, access.function, where)
        _tell_lines("Linux's application", [f"{e.t_s:.6f} s: {e.text}" for e in view.events])
        _tell_lines("Linux's kernel", [f"[{t_s:12.6f}] {line}" for t_s, line in view.kernel])
        _tell_lines("the M33's console", view.console.splitlines()[-_CONSOLE_LINES:])
        if view.picture:
            tell_picture("the display", view.picture)


def _tell_lines(title: str, lines: list[str]) -> None:
    shown = html.escape("\n".join(lines[-_EVENTS:]), quote=False) or "(nothing)"
    _tell_html(f"<b>{html.escape(title, quote=False)}</b><pre>{shown}</pre>")


def tell_picture(title: str, packed: bytes) -> None:
    """Into Robot's log."""
    png = png_of(packed, _WIDTH, len(packed) * 8 // _WIDTH)
    data = base64.b64encode(png).decode("ascii")
    _tell_html(
        f'<b>{html.escape(title, quote=False)}</b><br><img src="data:image/png;base64,{data}">'
    )


def _tell_html(text: str) -> None:
    robot: Any = importlib.import_module("robot.api.logger")
    write: Callable[..., None] = robot.info
    write(text, html=True)
