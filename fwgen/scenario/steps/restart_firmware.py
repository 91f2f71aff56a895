from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class RestartFirmware(Step):
    do: Annotated[
        str,
        Choice({"restart-firmware": "restart-firmware"}),
        Field(
            description="Linux stops the M33, loads the firmware and starts it (remoteproc); "
            "retained memory keeps its contents."
        ),
    ]
    needs: ClassVar = "restart_firmware"

    def run(self, backend: Actions) -> None:
        backend.restart_firmware()
