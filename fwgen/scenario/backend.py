"""The interface that the scenario engine drives and every backend implements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from fwgen.scenario.actions import Actions

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.record import RunRecord
    from fwgen.scenario.model import Scenario
    from fwgen.scenario.steps.base import Step


class Backend(Actions, ABC):
    """One machine under test. All times are scenario time (0 = trigger of the first sample).

    Call `start` once, then `run_until` and actions any number of times, then `finish` once.
    """

    def refuses(self, step: Step) -> str:
        """Return why this backend cannot execute this step as it is written; "": it can."""
        return ""

    @abstractmethod
    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None:
        """Bring the machine up to scenario time 0; Linux is awake and its application reads."""

    @abstractmethod
    def run_until(self, t_us: int) -> None:
        """Run until just before t_us."""

    @abstractmethod
    def finish(self) -> RunRecord:
        """Let the samples taken so far arrive (if Linux is up), stop, and return the record."""

    def close(self) -> None:
        """Release the machine's resources; called once, after `finish` or an error."""
