"""The session over the real board's tty: /dev/ttyRPMSG0, one thread, POSIX only.

The process that asks for the sleep is the one that suspends Linux, and it holds the tty for itself
(TIOCEXCL): nobody can send between the firmware's acknowledgement and the suspend.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import termios
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fwgen.errors import FwgenError
from fwgen.peer.events import Event, SuspendReady
from fwgen.peer.session import Known, Session

POWER_STATE: Final = Path("/sys/power/state")
_READ_BYTES: Final = 65536
_LOOK_AGAIN_S: Final = 0.2
"""Between two looks for a tty that is not there: remoteproc makes it when the firmware attaches."""


class TtyError(FwgenError):
    """The tty is there and cannot be used: no permission, or another process holds it."""


def boot_time_us() -> int:
    """Goes on while Linux sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def suspend_to_ram() -> None:
    """Returns when Linux is up again, or at once if something kept it from falling asleep."""
    with contextlib.suppress(OSError):  # EBUSY: a wake-up came on the way down
        POWER_STATE.write_text("mem")


def open_raw(path: Path) -> int | None:
    """A file descriptor, bytes as they are, echo off before anything is read; None: not there.

    Raises TtyError.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TtyError(f"cannot open {path}: {error.strerror}") from error
    try:
        tty.setraw(handle, termios.TCSANOW)
        fcntl.ioctl(handle, termios.TIOCEXCL)
        termios.tcflush(handle, termios.TCIFLUSH)
    except (termios.error, OSError) as error:
        os.close(handle)
        raise TtyError(f"{path} is no usable tty: {error}") from error
    return handle


class TtyPeer:
    """`make_session` is called for every new beginning of the tty with what the last session had
    processed (None: nothing is known). `handle` gets all events, in `run`'s thread. `suspend` and
    `stop` may be called from any thread, and by `handle`."""

    def __init__(
        self,
        path: Path,
        make_session: Callable[[Known | None], Session],
        handle: Callable[[Event], None],
        *,
        known: Known | None = None,
        clock_us: Callable[[], int] = boot_time_us,
        suspend_linux: Callable[[], None] = suspend_to_ram,
    ) -> None:
        self._path = path
        self._make_session = make_session
        self._handle = handle
        self._known = known
        self._clock_us = clock_us
        self._suspend_linux = suspend_linux
        self._wants: list[str] = []
        self._bell_out, self._bell_in = os.pipe()
        os.set_blocking(self._bell_out, False)
        self._stopping = False

    def suspend(self) -> None:
        """Ask the firmware, then suspend Linux; `handle` gets SuspendReady just before, or else
        SuspendRefused."""
        self._wants.append("suspend")
        os.write(self._bell_in, b"!")

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True
        os.write(self._bell_in, b"!")

    def close(self) -> None:
        """After the last `run`."""
        os.close(self._bell_in)
        os.close(self._bell_out)

    def run(self) -> None:
        """Until `stop`. A tty that goes away is waited for. Raises TtyError."""
        while not self._stopping:
            handle = open_raw(self._path)
            if handle is None:
                self._wait([], [], _LOOK_AGAIN_S)
                continue
            try:
                self._serve(handle)
            finally:
                os.close(handle)

    def _serve(self, handle: int) -> None:
        """One life of the tty."""
        session = self._make_session(self._known)
        session.start(self._clock_us())
        waiting = b""
        with contextlib.suppress(OSError):  # EIO: the firmware's device is gone
            while not self._stopping:
                self._follow(session)
                waiting = _write(handle, waiting + session.take_bytes())
                due_us = session.next_due_us()
                wait_s = None if due_us is None else max(0, due_us - self._clock_us()) / 1e6
                ready = self._wait([handle], [handle] if waiting else [], wait_s)
                if handle in ready:
                    data = os.read(handle, _READ_BYTES)
                    if not data:
                        break
                    session.receive(data, self._clock_us())
                session.poll(self._clock_us())
        session.stop(self._clock_us())
        self._follow(session)
        self._known = session.known or self._known

    def _follow(self, session: Session) -> None:
        """Tell the events, do what others asked for."""
        for event in session.take_events():
            self._handle(event)
            if isinstance(event, SuspendReady):
                self._suspend_linux()
                session.resume(self._clock_us())
        while self._wants:
            self._wants.pop(0)
            session.suspend(self._clock_us())

    def _wait(self, read: list[int], write: list[int], wait_s: float | None) -> list[int]:
        """What can be read."""
        ready, _, _ = select.select([*read, self._bell_out], write, [], wait_s)
        if self._bell_out in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._bell_out, 64)
        return ready


def _write(handle: int, data: bytes) -> bytes:
    """Write what the tty takes now; returns the rest."""
    if not data:
        return data
    try:
        return data[os.write(handle, data) :]
    except BlockingIOError:
        return data
