from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.booting import BootingStep
from fwgen.spec.kinds import Choice


class RestartBoard(BootingStep):
    do: Annotated[
        str,
        Choice({"restart-board": "restart-board"}),
        Field(
            description="A system reset (`reboot`, a reset button): Linux boots, and the M33 is "
            "held until Linux has loaded it."
        ),
    ]
    needs: ClassVar = "restart_board"

    log: Annotated[
        str,
        Choice({"kept": "kept", "erased": "erased"}),
        Field(description="Whether retained memory keeps its contents."),
    ] = "kept"

    def run(self, backend: Actions) -> None:
        backend.restart_board(self.takes_us, self.app_us, self.log)
