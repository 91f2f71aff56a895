"""The firmware to run, where nobody gave one: built as `fwgen build` does, in the same place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.errors import ExaminedBadError

if TYPE_CHECKING:
    from fwgen.config import Config
    from fwgen.plan.model import Plan


def build_firmware(plan: Plan, config: Config, say: Callable[[str], None]) -> tuple[Path, Plan]:
    """The ELF, and the plan with the log as large as that ELF leaves it room.

    Raises ExaminedBadError if it does not pass the audit.
    """
    from fwgen.build.firmware import Firmware

    folder = Path("build", plan.spec.name)
    say(f"building the firmware in {folder}")
    built = Firmware(plan.spec, folder, config).build()
    if not built.passed:
        raise ExaminedBadError(
            f"the firmware in {built.elf} does not pass its audit\n"
            f"help: `fwgen audit {built.elf} --spec SPEC` says why"
        )
    return built.elf, built.plan
