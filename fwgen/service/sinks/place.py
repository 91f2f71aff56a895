"""The files that a sink has open must be those that their paths name: another program may have
moved, removed or replaced them. Then samples would be stored where nobody looks for them."""

from __future__ import annotations

import os
from pathlib import Path

from fwgen.service.sinks.base import SinkError

_Identity = tuple[int, int] | None


class MovedError(SinkError):
    """The path names another file than the open one, or none. Nothing was acknowledged since."""


class Place:
    """Notes which files the paths name now. `check` costs one system call a path."""

    def __init__(self, *paths: Path) -> None:
        self._named = {path: _identity(path) for path in paths}

    @classmethod
    def of(cls, path: Path, handle: int) -> Place:
        """`path` must go on to name the file that is open."""
        place, found = cls(), os.fstat(handle)
        place._named[path] = found.st_dev, found.st_ino
        return place

    def check(self) -> None:
        """Raise MovedError if a path names another file, or none."""
        for path, noted in self._named.items():
            found = _identity(path)
            if found != noted:
                what = "was moved or removed" if found is None else "was replaced"
                text = f"{path}: the file {what}: going on in the one that the path names"
                raise MovedError(text)


def _identity(path: Path) -> _Identity:
    """Return the device and the number of the file; None: there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SinkError(f"{path}: {error.strerror}") from error
    return found.st_dev, found.st_ino
