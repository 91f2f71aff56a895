"""The base of all keywords: the board under test, its state, and Robot's log."""

from __future__ import annotations

import base64
import html
import importlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fwgen.backends.registry import DEFAULT_LINUX, LINUXES, NAMES
from fwgen.backends.renode.find import what_is_missing
from fwgen.backends.renode.png import png_of
from fwgen.config import load_config
from fwgen.errors import FwgenError, InputError, MissingToolError
from fwgen.live import View
from fwgen.record import RunRecord
from fwgen.report.model import Report
from fwgen.robot.firmware import firmware
from fwgen.robot.mutants import load_mutant
from fwgen.robot.remote import RemoteBoard
from fwgen.spec.examples import reference_spec
from fwgen.spec.load import load_spec
from fwgen.uml.find import find_kernel
from fwgen.words import did_you_mean, quote

_CONSOLE_LINES: Final = 40
_EVENTS: Final = 40


class CannotRunError(Exception):
    """The test cannot run on this machine, or on this backend: Robot skips it."""

    ROBOT_SKIP_EXECUTION = True
    ROBOT_SUPPRESS_NAME = True


class NoBoardError(Exception):
    """A keyword needs a board, but none was started."""

    ROBOT_SUPPRESS_NAME = True


class Bench:
    """One board at a time. `spec` is used instead of what a scenario names, `default_spec` where
    neither `spec` nor a scenario names one."""

    def __init__(
        self,
        backend: str = "renode",
        elf: str = "",
        spec: str = "",
        mutant: str = "",
        builds: str = "build/robot",
        linux: str = "emulated",
        application: str = "",
        default_spec: str = "",
    ) -> None:
        self._backend = backend
        self._linux = linux
        self._application = application
        self._elf = elf
        self._spec = Path(spec) if spec else None
        self._default_spec = Path(default_spec) if default_spec else reference_spec()
        self._mutant = load_mutant(Path(mutant)) if mutant else None
        self._builds = Path(builds)
        self._board: RemoteBoard | None = None
        self._result: tuple[RunRecord, Report] | None = None
        self._checked = False

    @property
    def _suite_spec(self) -> Path:
        """The spec of a test that names none."""
        return self._spec or self._default_spec

    def _open(self, spec: Path) -> RemoteBoard:
        """Return a new board, not yet started; the one before is closed."""
        self._close()
        self._check_arguments()
        self._board = RemoteBoard(
            self._backend, self._firmware(spec), self._kernel(), self._application
        )
        return self._board

    def _check_arguments(self) -> None:
        """Raise InputError before a build. An error in `__init__` would hide all keywords."""
        if self._checked:
            return
        if self._backend not in NAMES:
            raise InputError(
                f"expected the backend `host` or `renode`, found {quote(self._backend)}",
                did_you_mean(self._backend, NAMES, "use one of"),
            )
        if self._backend == "host" and (self._elf or self._mutant):
            given = "ELF" if self._elf else "MUTANT"
            raise InputError(
                f"the host backend runs the core compiled for this machine; it cannot use {given}",
                f"add `--variable BACKEND:renode`, or leave {given} out",
            )
        load_spec(self._suite_spec)  # also if all scenarios name their own
        self._checked = True

    def _kernel(self) -> Path | None:
        """Return the real Linux to run, None for the emulated one."""
        if self._linux not in LINUXES or (self._linux == "kernel" and self._backend != "host"):
            raise InputError(
                f"expected linux={' or '.join(LINUXES)}, and `kernel` with the backend host; "
                f"found linux={self._linux} with the backend {self._backend}"
            )
        if self._linux == DEFAULT_LINUX:
            return None
        try:
            return find_kernel(load_config()).path
        except MissingToolError as error:
            if {"linux", "all"} & set(os.environ.get("FWGEN_REQUIRE", "").split(",")):
                raise
            raise CannotRunError(str(error)) from error

    def _firmware(self, spec: Path) -> Path | None:
        if self._backend == "host":
            return None
        if missing := what_is_missing(load_config().renode):
            raise CannotRunError(
                f"{missing}; `--variable BACKEND:host` runs what needs no firmware"
            )
        if self._elf and spec.resolve() == self._suite_spec.resolve():
            return Path(self._elf)
        try:
            return firmware(spec, self._builds, self._mutant)
        except MissingToolError as error:
            raise CannotRunError(str(error)) from error

    def _close(self) -> None:
        self._result = None
        if self._board is not None:
            self._board.close()
            self._board = None

    @property
    def _running(self) -> RemoteBoard:
        if self._board is None:
            raise NoBoardError("no board is running; call `Start Board` first")
        return self._board

    def _view(self) -> View:
        return self._running.view()

    def _outcome(self) -> tuple[RunRecord, Report]:
        """End the run; return its record and its report."""
        if self._result is None:
            self._result = self._running.finish()
            self._log_report()
        return self._result

    def _log_report(self) -> None:
        assert self._result is not None
        report = self._result[1]
        logging.info("verdict: %s", report["verdict"])
        for reason in report["reasons"]:
            logging.info("%s", reason)

    def _needs_firmware(self, what: str) -> None:
        if self._backend == "host":
            raise CannotRunError(f"only the emulated board has {what}")

    # -------------------------------------------------------------------------- Robot's log

    def _log_everything(self) -> None:
        if self._board is None:
            return
        try:
            view = self._view()
        except FwgenError as error:  # the test's message is the cause
            logging.info("the board's state cannot be read: %s", error)
            return
        logging.info("virtual time: %.6f s, Linux is %s", view.t_us / 1e6, view.linux)
        logging.info("received: %d samples", view.received)
        for latest in view.latest:
            last = "; ".join(map(latest.words, latest.samples[-3:]))
            logging.info("the last%s: %s", f" of {latest.sensor}" * bool(latest.sensor), last)
        for access in view.ddr_accesses[:5]:
            where = f"{access.address:#010x}" if access.address is not None else "closed DDR"
            logging.info("%.6f s: %s touched %s", access.t_s, access.function, where)
        _log_lines("Linux's application", [f"{e.t_s:.6f} s: {e.text}" for e in view.events])
        _log_lines("Linux's kernel", [f"[{t_s:12.6f}] {line}" for t_s, line in view.kernel])
        _log_lines("the M33's console", view.console.splitlines()[-_CONSOLE_LINES:])
        if view.picture:
            log_picture("the display", view.picture, view.picture_width)


def _log_lines(title: str, lines: list[str]) -> None:
    shown = html.escape("\n".join(lines[-_EVENTS:]), quote=False) or "(nothing)"
    _log_html(f"<b>{html.escape(title, quote=False)}</b><pre>{shown}</pre>")


def log_picture(title: str, packed: bytes, width: int) -> None:
    """Write the picture into Robot's log."""
    png = png_of(packed, width, len(packed) * 8 // width)
    data = base64.b64encode(png).decode("ascii")
    _log_html(
        f'<b>{html.escape(title, quote=False)}</b><br><img src="data:image/png;base64,{data}">'
    )


def _log_html(text: str) -> None:
    robot: Any = importlib.import_module("robot.api.logger")
    write: Callable[..., None] = robot.info
    write(text, html=True)
