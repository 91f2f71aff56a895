"""What each errno of each call on the tty means: the one place where this is decided.

    AGAIN   the tty is there and will do it a little later: try again, after a growing pause
    GONE    this tty is no more, or not yet: close it, wait for it, begin a new session
    TELL    no waiting mends it: the application is told (TtyError, or the event SuspendFailed)

An errno that has no row is told: what nobody thought of must not be retried in silence. The rows
follow Linux 6.1: drivers/tty (tty_io.c, n_tty.c, rpmsg_tty.c), virtio_rpmsg_bus.c, fs/locks.c and
kernel/power.
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
    """The tty is there and cannot be used: no permission, or another process holds it.

    `errno`: None where no call failed.
    """

    def __init__(self, text: str, number: int | None = None) -> None:
        super().__init__(text)
        self.errno = number


class AgainError(Exception):
    """A call would have succeeded a little later."""


class GoneError(Exception):
    """The tty is not there, or not any more."""


_AGAIN, _GONE, _TELL = Cure.AGAIN, Cure.GONE, Cure.TELL
_INTERRUPTED: Final = Row(_AGAIN, "a signal came")
_NO_MEMORY: Final = Row(_AGAIN, "the kernel has no memory at the moment")
_HUNG_UP: Final = Row(_GONE, "the tty was hung up: the firmware's device is gone")
_NO_DEVICE: Final = Row(_GONE, "the driver has let the device go")

TABLE: Final[Mapping[str, Mapping[int, Row]]] = {
    "open": {
        errno.ENOENT: Row(_GONE, "the firmware has not announced its channel"),
        errno.ENOTDIR: Row(_GONE, "the folder is not there"),
        errno.ENXIO: Row(_GONE, "the node is there, its driver is not"),
        errno.ENODEV: _NO_DEVICE,
        errno.EIO: _HUNG_UP,
        errno.EAGAIN: Row(_AGAIN, "the tty is being closed"),
        errno.EINTR: _INTERRUPTED,
        errno.ENOMEM: _NO_MEMORY,
        errno.ENFILE: Row(_AGAIN, "the system has too many open files"),
        errno.EACCES: Row(_AGAIN, "no permission (udev grants it just after the node appears)"),
        errno.EPERM: Row(_TELL, "not permitted"),
        errno.EBUSY: Row(_TELL, "another process holds it for itself (TIOCEXCL)"),
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
        errno.ENOTTY: Row(_TELL, "it is no tty"),
        errno.EINVAL: Row(_TELL, "it does not take the modes of a raw tty"),
    },
    "read": {
        errno.EAGAIN: Row(_AGAIN, "nothing to read after all"),
        errno.EINTR: _INTERRUPTED,
        errno.ENOMEM: _NO_MEMORY,
        errno.EIO: _HUNG_UP,
        errno.ENXIO: _NO_DEVICE,
        errno.ENODEV: _NO_DEVICE,
    },
    "write": {
        errno.ENOMEM: Row(_AGAIN, "all buffers to the firmware are taken"),
        errno.EAGAIN: Row(_AGAIN, "the tty takes nothing at the moment"),
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
        errno.EBUSY: Row(_TELL, "a wake-up came on the way down, or a suspend is under way"),
        errno.EAGAIN: Row(_TELL, "a driver was not ready to go down; the kernel's log names it"),
        errno.EINTR: Row(_TELL, "a signal came on the way down"),
        errno.ENOMEM: Row(_TELL, "the kernel has no memory at the moment"),
        errno.EIO: Row(_TELL, "a driver did not go down; the kernel's log names it"),
        errno.ETIMEDOUT: Row(_TELL, "a driver did not go down; the kernel's log names it"),
    },
}
_UNKNOWN: Final = Row(_TELL, "")


def row_for(call: str, number: int | None) -> Row:
    """Raises KeyError for a call that the table does not have."""
    rows = TABLE[call]
    return _UNKNOWN if number is None else rows.get(number, _UNKNOWN)


def describe(call: str, error: OSError) -> str:
    """One line: the system's words, the errno's name, what it means here, the file if known."""
    number = error.errno
    words = error.strerror or str(error) or type(error).__name__
    if number is not None:
        words += f" ({errno.errorcode.get(number, number)})"
    why = row_for(call, number).why
    where = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
    return f"{where}{words}{f': {why}' if why else ''}"


def attempt(call: str, path: Path, do: Callable[[], T]) -> T:
    """Do it; an error of the system becomes AgainError, GoneError or TtyError, as TABLE says.

    `do` must be the one system call and nothing else: errors of the application are its own.
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
