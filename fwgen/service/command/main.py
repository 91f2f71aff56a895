"""The `fwgen-peer` command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fwgen.program import Program

COMMANDS: Final = {
    "run": "receive the firmware's samples and keep each once, until it is stopped",
    "status": "show the link, the backlog, the last sample, troubles and sleeps",
    "tail": "print the last samples, and new ones as they arrive",
    "export": "print stored samples as CSV, JSON lines or Parquet",
    "doctor": "check tty, firmware, sleep, wake-up, clock and disk, with the cure for each fault",
    "suspend": "put Linux to sleep when the firmware has agreed",
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
