"""The base of all steps, and checks that steps share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.kinds import Amount, Integer, Key, Part

LONGEST = "8784 h"


class Step(Part):
    """One action at a time. A subclass defines its name in `do`."""

    needs: ClassVar[str] = ""
    """Name of the backend's method that it calls."""

    do: str
    at_us: Annotated[
        int, Key("at"), Amount("us", "0 s", LONGEST, example="10 s"), Field(description="When.")
    ]
    every_us: Annotated[
        int | None,
        Key("every"),
        Amount("us", "1 ms", LONGEST, example="1 h"),
        Field(description="Repeat after this time, `times` in total."),
    ] = None
    times: Annotated[
        int, Integer(1, 100_000, "24"), Field(description="How often, with `every`.")
    ] = 1

    def instants_us(self) -> list[int]:
        """Return all times at which the step happens."""
        return [self.at_us + n * (self.every_us or 0) for n in range(self.times)]

    def check(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        """Check this step together with the scenario's other steps; `place` is its position."""
        if (self.every_us is None) != (self.times == 1):
            findings.error(
                "step-repeat",
                f"expected both `every` and `times` in `{self.do}`, found only one",
                place,
                "write both, as in `every: 1 h, times: 24`",
            )

    @abstractmethod
    def run(self, backend: Actions) -> None:
        """Execute the step now."""


def check_is_undone(
    step: Step, undone_by: str, place: Position, steps: Sequence[Step], findings: Findings
) -> None:
    """Report an error if no step `undone_by` follows."""
    last = max(step.instants_us())
    if not any(other.do == undone_by and max(other.instants_us()) >= last for other in steps):
        findings.error(
            "step-open",
            f"expected `{undone_by}` after `{step.do}`: without it, later samples cannot arrive",
            place,
            f"add a step `do: {undone_by}` after it",
        )


def check_undoes(
    step: Step, undoes: str, place: Position, steps: Sequence[Step], findings: Findings
) -> None:
    """Report an error if no step `undoes` comes before."""
    first = min(step.instants_us())
    if not any(other.do == undoes and min(other.instants_us()) <= first for other in steps):
        findings.error(
            "step-unmatched",
            f"expected `{undoes}` before `{step.do}`, found none",
            place,
            f"add a step `do: {undoes}` before it, or remove it",
        )
