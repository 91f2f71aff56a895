"""The base of all steps, and checks that steps share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar, Final

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.kinds import Amount, Choice, Integer, Key, Part

LONGEST = "8784 h"
Lasting = Annotated[
    int,
    Key("for"),
    Amount("us", "1 ms", LONGEST, example="2 s"),
    Field(description="How long."),
]
"""The key `for` of a fault."""
Where = Callable[[str], Position]
"""Returns the position of a value of the step, by its key."""
NOT_RUNNING: Final = "the M33 does not run"
NO_REMOTEPROC: Final = "this kernel has no remoteproc that could load the firmware again"


class Step(Part):
    """One action at a time. A subclass defines its name and its description in `do`; its docstring
    is what docs/scenarios.md says, if that is more than the description."""

    backends: ClassVar[tuple[str, ...]] = ("host", "renode")
    """The backends that support it."""
    undoes: ClassVar[str] = ""
    """Name of the step that must come before it."""
    undone_by: ClassVar[str] = ""
    """Name of the step that must come after it."""

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

    @classmethod
    def name(cls) -> str:
        """Return its name in a scenario; "": the base of several steps."""
        kinds = (kind for kind in cls.model_fields["do"].metadata if isinstance(kind, Choice))
        return next((kind.example for kind in kinds), "")

    def instants_us(self) -> list[int]:
        """Return all times at which the step happens."""
        return [self.at_us + n * (self.every_us or 0) for n in range(self.times)]

    def check(self, where: Where, steps: Sequence[Step], findings: Findings) -> None:
        """Check this step together with the scenario's other steps."""
        place = where("do")
        if (self.every_us is None) != (self.times == 1):
            findings.error(
                "step-repeat",
                f"expected both `every` and `times` in `{self.do}`, found only one",
                where("every" if self.every_us else "times"),
                "write both, as in `every: 1 h, times: 24`",
            )
        if self.undone_by:
            self._check_is_undone(place, steps, findings)
        if self.undoes:
            self._check_undoes(place, steps, findings)

    @abstractmethod
    def run(self, board: Board) -> None:
        """Execute the step now."""

    def refused_by_linux(self) -> str:
        """Return why a real Linux cannot execute this step as it is written; "": it can."""
        return ""

    def _check_is_undone(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        name, last = self.undone_by, max(self.instants_us())
        if not any(other.do == name and max(other.instants_us()) >= last for other in steps):
            findings.error(
                "step-open",
                f"expected `{name}` after `{self.do}`: without it, later samples cannot arrive",
                place,
                f"add a step `do: {name}` after it",
            )

    def _check_undoes(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        name, first = self.undoes, min(self.instants_us())
        if not any(other.do == name and min(other.instants_us()) <= first for other in steps):
            findings.error(
                "step-unmatched",
                f"expected `{name}` before `{self.do}`, found none",
                place,
                f"add a step `do: {name}` before it, or remove it",
            )
