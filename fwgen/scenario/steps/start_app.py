from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step, check_undoes
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.kinds import Choice


class StartApp(Step):
    do: Annotated[
        str,
        Choice({"start-app": "start-app"}),
        Field(description="The peer starts again."),
    ]
    needs: ClassVar = "start_app"

    spec: Annotated[
        str,
        Choice({"own": "own", "other": "other"}),
        Field(description="other: the peer was made for another spec, and takes no samples."),
    ] = "own"

    def check(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        super().check(place, steps, findings)
        check_undoes(self, "crash-app", place, steps, findings)

    def run(self, backend: Actions) -> None:
        backend.start_app(self.spec)
