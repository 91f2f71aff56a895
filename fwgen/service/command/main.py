"""The `fwgen-peer` command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fwgen.program import Program

COMMANDS: Final = {
    "run": "receive the firmware's samples and keep each once, until it is stopped",
}
PROGRAM: Final = Program(
    "fwgen-peer",
    "The Linux side of firmware made by fwgen.",
    "fwgen.service.command",
    COMMANDS,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    return PROGRAM.main(argv)
