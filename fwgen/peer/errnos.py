"""What each errno of each call on the tty means. It is decided here only.

    AGAIN   the call can succeed a little later: try again, after a growing pause
    GONE    this tty no longer exists, or does not exist yet: close it, wait for it, begin a new
            session
    TELL    waiting does not help: report it to the application (TtyError, or the events
            SuspendFailed and LatencyNotHeld)

An errno without a row is reported, so that an unexpected error is never retried in silence. The
rows follow Linux 6.1: drivers/tty (tty_io.c, n_tty.c, rpmsg_tty.c), virtio_rpmsg_bus.c,
fs/locks.c and kernel/power.
"""

from __future__ import annotations

import errno
import os
import termios
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, TypeVar

from fwgen.errors import FwgenError

T = TypeVar("T")


class Cure(Enum):
    AGAIN = "again"
    GONE = "gone"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class Row:
    cure: Cure
    why: str


class TtyError(FwgenError):
    """The tty exists but cannot be used: no permission, or another process holds it.

    `errno`: None if no call failed.
    """

    def __init__(self, text: str, number: int | None = None) -> None:
        super().__init__(text)
        self.errno = number


class AgainError(Exception):
    """The call may succeed a little later."""


class GoneError(Exception):
    """The tty does not exist, or no longer exists."""


_AGAIN, _GONE, _TELL = Cure.AGAIN, Cure.GONE, Cure.TELL
_INTERRUPTED: Final = Row(_AGAIN, "a signal interrupted the call")
_NO_MEMORY: Final = Row(_AGAIN, "the kernel has no memory at the moment")
_HUNG_UP: Final = Row(_GONE, "the tty was hung up: the firmware's device is gone")
_NO_DEVICE: Final = Row(_GONE, "the driver has released the device")

