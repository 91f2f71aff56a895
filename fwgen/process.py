"""Child processes that do not outlive fwgen.

Each leads its own process group, and fwgen ends the whole group.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

DEVNULL: Final = subprocess.DEVNULL
PIPE: Final = subprocess.PIPE
STDOUT: Final = subprocess.STDOUT

_PATIENCE_S: Final = 3.0
_alive: dict[subprocess.Popen[Any], float] = {}
"""Each child and its patience."""
_lock = threading.Lock()
_closed = threading.Event()


def job_count(text: str) -> int:
    """Return how many processes run at a time, from a command's `--jobs`: at most four for each
    processor, because each needs its memory. Raises argparse.ArgumentTypeError."""
    most = 4 * (os.cpu_count() or 1)
    if not (text.isdecimal() and text.isascii() and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(
            f"expected a whole number from 1 to {most} (four for each processor), found {text!r}"
        )
    return int(text)


class StoppingError(Exception):
    """fwgen is stopping: it starts no more processes."""


@contextmanager
def started(command: Sequence[Any], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Start a child process and yield it; an exception in the block ends its process group.

    `options` are Popen's; `stdin` is /dev/null by default. `patience_s`: the time that the child
    has to end after SIGTERM, 3 s by default. Raises OSError if the process cannot be started,
    StoppingError after `end_all`.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    patience_s = options.pop("patience_s", _PATIENCE_S)
    with _lock:
        if _closed.is_set():
            raise StoppingError
        _start.held = threading.current_thread() is threading.main_thread()
        try:
            process = subprocess.Popen(command, process_group=0, **options)
            _alive[process] = patience_s
        except BaseException:
            _start.release()
            raise
    try:
        _start.release()
        if _closed.is_set():
            raise StoppingError
        yield process
    except BaseException:
        _end(process, patience_s)
        raise
    finally:
        _alive.pop(process, None)


class _Start:
    """Delays a signal that arrives while the main thread starts a child, until `_alive` has it."""

    held = False
    asked: BaseException | None = None

    def release(self) -> None:
        self.held = False
        asked, self.asked = self.asked, None
        if asked is not None:
            raise asked


_start = _Start()


def stop(error: BaseException) -> None:
    """Raise the error, for a signal handler; later, if a child is just being started.

    A child that is not yet in `_alive` would otherwise survive.
    """
    if _start.held:
        _start.asked = error
    else:
        raise error


def run(command: Sequence[Any], **options: Any) -> subprocess.CompletedProcess[Any]:
    """Run a command as subprocess.run does, in a child that does not outlive fwgen.

    A non-zero exit status raises nothing (`check` is ignored).
    """
    timeout_s = options.pop("timeout", None)
    if options.pop("capture_output", False):
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    options.pop("check", None)
    with started(command, **options) as process:
        out, err = process.communicate(timeout=timeout_s)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def probe(
    command: Sequence[object], timeout_s: float, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program that may be anything: in an empty folder, which is removed, and not longer than
    `timeout_s`. Return its result with its output as text.

    Raises OSError if it does not start, TimeoutError (an OSError) if it does not end in time.
    """
    with tempfile.TemporaryDirectory(prefix="fwgen-", ignore_cleanup_errors=True) as folder:
        try:
            done: subprocess.CompletedProcess[str] = run(
                [str(word) for word in command],
                cwd=folder,
                env=env,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_s,
            )
        except subprocess.TimeoutExpired:
            raise TimeoutError(errno.ETIMEDOUT, late(timeout_s)) from None
    return done


def late(timeout_s: float) -> str:
    """Return the sentence about a program that does not end."""
    return f"it does not end within {timeout_s:.0f} s"


@contextmanager
def ended_together() -> Iterator[None]:
    """End all children, also those that other threads started, if the block raises an exception."""
    try:
        yield
    except BaseException:
        end_all()
        raise


def end_all() -> None:
    """Send SIGTERM to all children and start no more; kill those still alive after their
    patience."""
    _closed.set()
    asked = dict(_alive)
    for process in asked:
        _signal(process, signal.SIGTERM)
    for patience_s in {_PATIENCE_S, *asked.values()}:
        theirs = [process for process, its_s in asked.items() if its_s == patience_s]
        killer = threading.Timer(patience_s, _kill, [theirs])
        killer.daemon = True
        killer.start()


def open_again() -> None:
    """Allow new children again, after the stopped command has ended."""
    _closed.clear()


def _kill(processes: Sequence[subprocess.Popen[Any]]) -> None:
    for process in processes:
        if process in _alive:
            _signal(process, signal.SIGKILL)


def _end(process: subprocess.Popen[Any], patience_s: float) -> None:
    _signal(process, signal.SIGTERM)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal(process, signal.SIGKILL)  # also ends the rest of its group
        process.wait()


def _signal(process: subprocess.Popen[Any], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
