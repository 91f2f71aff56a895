"""Where a crash happened: the function and the source line of its program counter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fwgen.build.elf import Elf
from fwgen.errors import FwgenError
from fwgen.record import CrashReport


def located(report: CrashReport, path: Path | None) -> CrashReport:
    """Return the report with `function` and `source`, as far as the ELF at `path` has them. A check
    that failed names its own line; the other crashes get that of the program counter."""
    crash = report.crash
    if path is None or not crash.pc:
        return report
    try:
        elf = Elf(path)
    except FwgenError:  # without pyelftools, or not an ELF: the address alone is shown
        return report
    function = elf.symbol_at(crash.pc)
    line = elf.debug.line_of(crash.pc)
    source = f"{Path(line.file).name}:{line.line}" if line and line.line else ""
    named = _text(elf, crash.file)
    if named and crash.line:
        source = f"{Path(named).name}:{crash.line}"
    return replace(report, function=function.name if function else "", source=source)


def _text(elf: Elf, address: int) -> str:
    """Return the text that begins at this address of the firmware; "" if there is none."""
    section = elf.section_at(address)
    if section is None or not section.in_file:
        return ""
    found = elf.content(section)[address - section.start :]
    return found.partition(b"\0")[0].decode("utf-8", "replace")
