"""The kernel's source: unpack from an archive what User-Mode Linux needs, about a fifth of it."""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from fwgen import process
from fwgen.errors import MissingToolError, ToolBrokeError

_BUILD_FILES: Final = re.compile(r"(Kconfig|Makefile|Kbuild)\b")
"""Files that the build reads even where it compiles nothing; they are kept everywhere."""
_NOT_NEEDED: Final = ("Documentation", "samples", "sound", "tools")
_MACHINES: Final = ("um", "x86")
_DRIVERS: Final = (
    *("base", "char", "gpio", "hwmon", "input", "nvmem", "pci", "pps", "ptp", "rpmsg", "rtc"),
    *("tty", "usb", "virtio"),
)
"""Folders of `drivers` with files that are compiled or included; `net` has one more file."""
_ONE_DRIVER: Final = "drivers/net/loopback.c"

_DEBIAN: Final = re.compile(r"usr/src/linux-source-[\d.]+\.tar\.xz$")
"""The source inside Debian's package."""
_BROKEN: Final = "remove it and run `fwgen setup --only linux` again"


def unpack(archive: Path, tree: Path) -> None:
    """Unpack a release (.tar.xz) or Debian's package (.deb) into the folder `tree`.

    Raises ToolBrokeError for an archive that is not one; OSError if a file cannot be written.
    """
    found = 0
    try:
        with _opened(archive) as source:
            for member in source:
                name = _inside(member.name)
                if not member.isreg() or not _needed(name):
                    continue
                target = tree / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as output:
                    shutil.copyfileobj(cast("IO[bytes]", source.extractfile(member)), output)
                target.chmod(0o755 if member.mode & 0o100 else 0o644)
                found += 1
    except (tarfile.TarError, EOFError) as error:
        raise ToolBrokeError(f"{archive}: damaged: {error}", _BROKEN) from error
    if not found:
        raise ToolBrokeError(f"{archive}: expected a kernel's source, found none", _BROKEN)


def _inside(name: str) -> PurePosixPath:
    """Return the path inside the source's top folder; an empty one for a path that leaves it."""
    parts = PurePosixPath(name).parts
    return PurePosixPath() if ".." in parts or name.startswith("/") else PurePosixPath(*parts[1:])


def _needed(path: PurePosixPath) -> bool:
    if len(path.parts) < 2:
        return bool(path.parts)
    if _BUILD_FILES.match(path.name) or str(path) == _ONE_DRIVER:
        return True
    top, second = path.parts[:2]
    if top in ("arch", "drivers") and len(path.parts) > 2:
        return second in (_MACHINES if top == "arch" else _DRIVERS)
    return top not in _NOT_NEEDED


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    if archive.suffix != ".deb":
        with tarfile.open(archive, "r|xz") as source:
            yield source
        return
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    try:
        with process.started(command, stdout=process.PIPE) as unpacking:
            with tarfile.open(fileobj=unpacking.stdout, mode="r|") as package:
                for member in package:
                    if _DEBIAN.search(member.name):
                        inner = package.extractfile(member)
                        with tarfile.open(fileobj=inner, mode="r|xz") as source:
                            yield source
                        break
            unpacking.kill()
            unpacking.wait()
    except FileNotFoundError as error:
        message = "dpkg-deb, which unpacks Debian's packages, is not installed"
        raise MissingToolError(message, "run `apt-get install dpkg`") from error
