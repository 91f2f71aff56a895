"""Runs every program of fwgen: whatever happens in it ends in a documented exit code and one
message on stderr.

| what happens | exit code |
|---|---|
| an FwgenError | its own: 1, 2, 3 or 4 |
| a Python package is missing | 3 |
| anything unexpected, also in a thread; stdout cannot be written | 4 |
| SIGHUP, SIGINT, SIGTERM: children are ended, temporary files removed | 129, 130, 143 |
| the reader of stdout has closed it | 141, without a message |

With `FWGEN_TRACEBACK=1` the message includes a traceback.
"""

from __future__ import annotations

import contextlib
import errno
import io
import math
import os
import re
import shlex
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, TextIO

from fwgen import early, process, terminal
from fwgen.errors import FwgenError, InputError, MissingToolError

_SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM)
_TOGETHER_S: Final = 1.0
"""Signals within this time of the first are the same request (make passes on Ctrl-C)."""

_UNUSABLE: Final = {
    errno.EACCES: "check the permissions of the file and its folders, or name another file",
    errno.EPERM: "check the permissions of the file and its folders, or name another file",
    errno.EROFS: "name a file in another folder",
    errno.ENAMETOOLONG: "use a shorter name",
    errno.ELOOP: "its symbolic links form a loop: name another file",
    errno.ENOTDIR: "a part of the path is a file: name another path",
}
"""Why a file that the user names cannot be used -> what to do."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)

_PACKAGES: Final = {"elftools": "pyelftools", "ruamel": "ruamel.yaml", "clr": "pythonnet"}
"""Name of the import -> name of the package, where they differ."""


class StoppedError(BaseException):
    """A signal asks the program to end. `exit_code`: 128 + the signal's number, as in shells."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class UnexpectedError(FwgenError):
    """An error that fwgen does not handle: a bug, or a failure of the machine."""


class _Output(io.TextIOWrapper):
    """A stdout that keeps its write error, to distinguish it from another file's error."""

    failure: OSError | None = None

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self.failure = error
            raise

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self.failure = error
            raise


def guarded(
    program: Callable[[], int], on_error: Callable[[FwgenError], None] = lambda error: None
) -> int:
    """Run the program and return its exit code. `on_error` is called before the error is printed.

    SystemExit (from argparse, after `--help`) is passed on if all output could be written.
    """
    with _streams(), _signals(), _threads() as in_threads:
        try:
            code = program()
            _flush()
        except SystemExit as error:
            try:
                _flush()
            except OSError as failed:
                return _failed(failed, on_error)
            raise error
        except (Exception, KeyboardInterrupt, StoppedError) as error:
            return _failed(error, on_error)
        if in_threads:
            return _failed(in_threads[0], on_error)
        return code


def _flush() -> None:
    """Raise stdout's write error, also one that the program has ignored (argparse does)."""
    sys.stdout.flush()
    if isinstance(sys.stdout, _Output) and sys.stdout.failure is not None:
        raise sys.stdout.failure


def as_error(error: BaseException) -> FwgenError:
    """Return whatever was raised as an error with an exit code and one line of text."""
    if isinstance(error, OSError | InputError) and not _folder_exists():
        return InputError("the working directory no longer exists", "`cd` to another one")
    if isinstance(error, FwgenError):
        return error
    missing = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if missing and missing != "fwgen":
        package = _PACKAGES.get(missing, missing)
        return MissingToolError(
            f"the Python package {package} is not installed",
            f"`{shlex.quote(sys.executable)} -m pip install {package}`",
        )
    if isinstance(error, OSError) and error.strerror:
        return _of_file(error)
    if isinstance(error, MemoryError):
        return UnexpectedError("out of memory")
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return UnexpectedError(_line(f"fwgen failed ({text}); FWGEN_TRACEBACK=1 shows where"))


def _of_file(error: OSError) -> FwgenError:
    """Return an error of the operating system: as bad input if a named file cannot be used."""
    if error.filename is not None:
        text = _line(f"{error.filename}: {error.strerror}")
        if error.errno in _UNUSABLE:
            return InputError(text, _UNUSABLE[error.errno])
        return UnexpectedError(text)
    if error.errno in _FULL:
        text = f"a file cannot be written: {error.strerror}"
        return UnexpectedError(text, f"free space {_temporary()}, or set TMPDIR to another folder")
    return UnexpectedError(_line(str(error.strerror)))


def _temporary() -> str:
    try:
        return f"for temporary files in {tempfile.gettempdir()}"
    except OSError:  # no folder can be written
        return "for temporary files"


