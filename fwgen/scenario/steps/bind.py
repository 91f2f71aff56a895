from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step, check_undoes
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.kinds import Choice


class Bind(Step):
    do: Annotated[
        str,
        Choice({"bind": "bind"}),
        Field(description="The rpmsg device is bound to its driver again."),
    ]
    needs: ClassVar = "bind"

    def check(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        super().check(place, steps, findings)
        check_undoes(self, "unbind", place, steps, findings)

    def run(self, backend: Actions) -> None:
        backend.bind()
