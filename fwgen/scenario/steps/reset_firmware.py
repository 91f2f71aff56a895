from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class ResetFirmware(Step):
    do: Annotated[
        str,
        Choice({"reset-firmware": "reset-firmware"}),
        Field(
            description="The M33 is reset and starts at once, as under a debugger that has "
            "released its boot; retained memory keeps its contents."
        ),
    ]
    needs: ClassVar = "reset_firmware"

    def run(self, backend: Actions) -> None:
        backend.reset_firmware()
