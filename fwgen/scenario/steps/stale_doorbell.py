from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class StaleDoorbell(Step):
    do: Annotated[
        str,
        Choice({"stale-doorbell": "stale-doorbell"}),
        Field(description="The M33 gets a spurious doorbell: there is nothing new to read."),
    ]
    needs: ClassVar = "stale_doorbell"

    ring: Annotated[
        str,
        Choice({"vq0": "vq0", "vq1": "vq1"}),
        Field(description="vq0: buffers were returned; vq1: a message from Linux."),
    ] = "vq0"

    def run(self, backend: Actions) -> None:
        backend.stale_doorbell(self.ring)
