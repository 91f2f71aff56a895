"""Files of the source tree that are made from others of it: `python -m fwgen.wire` and its like."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def write_made(files: Mapping[str, str]) -> int:
    """`files`: path below the repository's root -> content. Writes what differs and returns an exit
    code: 2 outside of a source tree."""
    if not (_ROOT / "pyproject.toml").is_file():
        print("fwgen is installed here: there is no source tree to write to", file=sys.stderr)
        return 2
    for path, text in files.items():
        target = _ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"wrote {path}", file=sys.stderr)
    return 0
