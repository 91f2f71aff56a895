"""Child processes that do not outlive fwgen: each leads a group, which is ended as a whole."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

DEVNULL: Final = subprocess.DEVNULL
PIPE: Final = subprocess.PIPE
STDOUT: Final = subprocess.STDOUT

_PATIENCE_S: Final = 3.0
_alive: set[subprocess.Popen[Any]] = set()
_lock = threading.Lock()
_closed = threading.Event()


class StoppingError(Exception):
    """fwgen was told to stop: nothing is started any more."""


@contextmanager
def started(command: Sequence[Any], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A running child; whoever leaves the block by an exception ends the child and all of its own.

    `options` are Popen's; without `stdin` the child reads nothing. Raises OSError if it cannot be
    started.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    with _lock:
        if _closed.is_set():
            raise StoppingError
        _start.held = threading.current_thread() is threading.main_thread()
        try:
            process = subprocess.Popen(command, process_group=0, **options)
            _alive.add(process)
        except BaseException:
            _start.release()
            raise
    try:
        _start.release()
        if _closed.is_set():
            raise StoppingError
        yield process
    except BaseException:
        _end(process)
        raise
    finally:
        _alive.discard(process)


class _Start:
    """A signal that comes while the main thread starts a child waits until the child is known."""

    held = False
    asked: BaseException | None = None

    def release(self) -> None:
        self.held = False
        asked, self.asked = self.asked, None
        if asked is not None:
            raise asked


_start = _Start()


def stop(error: BaseException) -> None:
    """For a signal's handler: raises the error as soon as no child can get lost by it."""
    if _start.held:
        _start.asked = error
    else:
        raise error


def run(command: Sequence[Any], **options: Any) -> subprocess.CompletedProcess[Any]:
    """Like subprocess.run, of a child that does not outlive fwgen; a status is never an error."""
    timeout_s = options.pop("timeout", None)
    if options.pop("capture_output", False):
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    options.pop("check", None)
    with started(command, **options) as process:
        out, err = process.communicate(timeout=timeout_s)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@contextmanager
def ended_together() -> Iterator[None]:
    """For children that threads have started: whoever leaves the block by an exception ends all."""
    try:
        yield
    except BaseException:
        end_all()
        raise


def end_all() -> None:
    """Ask all children to end, and start no more; who does not end soon is killed."""
    _closed.set()
    asked = list(_alive)
    for process in asked:
        _tell(process, signal.SIGTERM)
    killer = threading.Timer(_PATIENCE_S, _kill, [asked])
    killer.daemon = True
    killer.start()


def open_again() -> None:
    """Children may be started again: the command that was stopped is over."""
    _closed.clear()


def _kill(processes: Sequence[subprocess.Popen[Any]]) -> None:
    for process in processes:
        if process in _alive:
            _tell(process, signal.SIGKILL)


def _end(process: subprocess.Popen[Any]) -> None:
    _tell(process, signal.SIGTERM)
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _tell(process, signal.SIGKILL)  # and whoever of the group is left
        process.wait()


def _tell(process: subprocess.Popen[Any], what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, what)
