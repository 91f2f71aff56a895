"""What all steps of a scenario have in common."""

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
    """One thing that happens. A subclass says in its `do` which, and in `needs` what it calls."""

    needs: ClassVar[str] = ""
    """Name of the backend's method."""

    do: str
    at_us: Annotated[
        int, Key("at"), Amount("us", "0 s", LONGEST, example="10 s"), Field(description="When.")
    ]
    every_us: Annotated[
        int | None,
        Key("every"),
        Amount("us", "1 ms", LONGEST, example="1 h"),
        Field(description="Again after this time, `times` in all."),
    ] = None
    times: Annotated[
        int, Integer(1, 100_000, "24"), Field(description="How often, with `every`.")
    ] = 1

    def instants_us(self) -> list[int]:
        """Each time at which it happens."""
        return [self.at_us + n * (self.every_us or 0) for n in range(self.times)]

    def check(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        """Say what is wrong with this step among all of its scenario's; `place` is its own."""
        if (self.every_us is None) != (self.times == 1):
            findings.error(
                "step-repeat",
                f"`{self.do}` has one of `every` and `times` without the other",
                place,
                "write both, as in `every: 1 h, times: 24`",
            )

    @abstractmethod
    def run(self, backend: Actions) -> None:
        """Make it happen now."""


def check_is_undone(
    step: Step, undone_by: str, place: Position, steps: Sequence[Step], findings: Findings
) -> None:
    """An error if no step `undone_by` follows."""
    last = max(step.instants_us())
    if not any(other.do == undone_by and max(other.instants_us()) >= last for other in steps):
        findings.error(
            "step-open",
            f"nothing follows that undoes `{step.do}`: what is taken later cannot arrive",
            place,
            f"add a step `do: {undone_by}` behind it",
        )


def check_undoes(
    step: Step, undoes: str, place: Position, steps: Sequence[Step], findings: Findings
) -> None:
    """An error if no step `undoes` comes before."""
    first = min(step.instants_us())
    if not any(other.do == undoes and min(other.instants_us()) <= first for other in steps):
        findings.error(
            "step-unmatched",
            f"`{step.do}` undoes nothing: no `{undoes}` comes before it",
            place,
            f"add a step `do: {undoes}` before it, or leave it out",
        )
