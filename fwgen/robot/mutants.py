"""Firmwares that are wrong on purpose: sources with a fault put into them, a file a fault.

A fault is data (TOML): which lines of which source, what stands there instead, which test must fail
and what it must say. The application's own sources know nothing of faults; CMake takes the changed
ones in their place (FWGEN_MUTANT).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fwgen.errors import InputError


@dataclass(frozen=True)
class Change:
    """`old` stands in `file` once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """`suite` and `test` are Robot's; `reason` is a regular expression for the test's message.
    `scenario`: the bundled one in which `expectation` is not met on the host backend; empty where
    the fault is not in the core."""

    name: str
    title: str
    suite: str
    test: str
    reason: str
    changes: tuple[Change, ...]
    scenario: str = ""
    expectation: str = ""

    def sources(self, app: Mapping[str, bytes]) -> dict[str, str]:
        """The changed sources by their path in the application, from those of the right one.

        Raises InputError if the fault does not fit them any more."""
        changed: dict[str, str] = {}
        for change in self.changes:
            text = changed.get(change.file) or app[change.file].decode("utf-8")
            if text.count(change.old) != 1:
                found = text.count(change.old)
                raise InputError(
                    f"{self.name}: what it replaces is {found} times in {change.file}, not once\n"
                    "help: the source has changed; let the fault follow"
                )
            changed[change.file] = text.replace(change.old, change.new)
        return changed

    def caught(self, message: str) -> bool:
        """Whether a failed test has seen this fault and not another."""
        return re.search(self.reason, message, re.DOTALL) is not None


def load_mutant(path: Path) -> Mutant:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    changes = tuple(Change(item["file"], item["old"], item["new"]) for item in data["change"])
    return Mutant(
        name=path.stem,
        title=data["title"],
        suite=data["suite"],
        test=data["test"],
        reason=data["reason"],
        changes=changes,
        scenario=data.get("scenario", ""),
        expectation=data.get("expectation", ""),
    )


def load_mutants(folder: Path) -> list[Mutant]:
    return [load_mutant(path) for path in sorted(folder.glob("*.toml"))]


def stand_in(folder: Path, sources: Mapping[str, str]) -> None:
    """Let just these lie in the folder; what has not changed is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*.c"):
        if str(path.relative_to(folder)) not in sources:
            path.unlink()
    for name, text in sources.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def table(mutants: list[Mutant]) -> str:
    """docs/mutants.md."""
    lines = [
        "# Wrong firmwares",
        "",
        "Written by `python -m fwgen.robot.mutation --table` from robot/mutants/.",
        "",
        "Each of these is the reference firmware with one fault built in. `make robot` builds all",
        "of them and requires that the test named here fails and says what the last column says;",
        "with the right firmware it passes.",
        "",
        "| fault | what it does | caught by | says |",
        "| --- | --- | --- | --- |",
    ]
    for mutant in mutants:
        reason = mutant.reason.replace("|", "\\|")
        lines.append(
            f"| [{mutant.name}](../robot/mutants/{mutant.name}.toml) | {mutant.title} "
            f"| `robot/{mutant.suite}`: {mutant.test} | `{reason}` |"
        )
    return "\n".join(lines) + "\n"
