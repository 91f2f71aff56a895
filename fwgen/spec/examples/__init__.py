"""Commented specs, one a board: what `fwgen init` writes and what the demo runs."""

from __future__ import annotations

import re
from pathlib import Path

REFERENCE_BOARD = "stm32mp257f_dk"


def example_paths() -> dict[str, Path]:
    """Board name -> spec for it."""
    paths = sorted(Path(__file__).parent.glob("*.yaml"), key=lambda path: path.stem)
    return {_board(path): path for path in paths}


def reference_spec() -> Path:
    """The bundled spec that runs where no other is named."""
    return example_paths()[REFERENCE_BOARD]


def _board(path: Path) -> str:
    match = re.search(r"^board: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise ValueError(f"{path} names no board")
    return match[1]
