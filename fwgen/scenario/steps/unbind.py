from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step, check_is_undone
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.kinds import Choice


class Unbind(Step):
    do: Annotated[
        str,
        Choice({"unbind": "unbind"}),
        Field(description="The rpmsg device is unbound from its driver: the endpoint disappears."),
    ]
    needs: ClassVar = "unbind"

    def check(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        super().check(place, steps, findings)
        check_is_undone(self, "bind", place, steps, findings)

    def run(self, backend: Actions) -> None:
        backend.unbind()
