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
        Field(description="A doorbell reaches the M33 that nothing new stands behind."),
    ]
    needs: ClassVar = "stale_doorbell"

    ring: Annotated[
        str,
        Choice({"vq0": "vq0", "vq1": "vq1"}),
        Field(description="vq0: buffers given back; vq1: a message from Linux."),
    ] = "vq0"

    def run(self, backend: Actions) -> None:
        backend.stale_doorbell(self.ring)
