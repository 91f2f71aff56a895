"""Makes a history that fails smaller, as long as it fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from fwgen.campaign.history import History
from fwgen.campaign.trial import Failure
from fwgen.scenario.load import ScenarioErrors, parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps import Step
from fwgen.sensor import Points

_MOST_TRIES: Final = 1_500
_PAIRS_FROM: Final = 14
"""From so few steps on, every pair of steps is tried."""
_SECOND_US: Final = 1_000_000


@dataclass
class Shrinker:
    """`attempt` runs a history. `tries`: how many were run."""

    attempt: Callable[[History], Failure | None]
    tries: int = 0

    def shrink(self, history: History, failure: Failure) -> tuple[History, Failure]:
        """Return a history from which no step, and nothing else that is tried, can be removed."""
        best, found = history, failure
        smaller = True
        while smaller and self.tries < _MOST_TRIES:
            smaller = False
            for scenario in _candidates(best.scenario):
                other = self._fails(replace(best, scenario=scenario), failure.kind)
                if other is not None:
                    best, found, smaller = replace(best, scenario=scenario), other, True
                    break
        return best, found

    def _fails(self, history: History, kind: str) -> Failure | None:
        """Return how it fails if it is a valid scenario and fails in the same way."""
        try:
            parse_scenario(history.text("a-spec.yaml"))
        except ScenarioErrors:
            return None
        self.tries += 1
        found = self.attempt(history)
        return found if found and found.kind == kind else None


def _candidates(scenario: Scenario) -> Iterator[Scenario]:
    """Yield smaller scenarios, the smallest first."""
    steps = scenario.steps
    for kept in _fewer(steps):
        yield _with(scenario, kept)
    for quiet_us in (_SECOND_US, 3 * _SECOND_US):
        until_us = _end_of(steps) + quiet_us
        if until_us < scenario.until_us:
            yield scenario.model_copy(update={"until_us": until_us})
    yield from _plainer(scenario)
    if steps and steps[0].at_us > _SECOND_US:
        yield _moved(scenario, steps[0].at_us - _SECOND_US)
    for index, step in enumerate(steps):
        for unit_us in (_SECOND_US, 100_000):
            at_us = round(step.at_us / unit_us) * unit_us
            if step.at_us % unit_us and at_us > 0:
                moved = step.model_copy(update={"at_us": at_us})
                yield _with(scenario, (*steps[:index], moved, *steps[index + 1 :]))
                break


def _plainer(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios whose sensor sees less."""
    for points in _fewer_points(scenario.points):
        yield scenario.model_copy(update={"points": points})
    for index, signal in enumerate(scenario.signals):
        before, after = scenario.signals[:index], scenario.signals[index + 1 :]
        simpler = [replace(signal, points=points) for points in _fewer_points(signal.points)]
        if signal.noise:
            simpler.append(replace(signal, noise=0))
        for one in simpler:
            yield scenario.model_copy(update={"signals": (*before, one, *after)})
    for name in ("noise_um", "missed_ppm", "first_number", "clocks_ppm"):
        if getattr(scenario, name):
            yield scenario.model_copy(update={name: 0})
    for name, plain in (("air_decicelsius", 200), ("sensor", ""), ("ddr_closed", False)):
        if getattr(scenario, name) != plain:
            yield scenario.model_copy(update={name: plain})
    if scenario.clocks_ppm is not None:
        yield scenario.model_copy(update={"clocks_ppm": None})


def _fewer_points(points: Points) -> Iterator[Points]:
    """Yield the first point alone, then all without one of the others."""
    if len(points) > 1:
        yield points[:1]
    if len(points) > 2:
        yield from ((*points[:gone], *points[gone + 1 :]) for gone in range(1, len(points)))


def _fewer(steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """Yield the steps without a part of them: large parts first, then single ones and pairs."""
    size = len(steps) // 2
    while size > 1:
        for first in range(0, len(steps), size):
            yield (*steps[:first], *steps[first + size :])
        size //= 2
    for gone in range(len(steps)):
        yield (*steps[:gone], *steps[gone + 1 :])
    if len(steps) <= _PAIRS_FROM:
        for pair in combinations(range(len(steps)), 2):
            yield tuple(step for index, step in enumerate(steps) if index not in pair)


def _with(scenario: Scenario, steps: tuple[Step, ...]) -> Scenario:
    return scenario.model_copy(update={"steps": tuple(sorted(steps, key=lambda one: one.at_us))})


def _moved(scenario: Scenario, by_us: int) -> Scenario:
    """Return the scenario with everything earlier by this time."""
    steps = tuple(step.model_copy(update={"at_us": step.at_us - by_us}) for step in scenario.steps)
    until_us = scenario.until_us - by_us
    return scenario.model_copy(update={"steps": steps, "until_us": until_us})


def _end_of(steps: Sequence[Step]) -> int:
    """Return when the last step is over, as far as its own keys say."""
    lasts = ("for_us", "takes_us", "app_us")
    return max(
        (step.at_us + sum(getattr(step, name, None) or 0 for name in lasts) for step in steps),
        default=0,
    )
