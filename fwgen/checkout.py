"""Write files of the source tree that are generated from others, as `python -m fwgen.wire` does."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def write_made(files: Mapping[str, str]) -> int:
    """Write the files that differ; `files`: path below the repository's root -> content.

    Returns an exit code: 2 outside a source tree.
    """
    if not (ROOT / "pyproject.toml").is_file():
        print("error: expected a source tree, found an installed fwgen", file=sys.stderr)
        return 2
    for path, text in files.items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"wrote {path}", file=sys.stderr)
    return 0
