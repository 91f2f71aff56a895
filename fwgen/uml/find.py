"""Finds the kernel of `--linux kernel`: one that the user names, or that `fwgen setup` built.

The cache (`$XDG_CACHE_HOME/fwgen/linux`, by default in ~/.cache) has a folder for each kernel:
`linux`, the program, and `kernel.json`, what it was built from.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from fwgen import process
from fwgen.config import Config
from fwgen.errors import InputError, MissingToolError
from fwgen.files import read_regular
from fwgen.uml.recipe import recipe

PROGRAM: Final = "linux"
RECORD: Final = "kernel.json"
FORMAT: Final = 1
SETUP: Final = "run `fwgen setup --only linux`"

_MOST_BYTES: Final = 64 << 20
_PROBE_S: Final = 20.0


@dataclass(frozen=True)
class Kernel:
    """`path`: the program. `version`: such as "6.1.192". `origin`: where its path comes from: a
    place in the configuration file, an environment variable, or "the cache"."""

    path: Path
    version: str
    origin: str


@dataclass(frozen=True)
class Record:
    """What a kernel in the cache was built from: `kernel.json`.

    `source`: the name of its archive and the SHA-256.
    `recipe`: see recipe(). `sha256`: of the program. `build_s`: how long unpacking and compiling
    took; `cpu_s`: the CPU time of all processes in it (0: not recorded).
    """

    version: str
    source: str
    recipe: str
    compiler: str
    sha256: str
    build_s: float
    cpu_s: float = 0.0


def find_kernel(config: Config) -> Kernel:
    """Return the configured kernel, else the newest one in the cache that this fwgen has built.

    Raises MissingToolError; InputError if the cache folder is unknown.
    """
    if reason := unsupported():
        raise MissingToolError(reason, "use `--linux emulated` on this machine")
    if config.linux.kernel:
        return _named(config.linux.kernel, config.origin("linux.kernel"))
    newest: tuple[tuple[tuple[int, ...], float], Path, Record] | None = None
    for folder, record in kernels():
        if record.recipe != recipe():
            continue
        found = (_numbers(record.version), folder.stat().st_mtime), folder, record
        newest = found if newest is None else max(newest, found, key=lambda item: item[0])
    if newest is None:
        raise MissingToolError(f"no Linux kernel for `--linux kernel`: {_why_none()}", SETUP)
    return Kernel(newest[1] / PROGRAM, newest[2].version, "the cache")


def unsupported() -> str:
    """Return why this machine cannot run User-Mode Linux, "" if it can."""
    system, machine = platform.system(), platform.machine()
    if (system, machine) == ("Linux", "x86_64"):
        return ""
    return f"User-Mode Linux needs Linux on x86-64, this machine is {system} on {machine}"


def cache_folder() -> Path:
    """Return the folder with the kernels; it may not exist.

    Raises InputError if the home folder is unknown.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = Path(base if base.startswith("/") else Path("~/.cache").expanduser())
    except RuntimeError as error:
        raise InputError("the home folder is unknown", "set XDG_CACHE_HOME") from error
    return folder / "fwgen" / "linux"


def kernels() -> Iterator[tuple[Path, Record]]:
    """Yield the complete kernels in the cache: the folder, and what it was built from."""
    for entry in _built():
        record = _record(entry)
        if record is not None and digest(entry / PROGRAM) == record.sha256:
            yield entry, record


def _built() -> list[Path]:
    """Return the cache's folders with a program or a record; a build in progress has a dot."""
    folder = cache_folder()
    return [
        entry
        for entry in (sorted(folder.iterdir()) if folder.is_dir() else ())
        if not entry.name.startswith(".")
        and any((entry / name).exists() for name in (PROGRAM, RECORD))
    ]


def _why_none() -> str:
    """Return why no kernel in the cache can be used."""
    folders = [(folder, _record(folder)) for folder in _built()]
    for folder, record in folders:
        if record is None:
            return f"{folder} is damaged: expected a {RECORD} that this fwgen can read"
        if record.recipe == recipe():
            return f"{folder / PROGRAM} is damaged: its SHA-256 is not the one in {RECORD}"
    return "another version of fwgen built the one in the cache" if folders else "it is not built"


def write_record(folder: Path, record: Record) -> None:
    document = {"fwgen-kernel": FORMAT, **asdict(record)}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    (folder / RECORD).write_text(text, encoding="utf-8")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def digest(file: Path) -> str:
    """Return the SHA-256 of a program, "" if it cannot be read."""
    try:
        return hashlib.sha256(read_regular(file, _MOST_BYTES)).hexdigest()
    except OSError:
        return ""


def _record(folder: Path) -> Record | None:
    """Return the record of a kernel, None if it is missing or damaged."""
    try:
        document = json.loads(read_regular(folder / RECORD, 1 << 16))
        if document.pop("fwgen-kernel") != FORMAT:
            return None
        return Record(**document)
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


def _named(path: Path, origin: str) -> Kernel:
    hint = f"correct the path, or remove it and {SETUP}"
    try:
        done = process.probe([path, "--version"], _PROBE_S)
    except OSError as error:
        message = f"{origin} names the Linux kernel {path}, which does not start: {error.strerror}"
        raise MissingToolError(message, hint) from error
    version = done.stdout.strip()
    if done.returncode or not re.fullmatch(r"\d+\.\d+\S*", version):
        raise MissingToolError(
            f"{origin} names {path}, which is not a User-Mode Linux: expected its version, "
            f"found {version[:40]!r}",
            hint,
        )
    return Kernel(path, version, origin)
