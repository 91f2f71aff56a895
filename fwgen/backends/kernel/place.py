"""The folder of a run with a real Linux: its sockets, the journal and the kernel's log.

The kernel's command line has no quotes that protect spaces, colons or commas, and a socket's path
has at most 107 bytes. So the folder has a short path of plain characters, and symbolic links in it
stand for other paths.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

from fwgen.errors import InputError

_PREFIX: Final = "fwgen-linux-"
_LOCK: Final = "lock"
_PLAIN: Final = re.compile(r"/[A-Za-z0-9/._+-]*")
_BASE_BYTES: Final = 60
"""The kernel adds names of its own to the folder's path, also for sockets."""
_PATH_BYTES: Final = 250
"""The command line has at most 2048 bytes."""
_OTHER_BASES: Final = ("/tmp", "/dev/shm", "/var/tmp")


class Place:
    """A new folder, removed by `remove`; or by the next run, if this process is killed."""

    def __init__(self) -> None:
        base = _base()
        _remove_abandoned(base)
        self._temporary = tempfile.TemporaryDirectory(
            prefix=_PREFIX, dir=base, ignore_cleanup_errors=True
        )
        self.folder = Path(self._temporary.name)
        self._lock = _lock(self.folder)

    def remove(self) -> None:
        self._temporary.cleanup()
        os.close(self._lock)

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    @property
    def device(self) -> Path:
        return self.folder / "device"

    @property
    def control(self) -> Path:
        return self.folder / "control"

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def plain(self, folder: Path, name: str) -> Path:
        """Return a path of the folder that fits on the command line; `name`: of a link to it."""
        if _is_plain(folder, _PATH_BYTES):
            return folder
        link = self.folder / name
        link.symlink_to(folder, target_is_directory=True)
        return link

    def plain_program(self, program: Path, name: str) -> Path:
        """As `plain`, for PREFIX/bin/PROGRAM; Python finds its packages from PREFIX.

        Raises InputError if the last two names have characters that do not fit.
        """
        if _is_plain(program, _PATH_BYTES):
            return program
        prefix = self.plain(program.parent.parent, name)
        found = prefix / program.parent.name / program.name
        if not _is_plain(found, _PATH_BYTES):
            raise InputError(
                f"{program} cannot be on the kernel's command line: "
                "expected letters, digits and ._+- in its last two names",
                "install fwgen in another folder",
            )
        return found


def _is_plain(path: Path, most_bytes: int) -> bool:
    return bool(_PLAIN.fullmatch(str(path))) and len(str(path)) <= most_bytes


def _base() -> Path:
    """Return the folder for temporary files, or another one if its path does not fit."""
    usual = tempfile.gettempdir()
    for base in map(Path, (usual, *_OTHER_BASES)):
        if _is_plain(base, _BASE_BYTES) and base.is_dir() and os.access(base, os.W_OK | os.X_OK):
            return base
    raise InputError(
        f"no folder for the real Linux's sockets: {usual} is too long or has special characters, "
        f"and {', '.join(_OTHER_BASES)} cannot be written",
        f"set TMPDIR to a folder whose path has at most {_BASE_BYTES} letters, digits and /._+-",
    )


def _lock(folder: Path) -> int:
    """Return a descriptor that holds the folder's lock; it is locked before it has its name."""
    new = folder / f"{_LOCK}.new"
    handle = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    new.rename(folder / _LOCK)
    return handle


def _remove_abandoned(base: Path) -> None:
    """Remove this user's folders whose lock no process holds: their fwgen was killed."""
    for entry in os.scandir(base):
        with contextlib.suppress(OSError):  # another process holds the lock, or removes it too
            if (
                entry.name.startswith(_PREFIX)
                and entry.is_dir(follow_symlinks=False)
                and entry.stat(follow_symlinks=False).st_uid == os.geteuid()
            ):
                _remove_unlocked(Path(entry.path))


def _remove_unlocked(folder: Path) -> None:
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)
