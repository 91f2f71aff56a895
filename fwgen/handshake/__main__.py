"""`python -m fwgen.handshake`: write the files generated from the table into the source tree."""

from __future__ import annotations

import sys

from fwgen.checkout import write_made
from fwgen.guard import guarded
from fwgen.handshake import emit, machine

_CORE = "fwgen/generate/templates/app/src/core"


def generated_files() -> dict[str, str]:
    """Return path below the repository's root -> content."""
    firmware = machine("firmware")
    return {
        f"{_CORE}/handshake_table.h": emit.c_header(firmware),
        f"{_CORE}/handshake_table.c": emit.c_source(firmware),
        "docs/handshake.md": emit.page([firmware, machine("peer")]),
    }


if __name__ == "__main__":
    sys.exit(guarded(lambda: write_made(generated_files())))
