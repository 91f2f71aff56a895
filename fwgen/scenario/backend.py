"""The interface that the scenario engine drives and every backend implements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from fwgen.errors import InputError

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.record import RunRecord
    from fwgen.scenario.model import Scenario
    from fwgen.scenario.steps.base import Step


class UnsupportedStepError(InputError):
    """The chosen backend cannot execute a step of the scenario."""


class Backend(ABC):
    """One machine under test. All times are scenario time (0 = trigger of the first sample).

    Call `start` once, then `run_until` and `do` any number of times, then `finish` once.
    """

    name = ""
    real_linux = False
    """Whether a real Linux kernel is the peer."""

    def refusal(self, step: Step) -> UnsupportedStepError | None:
        """Return why this backend cannot execute a step; None: it can."""
        if self.name not in step.backends:
            return UnsupportedStepError(
                f"the {self.name} backend does not support `{step.do}`",
                "remove the step, or run the scenario with another `--backend`",
            )
        if self.real_linux and (reason := step.refused_by_linux()):
            return UnsupportedStepError(
                f"`{step.do}` is not supported here: {reason}",
                "change the step, or run the scenario with `--linux emulated`",
            )
        return None

    @abstractmethod
    def do(self, step: Step) -> None:
        """Execute a step now, whatever its `at`. Raises UnsupportedStepError."""

    @abstractmethod
    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None:
        """Bring the machine up to scenario time 0; Linux is awake and its application reads."""

    @abstractmethod
    def run_until(self, t_us: int) -> None:
        """Run until just before t_us."""

    @abstractmethod
    def finish(self) -> RunRecord:
        """Let the samples taken so far arrive (if Linux is up), stop, and return the record."""

    def close(self) -> None:  # noqa: B027 (not every backend has something to release)
        """Release the machine's resources; called once, after `finish` or an error."""
