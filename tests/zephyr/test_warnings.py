"""The application's own sources are silent under warnings that Zephyr's headers are not."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.zephyr.firmwares import SPECS, TREES, alone, built

pytestmark = pytest.mark.needs("zephyr")

STRICT = "-Wall -Wextra -Wshadow -Wconversion -Wno-unused-parameter -fdiagnostics-color=never"


@pytest.mark.parametrize("name", SPECS)
def test_conversions_are_spelt_out(name: str) -> None:
    built(name)
    tree = TREES / name / "zephyr"
    own = str(TREES / name / "app")
    commands = json.loads((tree / "compile_commands.json").read_text(encoding="utf-8"))
    mine = [entry for entry in commands if entry["file"].startswith(own)]
    assert len(mine) > 20
    with alone(name):
        said = [line for entry in mine for line in warnings_of(entry) if line.startswith(own)]
    assert not said, "\n".join(said)


def warnings_of(entry: dict[str, str]) -> list[str]:
    """Of one compilation; nothing is written."""
    command = re.sub(r" -o \S+| -Werror\b(?!=)| -MD| -M[TF] \S+", "", entry["command"])
    done = subprocess.run(
        f"{command} {STRICT} -fsyntax-only",
        shell=True,
        cwd=Path(entry["directory"]),
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stderr.splitlines() if "warning:" in line]