def trace_of(error: BaseException) -> str:
    """Return the traceback if FWGEN_TRACEBACK is set, else ""."""
    if not os.environ.get("FWGEN_TRACEBACK"):
        return ""
    return "".join(traceback.format_exception(error)).rstrip()


def _failed(error: BaseException, on_error: Callable[[FwgenError], None]) -> int:
    """Print the error; return the exit code."""
    unwritten = _unwritten(error)
    if isinstance(unwritten, BrokenPipeError):
        return 128 + signal.SIGPIPE
    if trace := trace_of(error):
        _print(trace)
    if isinstance(error, KeyboardInterrupt):
        error = StoppedError(signal.SIGINT)
    reported: FwgenError
    if isinstance(error, StoppedError):
        reported = FwgenError("interrupted" if error.exit_code == 130 else f"stopped by {error}")
        reported.exit_code = error.exit_code
    elif unwritten is not None:
        reported = UnexpectedError(f"cannot write to standard output: {unwritten.strerror}")
    else:
        reported = as_error(error)
    if unwritten is None:
        try:
            on_error(reported)
            sys.stdout.flush()
        except OSError as failed:
            _unwritten(failed)
    _print(reported.full_text())
    return reported.exit_code


def _unwritten(error: BaseException) -> OSError | None:
    """Return stdout's write error if it caused `error`; the rest of the output is discarded."""
    failure = sys.stdout.failure if isinstance(sys.stdout, _Output) else None
    if failure is None or failure is not error:
        return None
    _discard(sys.stdout)
    return failure


def _discard(stream: TextIO) -> None:
    """Discard what was not written: otherwise Python fails at its end, with exit code 120."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _print(text: str) -> None:
    """Print on stderr, with names that are too long for a line cut in the middle."""
    short = re.sub(r"[^\s/]{256,}", lambda name: f"{name[0][:60]}...{name[0][-20:]}", text.rstrip())
    try:
        print(short, file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)
    except ValueError:  # closed
        pass


def _line(text: str, most: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3] + "..."


def _folder_exists() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 (Path.cwd does the same)
    except OSError:
        return False
    return True


@contextmanager
def _streams() -> Iterator[None]:
    """All three streams are open and accept any text; stdout keeps its write error."""
    _open_closed()
    terminal.make_safe(sys.stdout)
    terminal.make_safe(sys.stderr)
    usual = sys.stdout
    if type(usual) is not io.TextIOWrapper:  # replaced by a test
        yield
        return
    output = _Output(
        usual.buffer,
        encoding=usual.encoding,
        errors=usual.errors,
        line_buffering=usual.line_buffering,
        write_through=usual.write_through,
    )
    sys.stdout = output
    try:
        yield
    finally:
        sys.stdout = usual
        with contextlib.suppress(OSError):
            output.detach()


def _open_closed() -> None:
    """Open closed streams, so that no other file gets their number.

    Writing to a closed stdout fails. A closed stdin reads as empty; a closed stderr discards.
    """
    for number, (name, flags) in enumerate(
        (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))
    ):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, flags)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        mode = "r" if name == "stdin" else "w"
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


@contextmanager
def _signals() -> Iterator[None]:
    """Raise StoppedError where a signal would end the process at once, KeyboardInterrupt for
    Ctrl-C. A signal that is ignored (nohup) stays ignored. Signals that follow within a second are
    part of the same request: they must not interrupt the removal of temporary files."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    first_s: list[float] = []

    def handler(number: int, frame: FrameType | None) -> None:
        if not first_s:
            first_s.append(time.monotonic())
            process.end_all()
            process.stop(StoppedError(number))
            return
        if time.monotonic() > first_s[0] + _TOGETHER_S:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    interrupted_s = -math.inf

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted_s
        if time.monotonic() > interrupted_s + _TOGETHER_S:
            interrupted_s = time.monotonic()
            process.stop(KeyboardInterrupt())

    before: dict[int, Any] = {}
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, early.leave):
        before[signal.SIGINT] = signal.signal(signal.SIGINT, interrupt)
    for asked in _SIGNALS:
        if signal.getsignal(asked) not in (signal.SIG_IGN, None):
            before[asked] = signal.signal(asked, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
        process.open_again()


@contextmanager
def _threads() -> Iterator[list[BaseException]]:
    """Collect what threads raised and did not catch."""
    found: list[BaseException] = []
    before = threading.excepthook

    def hook(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
            found.append(arguments.exc_value)

    threading.excepthook = hook
    try:
        yield found
    finally:
        threading.excepthook = before
