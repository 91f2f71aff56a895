"""Commented specs, one per board: `fwgen init` writes them and the demo runs them."""

from __future__ import annotations

import re
from pathlib import Path

REFERENCE_BOARD = "stm32mp257f_dk"


def example_paths() -> dict[str, Path]:
    """Return the path of the spec for each board name."""
    paths = sorted(Path(__file__).parent.glob("*.yaml"), key=lambda path: path.stem)
    return {_board(path): path for path in paths}


def reference_spec() -> Path:
    """Return the path of the bundled spec that is the default."""
    return example_paths()[REFERENCE_BOARD]


def _board(path: Path) -> str:
    match = re.search(r"^board: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise ValueError(f"{path}: the key `board` is missing")
    return match[1]
