"""Only one service writes a database."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fwgen.errors import InputError


@contextmanager
def only_one(database: Path | None, *, needed: bool = True) -> Iterator[None]:
    """Hold the database's lock file, which has the process's id. It is found by the file's real
    name: a symbolic link names the same database. Raises InputError if another
    process holds it, or if it cannot be made and is `needed`."""
    handle = None if database is None else _open(database, needed=needed)
    if handle is None:
        yield
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            text = f"{database}: another fwgen-peer (process {owner}) writes to it"
            raise InputError(text, "stop it, or name another database with --database") from None
        os.ftruncate(handle, 0)
        with contextlib.suppress(OSError):  # the disk is full: the lock holds without the number
            os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            os.close(handle)


def _open(database: Path, *, needed: bool) -> int | None:
    try:
        real = database.resolve()
    except (OSError, RuntimeError):  # a loop of links; opening the database reports it
        real = database
    path = real.with_name(real.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if not needed:
            return None
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "free space on its disk" if full else "check its folder and its permissions"
        hint = f"{what}, or name another database with --database"
        raise InputError(f"{path}: {error.strerror}", hint) from None
