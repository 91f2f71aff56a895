"""Only one service writes a database."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fwgen.errors import InputError

ENDING: Final = ".fwgen-peer.lock"
"""Of the lock file, after the database's name. No other program has files of this name: passwd(1)
has a passwd.lock."""


@contextmanager
def only_one(database: Path | None, *, needed: bool = True) -> Iterator[None]:
    """Hold the database's lock file, which has the process's id; remove it at the end. It is found
    by the file's real name: a symbolic link names the same database. Raises InputError if another
    process holds it, or if it cannot be made and is `needed`."""
    path = None if database is None else _path_of(database)
    handle = None if path is None else _hold(path, needed=needed)
    if path is None or handle is None:
        yield
        return
    try:
        os.ftruncate(handle, 0)
        with contextlib.suppress(OSError):  # the disk is full: the lock holds without the number
            os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()  # while it is held: who has it open by now opens it again
        with contextlib.suppress(OSError):
            os.close(handle)


def _hold(path: Path, *, needed: bool) -> int | None:
    """Return the locked file; None: it cannot be made, and is not needed."""
    while True:
        handle = _open(path, needed=needed)
        if handle is None:
            return None
        try:
            if _lock(path, handle):
                return handle
        except InputError:
            os.close(handle)
            raise
        os.close(handle)


def _lock(path: Path, handle: int) -> bool:
    """Return whether the locked file is the one that the path names: its owner may have removed it.
    Raises InputError."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
        text = (
            f"{str(path).removesuffix(ENDING)}: another fwgen-peer (process {owner}) writes to it"
        )
        raise InputError(text, "stop it, or name another database with --database") from None
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _path_of(database: Path) -> Path:
    try:
        real = database.resolve()
    except (OSError, RuntimeError):  # a loop of links; opening the database reports it
        real = database
    return real.with_name(real.name + ENDING)


def _open(path: Path, *, needed: bool) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(path, flags, 0o644)
    except OSError as error:
        if not needed:
            return None
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "free space on its disk" if full else "check its folder and its permissions"
        hint = f"{what}, or name another database with --database"
        raise InputError(f"{path}: {error.strerror}", hint) from None
