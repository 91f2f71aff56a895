"""docs/CODE.md names every room, and no file that does not exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/CODE.md").read_text("utf-8")


def rooms() -> set[str]:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    layers = tool["importlinter"]["contracts"][0]["layers"]
    return {room.strip() for layer in layers for room in layer.split("|")}


def test_every_room_has_a_row() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    named = set(re.findall(r"`([\w]+)/?`", "\n".join(rows)))
    lowest = {
        "checkout",
        "distribution",
        "early",
        "errors",
        "output",
        "process",
        "terminal",
        "toml_places",
        "toml_syntax",
        "words",
    }
    assert rooms() - named <= lowest, "which the last row calls `and below`"


def test_every_path_exists() -> None:
    tops = "fwgen|tests|docs|robot|renode|board|zephyr_app|scripts"
    paths = set(re.findall(rf"`((?:{tops})/[\w/.-]*)`", PAGE))
    assert len(paths) > 20
    assert {path for path in paths if "NAME" not in path and not (ROOT / path).exists()} == set()
