from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step, check_is_undone
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.kinds import Choice


class CrashApp(Step):
    do: Annotated[
        str,
        Choice({"crash-app": "crash-app"}),
        Field(description="The peer crashes; what it has read and not processed is lost."),
    ]
    needs: ClassVar = "crash_app"

    def check(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        super().check(place, steps, findings)
        check_is_undone(self, "start-app", place, steps, findings)

    def run(self, backend: Actions) -> None:
        backend.crash_app()
