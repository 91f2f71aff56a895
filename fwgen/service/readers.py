"""Which processes have a tty open: a second reader takes the firmware's messages."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path


def readers(node: Path, root: Path = Path("/")) -> dict[int, str]:
    """Return the processes that have the device open, by whatever name: id -> name. Without root's
    rights only those of this user. `root`: where /proc and /dev are."""
    place = root / str(node).lstrip("/")
    names, device = {node, place}, _device(place)
    with suppress(OSError, RuntimeError):  # a loop of links
        names.add(place.resolve())
    found = {}
    for process in (root / "proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or belongs to another user
            for handle in (process / "fd").iterdir():
                if handle.readlink() in names or (device and _device(handle) == device):
                    found[int(process.name)] = _name(process)
                    break
    return found


def _device(path: Path) -> int:
    """Return the device's number; 0: it is no character device."""
    try:
        found = path.stat()
    except (OSError, RuntimeError):
        return 0
    return found.st_rdev if stat.S_ISCHR(found.st_mode) else 0


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return "?"
