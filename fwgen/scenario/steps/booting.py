"""The base of the steps after which Linux boots and loads the firmware again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.steps.base import LONGEST, NO_REMOTEPROC, Step
from fwgen.spec.kinds import Amount, Key


class BootingStep(Step):
    """A step that ends with a boot of the whole board."""

    takes_us: Annotated[
        int,
        Key("takes"),
        Amount("us", "1 ms", LONGEST, example="20 s"),
        Field(description="Time until Linux has loaded and started the firmware."),
    ] = 20_000_000
    app_us: Annotated[
        int,
        Key("app"),
        Amount("us", "0 s", LONGEST, example="5 s"),
        Field(description="Time from then on until the peer runs."),
    ] = 0

    def refused_by_linux(self) -> str:
        return NO_REMOTEPROC
