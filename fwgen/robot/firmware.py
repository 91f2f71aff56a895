"""Firmwares for the suites: built when first needed, and again when their sources change."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from fwgen.build.cmake import Progress
from fwgen.build.firmware import Firmware
from fwgen.config import load_config
from fwgen.errors import ExaminedBadError
from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.robot.mutants import Mutant
from fwgen.spec import load_spec
from fwgen.spec.model import Spec

BUILDING: Final = "building "
"""Each progress line of a build begins with this."""

_TREE: Final = "tree"


def firmware(spec_file: Path, folder: Path, mutant: Mutant | None = None) -> Path:
    """Return the ELF of a spec, with a fault or without; all are built in one tree.

    Raises MissingToolError without Zephyr, ExaminedBadError if a firmware without a fault fails
    its audit.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    spec = load_spec(spec_file)
    app = render(plan_spec(spec))
    name = f"{spec.name}-{mutant.name}" if mutant else spec.name
    elf, stamp = folder / f"{name}.elf", folder / f"{name}.stamp"
    changed = mutant.sources(app) if mutant else {}
    key = _key(app, changed)
    with _locked(folder / "lock"):
        if elf.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == key:
            return elf
        stamp.unlink(missing_ok=True)
        shutil.copyfile(_build(spec, folder / _TREE, changed, _building(name)), elf)
        stamp.write_text(key, encoding="utf-8")
    return elf


def _building(name: str) -> Progress:
    """Return a progress that prints to the console: Robot moves a keyword's output to its log."""
    progress = Progress(sys.__stderr__, title=f"{BUILDING}{name}")
    progress.say(f"{BUILDING}the firmware {name}, which takes a minute or two")
    return progress


def _build(spec: Spec, tree: Path, changed: Mapping[str, str], progress: Progress) -> Path:
    built = Firmware(spec, tree, progress=progress, wrong=changed).build()
    if not built.passed:
        failed = "\n".join(finding.message for finding in built.findings)
        raise ExaminedBadError(f"{built.elf} failed its audit:\n{failed}")
    return built.elf


def _key(app: Mapping[str, bytes], changed: Mapping[str, str]) -> str:
    """Return a key that changes with the ELF's sources and with the tools."""
    digest = hashlib.sha256(f"{load_config().zephyr}\n{sorted(changed.items())}\n".encode())
    for path, content in app.items():
        digest.update(f"{path}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process build at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
