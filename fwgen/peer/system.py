"""The system calls with which the peer uses the tty and suspends Linux."""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import select
import termios
import time
from pathlib import Path
from typing import Final

from fwgen.peer.errnos import GoneError, TtyError, attempt
from fwgen.peer.latency import hold_latency
from fwgen.peer.modes import Modes, raw_modes, wrong_modes

POWER_STATE: Final = Path("/sys/power/state")
_READ_BYTES: Final = 65536


class System:
    """The system calls, one per method; tests replace them."""

    def open_tty(self, path: Path) -> int:
        """Raises GoneError, AgainError, TtyError."""
        handle = open_raw(path)
        if handle is None:
            raise GoneError(f"{path} does not exist")
        return handle

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)

    def close(self, handle: int) -> None:
        with contextlib.suppress(OSError):
            fcntl.ioctl(handle, termios.TIOCNXCL)
        os.close(handle)

    def lock(self, handle: int) -> None:
        """Lock the tty. The lock ends with the last descriptor of this open file."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def exclude(self, handle: int) -> None:
        fcntl.ioctl(handle, termios.TIOCEXCL)

    def get_modes(self, handle: int) -> Modes:
        return termios.tcgetattr(handle)

    def set_modes(self, handle: int, modes: Modes) -> None:
        termios.tcsetattr(handle, termios.TCSANOW, modes)

    def forget_input(self, handle: int) -> None:
        termios.tcflush(handle, termios.TCIFLUSH)

    def read(self, handle: int) -> bytes:
        return os.read(handle, _READ_BYTES)

    def write(self, handle: int, data: bytes) -> int:
        return os.write(handle, data)

    def hold_latency(self, path: Path) -> int | None:
        """Return a handle, None if the file does not exist. Raises OSError."""
        return hold_latency(path)

    def release_latency(self, handle: int) -> None:
        os.close(handle)

    def wait(self, handles: list[int], wait_s: float | None) -> list[int]:
        """Return the handles that can be read or were hung up."""
        poll = select.poll()
        for handle in handles:
            poll.register(handle, select.POLLIN)
        found = poll.poll(None if wait_s is None else math.ceil(wait_s * 1e3))
        return [handle for handle, _ in found]


def boot_time_us() -> int:
    """Return a time that also runs while Linux sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def suspend_to_ram() -> None:
    """Suspend Linux; return when it is up again. Raises OSError if it could not suspend."""
    handle = os.open(POWER_STATE, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, b"mem")
    finally:
        os.close(handle)


def open_raw(path: Path, system: System | None = None) -> int | None:
    """Return a file descriptor that holds the tty's lock, in raw mode with echo off before anything
    is read; None: the tty does not exist.

    Raises TtyError; AgainError if it may succeed a little later.
    """
    system = system or System()
    try:
        handle = attempt("open", path, lambda: system.open(path))
    except GoneError:
        return None
    try:
        attempt("lock", path, lambda: system.lock(handle))
        make_raw(handle, path, system)
        attempt("ioctl", path, lambda: system.exclude(handle))
        attempt("ioctl", path, lambda: system.forget_input(handle))
    except GoneError:
        system.close(handle)
        return None
    except BaseException:
        system.close(handle)
        raise
    return handle


def make_raw(handle: int, path: Path, system: System) -> tuple[str, ...]:
    """Set the modes of a raw tty; return those that were wrong. Raises as `attempt` does."""
    modes = attempt("ioctl", path, lambda: system.get_modes(handle))
    wrong = wrong_modes(modes)
    attempt("ioctl", path, lambda: system.set_modes(handle, raw_modes(modes)))
    stays = wrong_modes(attempt("ioctl", path, lambda: system.get_modes(handle)))
    if stays:
        raise TtyError(f"cannot use {path}: the modes {' '.join(stays)} cannot be turned off")
    return wrong