TABLE: Final[Mapping[str, Mapping[int, Row]]] = {
    "open": {
        errno.ENOENT: Row(_GONE, "the firmware has not announced its channel"),
        errno.ENOTDIR: Row(_GONE, "its folder does not exist"),
        errno.ENXIO: Row(_GONE, "the node exists, but its driver is not loaded"),
        errno.ENODEV: _NO_DEVICE,
        errno.EIO: _HUNG_UP,
        errno.EAGAIN: Row(_AGAIN, "the tty is being closed"),
        errno.EINTR: _INTERRUPTED,
        errno.ENOMEM: _NO_MEMORY,
        errno.ENFILE: Row(_AGAIN, "the system has too many open files"),
        errno.EACCES: Row(_AGAIN, "no permission (udev grants it shortly after the node appears)"),
        errno.EPERM: Row(_TELL, "not permitted"),
        errno.EBUSY: Row(_TELL, "another process has opened it exclusively (TIOCEXCL)"),
        errno.EMFILE: Row(_TELL, "this process has too many open files"),
    },
    "lock": {
        errno.EWOULDBLOCK: Row(
            _TELL, "another process has locked it: an fwgen peer, or a terminal program"
        ),
        errno.EINTR: _INTERRUPTED,
        errno.ENOLCK: _NO_MEMORY,
        errno.EIO: _HUNG_UP,
    },
    "ioctl": {
        errno.EIO: _HUNG_UP,
        errno.ENXIO: _NO_DEVICE,
        errno.ENODEV: _NO_DEVICE,
        errno.EINTR: _INTERRUPTED,
        errno.EAGAIN: Row(_AGAIN, "the tty is busy"),
        errno.ENOMEM: _NO_MEMORY,
        errno.ENOTTY: Row(_TELL, "it is not a tty"),
        errno.EINVAL: Row(_TELL, "it does not accept the modes of a raw tty"),
    },
    "read": {
        errno.EAGAIN: Row(_AGAIN, "there is nothing to read"),
        errno.EINTR: _INTERRUPTED,
        errno.ENOMEM: _NO_MEMORY,
        errno.EIO: _HUNG_UP,
        errno.ENXIO: _NO_DEVICE,
        errno.ENODEV: _NO_DEVICE,
    },
    "write": {
        errno.ENOMEM: Row(_AGAIN, "all buffers to the firmware are in use"),
        errno.EAGAIN: Row(_AGAIN, "the tty accepts nothing at the moment"),
        errno.EINTR: _INTERRUPTED,
        errno.ENOBUFS: _NO_MEMORY,
        errno.EIO: _HUNG_UP,
        errno.ENXIO: _NO_DEVICE,
        errno.ENODEV: _NO_DEVICE,
        errno.EPIPE: _HUNG_UP,
        errno.EINVAL: Row(_GONE, "the firmware's endpoint is gone"),
    },
    "suspend": {
        errno.EPERM: Row(_TELL, "only root may suspend Linux"),
        errno.EACCES: Row(_TELL, "only root may suspend Linux"),
        errno.EROFS: Row(_TELL, "/sys is mounted read-only, as in a container"),
        errno.ENOENT: Row(_TELL, "this kernel was built without suspend, or /sys is not mounted"),
        errno.EINVAL: Row(_TELL, "this kernel does not offer 'mem', see /sys/power/state"),
        errno.ENODEV: Row(_TELL, "this kernel, or the firmware below it, cannot suspend"),
        errno.ENOSYS: Row(_TELL, "this kernel, or the firmware below it, cannot suspend"),
        errno.EBUSY: Row(_TELL, "a wake-up interrupted the suspend, or another suspend is running"),
        errno.EAGAIN: Row(_TELL, "a driver was not ready to suspend; the kernel's log names it"),
        errno.EINTR: Row(_TELL, "a signal interrupted the suspend"),
        errno.ENOMEM: Row(_TELL, "the kernel has no memory at the moment"),
        errno.EIO: Row(_TELL, "a driver failed to suspend; the kernel's log names it"),
        errno.ETIMEDOUT: Row(_TELL, "a driver failed to suspend; the kernel's log names it"),
    },
    "latency": {
        errno.EACCES: Row(_TELL, "only root may hold it, unless a udev rule permits it"),
        errno.EPERM: Row(_TELL, "only root may hold it, unless a udev rule permits it"),
        errno.ENODEV: Row(_TELL, "this kernel was built without the device"),
        errno.ENXIO: Row(_TELL, "this kernel was built without the device"),
        errno.ENOMEM: Row(_TELL, "the kernel has no memory at the moment"),
        errno.EMFILE: Row(_TELL, "this process has too many open files"),
    },
}
_UNKNOWN: Final = Row(_TELL, "")


def row_for(call: str, number: int | None) -> Row:
    """Return the row of an errno. Raises KeyError for a call that TABLE does not have."""
    rows = TABLE[call]
    return _UNKNOWN if number is None else rows.get(number, _UNKNOWN)


def describe(call: str, error: OSError) -> str:
    """Return one line: the file if known, the system's text, the errno's name, its meaning here."""
    number = error.errno
    words = error.strerror or str(error) or type(error).__name__
    if number is not None:
        words += f" ({errno.errorcode.get(number, number)})"
    why = row_for(call, number).why
    where = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
    return f"{where}{words}{f': {why}' if why else ''}"


def attempt(call: str, path: Path, do: Callable[[], T]) -> T:
    """Call `do` and return its result.

    An OSError or termios.error is raised as AgainError, GoneError or TtyError, as TABLE says.
    `do` must be the system call alone: the application's own errors must not be translated.
    """
    try:
        return do()
    except (OSError, termios.error) as error:
        failed = error if isinstance(error, OSError) else OSError(*error.args)
        text = f"{call}: {describe(call, failed)}"
        cure = row_for(call, failed.errno).cure
        if cure is Cure.AGAIN:
            raise AgainError(text) from error
        if cure is Cure.GONE:
            raise GoneError(text) from error
        raise TtyError(f"cannot use {path}: {text}", failed.errno) from error
