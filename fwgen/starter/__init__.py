"""The files of a new project: a spec, a scenario, a test suite and CI files."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from fwgen import files
from fwgen.distribution import NAME, WHEEL
from fwgen.errors import InputError
from fwgen.spec.model import Spec

SCENARIO: Final = "scenarios/first-sleep.yaml"
SUITES: Final = "tests"

_PLACES: Final = {
    "scenario.yaml": SCENARIO,
    "suite.robot": f"{SUITES}/node.robot",
    "github.yml": ".github/workflows/firmware.yml",
    "gitlab.yml": ".gitlab-ci.yml",
    "gitignore": ".gitignore",
    "requirements.txt": "requirements.txt",
    "readme.md": "README.md",
}
"""Bundled file -> its path in the project."""


def project_files(spec: Spec, text: str) -> dict[str, bytes]:
    """Return the project's files: path -> content. `text`: the content of the spec."""
    name = f"{spec.name}.yaml"
    words = {
        "SPEC": name,
        "NAME": spec.name,
        "BOARD": spec.board,
        "DISTRIBUTION": NAME,
        "WHEEL": WHEEL,
    }
    made = {name: text.encode()}
    for bundled, place in _PLACES.items():
        content = resources.files(__name__).joinpath("files", bundled).read_text("utf-8")
        for word, value in words.items():
            content = content.replace(f"@{word}@", value)
        made[place] = content.encode()
    return made


def write_project(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write all files or none; overwrite nothing. Raises InputError."""
    try:
        taken = [place for place in content if os.path.lexists(folder / place)]
        folder.stat()  # lexists answers False for a place that it may not look into
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _unusable(folder, error) from error
    if taken:
        names = ", ".join(str(folder / place) for place in taken)
        other = shlex.quote(f"{folder}-2")
        raise InputError(
            f"expected a folder without these files: {names}; nothing was written",
            f"name an empty or a new folder: `fwgen init --project {other}`",
        )
    made: list[Path] = []
    try:
        for place, data in content.items():
            _make_folder((folder / place).parent, made)
            files.write_new(folder / place, data)
            made.append(folder / place)
    except BaseException as error:
        _remove(made)
        if not isinstance(error, OSError):
            raise
        raise _unusable(Path(error.filename or folder), error) from error


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path} cannot be written: {error.strerror}; nothing was kept",
        "name another folder: `fwgen init --project DIR`",
    )


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make the folder and its parents; append the new ones to `made`."""
    for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        missing.mkdir()
        made.append(missing)


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        with contextlib.suppress(OSError):  # another process has put a file into the folder
            path.rmdir() if path.is_dir() else path.unlink()
