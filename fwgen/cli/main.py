"""The `fwgen` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fwgen.cli.arguments import PROGRAM


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (see the README)."""
    return PROGRAM.main(argv)


if __name__ == "__main__":
    sys.exit(main())
