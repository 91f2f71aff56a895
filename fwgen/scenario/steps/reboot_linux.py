from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.spec.kinds import Amount, Choice, Key


class RebootLinux(Step):
    do: Annotated[
        str,
        Choice({"reboot-linux": "reboot-linux"}),
        Field(
            description="Linux starts again without a reset of the chip (kexec), and without "
            "telling the firmware, which continues; the rings are new."
        ),
    ]
    needs: ClassVar = "reboot_linux"

    takes_us: Annotated[
        int,
        Key("takes"),
        Amount("us", "1 ms", LONGEST, example="20 s"),
        Field(description="Time until the peer is back."),
    ] = 20_000_000

    def run(self, backend: Actions) -> None:
        backend.reboot_linux(self.takes_us)
