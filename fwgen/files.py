"""Files of the user's: read within bounds, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import select
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

STDIN: Final = "-"
"""As a file's name: standard input."""

TEMPORARY_SUFFIX: Final = ".fwgen-tmp"

_WRITER_WITHIN_S: Final = 5.0


class TooBigError(OSError):
    """A file with more bytes than asked for; `filename` is set."""


def read(path: str | Path, most_bytes: int) -> bytes:
    """The bytes of a file, of standard input for `-`.

    Raises TooBigError, and OSError where nothing can be read: also for a FIFO that nobody opens for
    writing, and a device that never ends has too many bytes.
    """
    if str(path) == STDIN:
        content = sys.stdin.buffer.read(most_bytes + 1)
    else:
        content = _read(Path(path), most_bytes + 1)
    if len(content) > most_bytes:
        raise TooBigError(0, "too big", str(path))
    return content


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
    """A read of one without a writer gives nothing, which is also the end; with a writer that has
    not written yet it would block."""
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
            raise OSError(0, "it is a pipe that nobody writes to", str(path))
        else:
            time.sleep(0.05)


def _has_ended(descriptor: int) -> bool:
    """Whether a writer was there and has gone."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def write_new(path: Path, content: bytes) -> None:
    """A file that is not there yet. Raises OSError, FileExistsError among them; leaves nothing
    half."""
    with path.open("xb") as stream:
        try:
            stream.write(content)
            stream.flush()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def replace(files: Mapping[Path, bytes]) -> None:
    """Each is whole at any time, old or new: all are written beside their places first and then
    moved there one by one. Folders are made. Raises OSError; leaves no temporary file."""
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


def leftovers(target: Path) -> list[Path]:
    """Temporary files of `replace` that a killed process left beside a file."""
    if not target.parent.is_dir():
        return []
    head = f".{target.name}."
    return [
        path
        for path in target.parent.iterdir()
        if path.name.startswith(head) and path.name.endswith(TEMPORARY_SUFFIX)
    ]
