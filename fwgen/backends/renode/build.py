"""Builds the firmware if the user gave no ELF: as `fwgen build` does, in the same folder."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.errors import ExaminedBadError

if TYPE_CHECKING:
    from fwgen.config import Config
    from fwgen.plan.model import Plan


def build_firmware(plan: Plan, config: Config, say: Callable[[str], None]) -> tuple[Path, Plan]:
    """Return the ELF, and the plan with the log's size as that ELF has it.

    Raises ExaminedBadError if the ELF fails its audit.
    """
    from fwgen.build.firmware import Firmware

    folder = Path("build", plan.spec.name)
    say(f"building the firmware in {folder}")
    built = Firmware(plan.spec, folder, config).build()
    if not built.passed:
        raise ExaminedBadError(
            f"the firmware {built.elf} failed its audit",
            f"`fwgen audit {shlex.quote(str(built.elf))} --spec SPEC` shows the findings",
        )
    return built.elf, built.plan
