"""The user's files: read up to a size limit, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import select
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

STDIN: Final = "-"
"""The file name that means standard input."""

TEMPORARY_SUFFIX: Final = ".fwgen-tmp"
_TEMPORARY: Final = re.compile(rf"\.(.+)\.[0-9a-f]{{8}}{re.escape(TEMPORARY_SUFFIX)}")

_WRITER_WITHIN_S: Final = 5.0


class TooBigError(OSError):
    """A file with more bytes than the limit; `filename` is set."""


class NotRegularError(OSError):
    """A directory, a FIFO or a device where a regular file is expected; `filename` is set."""


def read(path: str | Path, most_bytes: int) -> bytes:
    """Return the bytes of a file, of standard input for `-`.

    Raises TooBigError for more than `most_bytes` (also for a device that never ends), and OSError
    if the file cannot be read (also for a FIFO without a writer).
    """
    if str(path) == STDIN:
        content = sys.stdin.buffer.read(most_bytes + 1)
    else:
        content = _read(Path(path), most_bytes + 1)
    if len(content) > most_bytes:
        raise TooBigError(0, "too big", str(path))
    return content


def read_regular(path: Path, most_bytes: int) -> bytes:
    """Return the first bytes of a regular file, at most `most_bytes`.

    Raises OSError, also for a FIFO or a device, which could block or never end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRegularError(errno.EINVAL, "it is not a regular file", str(path))
        return stream.read(most_bytes)


def _read(path: Path, count: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return b"".join(_from_fifo(descriptor, count, path))
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        os.set_blocking(descriptor, True)
        parts = []
        while count and (part := os.read(descriptor, min(count, 1 << 20))):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        os.close(descriptor)


def _from_fifo(descriptor: int, count: int, path: Path) -> Iterator[bytes]:
    """Yield what a writer writes.

    A read returns nothing both at the end and before a writer has opened the FIFO; it would block
    while a writer has not written yet.
    """
    until_s = time.monotonic() + _WRITER_WITHIN_S
    begun = False
    while count:
        try:
            part = os.read(descriptor, min(count, 1 << 20))
        except BlockingIOError:
            begun = True
            select.select([descriptor], [], [], 1.0)
            continue
        if part:
            begun = True
            count -= len(part)
            yield part
        elif begun or _has_ended(descriptor):
            return
        elif time.monotonic() > until_s:
            raise OSError(0, "it is a pipe, and no program writes to it", str(path))
        else:
            time.sleep(0.05)


def _has_ended(descriptor: int) -> bool:
    """Return whether a writer has opened and closed the FIFO."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet.

    Raises OSError (FileExistsError if it exists) and then removes what it has written.
    """
    with path.open("xb") as stream:
        try:
            stream.write(content)
            stream.flush()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def target_of_temporary(name: str) -> str:
    """Return the name of the file that `replace` writes through this temporary file; "": it is not
    a temporary file of `replace`."""
    match = _TEMPORARY.fullmatch(name)
    return match[1] if match else ""


def replace(files: Mapping[Path, bytes]) -> None:
    """Write the files, so that each is complete at any time, old or new.

    All are written to temporary files beside them first and then renamed one by one. Creates
    folders. Raises OSError; leaves no temporary file.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for target, content in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            mark = secrets.token_hex(4)
            temporary = target.with_name(f".{target.name}.{mark}{TEMPORARY_SUFFIX}")
            staged.append((temporary, target))
            with temporary.open("xb") as stream:
                stream.write(content)
        while staged:
            temporary, target = staged[0]
            temporary.replace(target)
            del staged[0]
    finally:
        for temporary, _ in staged:
            with contextlib.suppress(OSError):
                temporary.unlink()
