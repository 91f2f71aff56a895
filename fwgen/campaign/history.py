"""Draws a history: a spec, what the sensor sees, and episodes of sleeps and faults; after the last
episode nothing happens any more: everything must arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fwgen.campaign import specs
from fwgen.campaign.episodes import EPISODES, Draft, kinds_of, overlay
from fwgen.campaign.streams import Stream
from fwgen.campaign.walk import scene_of
from fwgen.campaign.writing import scenario_text
from fwgen.scenario.expect import Expectation
from fwgen.scenario.model import Scenario

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_QUIET_MS: Final = 5_500
"""Longer than the firmware waits between two status messages."""
_NUMBERS: Final = 1 << 32
"""After so many the numbers of samples begin at 0 again."""


@dataclass(frozen=True)
class History:
    """`spec`: its number in specs; the scenario says everything else."""

    seed: int
    spec: int
    scenario: Scenario

    @property
    def plan(self) -> Plan:
        return specs.plan_of(self.spec)

    def text(self, spec: str, comment: str = "") -> str:
        """Return the scenario as a file. `spec`: the name of the spec's file next to it."""
        units = {
            sensor.named(channel.name): channel.unit
            for sensor in self.plan.sensors
            for channel in sensor.channels
        }
        return scenario_text(self.scenario, spec, units, comment)


def draw(seed: int, backend: str = "host") -> History:
    """Return the history of this seed on a backend: some faults are possible on one only."""
    draft = Draft(seed, specs.spec_of(seed, Stream(seed, "spec")), backend)
    count = Stream(seed, "episodes").between(1, 4)
    kinds = kinds_of(draft)
    for number in range(count):
        pick = Stream(seed, f"episode {number}")
        kind = pick.pick(kinds)
        begin_ms, draft.needs_samples = draft.now_ms, False
        EPISODES[kind](draft, Stream(seed, f"episode {number} {kind}"))
        overlay(draft, Stream(seed, f"over {number}"), begin_ms, kind)
        draft.ends(draft.now_ms + pick.between(500, 1_500))
    draft.steps.sort(key=lambda step: step.at_us)
    return History(seed, draft.spec, _scenario(draft))


def _scenario(draft: Draft) -> Scenario:
    until_ms = draft.now_ms + _QUIET_MS
    number = Stream(draft.seed, "number")
    wraps = number.chance(0.15) and draft.backend == "host"
    return Scenario(
        name=f"history {draft.seed}",
        **scene_of(draft.seed, draft.plan, draft.nights, until_ms),
        first_number=_NUMBERS - number.spread(1, 5_000) if wraps else 0,
        clocks_ppm=_clocks(Stream(draft.seed, "clocks")),
        ddr_closed=not draft.plan.rings.in_ddr and Stream(draft.seed, "ddr").chance(0.3),
        steps=tuple(draft.steps),
        until_us=until_ms * 1000,
        expect=expectations(draft),
    )


def _clocks(stream: Stream) -> int | None:
    """Return how far the clocks of the two sides are apart; None: their times are not judged."""
    return stream.pick((-1, 1)) * stream.spread(1, 200) if stream.chance(0.3) else None


def expectations(draft: Draft) -> tuple[Expectation, ...]:
    """Return what differs from the standing expectations of every run."""
    own = [Expectation("ignored", 0, 0)]
    if draft.loses or draft.unheard or draft.away_ms > draft.held_ms:
        own.append(Expectation("declared_lost", 0))
    if draft.crashes:
        own.append(Expectation("crashes", 0))
    return tuple(own)
