from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.spec.kinds import Amount, Choice, Key, on_off


class IdleDdr(Step):
    do: Annotated[
        str,
        Choice({"idle-ddr": "idle-ddr"}),
        Field(
            description="Linux only idles: unless a process holds /dev/cpu_dma_latency, DDR enters "
            "self-refresh whenever Linux has nothing to do."
        ),
    ]
    needs: ClassVar = "idle_ddr"

    for_us: Annotated[
        int,
        Key("for"),
        Amount("us", "1 ms", LONGEST, example="10 s"),
        Field(description="How long."),
    ]
    held: Annotated[
        bool,
        on_off(),
        Field(description="Whether the peer may hold /dev/cpu_dma_latency; the default is on."),
    ] = True

    def run(self, backend: Actions) -> None:
        backend.idle_ddr(self.for_us, self.held)
