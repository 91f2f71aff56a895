"""`python -m fwgen.handshake`: write what is drawn from the table, in a source tree."""

from __future__ import annotations

import sys
from pathlib import Path

from fwgen.handshake import emit, machine

_ROOT = Path(__file__).resolve().parents[2]
_CORE = "fwgen/generate/templates/app/src/core"


def drawn_files() -> dict[str, str]:
    """Path below the repository's root -> content."""
    firmware = machine("firmware")
    return {
        f"{_CORE}/handshake_table.h": emit.c_header(firmware),
        f"{_CORE}/handshake_table.c": emit.c_source(firmware),
        "docs/handshake.md": emit.page([firmware, machine("peer")]),
    }


def main() -> int:
    if not (_ROOT / "pyproject.toml").is_file():
        print("fwgen is installed here: there is no source tree to write to", file=sys.stderr)
        return 2
    for path, text in drawn_files().items():
        target = _ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"wrote {path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
