"""A history that is being drawn, to which each episode adds its steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, Final

from fwgen.campaign import specs
from fwgen.campaign.walk import Night
from fwgen.scenario.steps import Step, make_step
from fwgen.wire.log_format import slots, worst_samples

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_SILENCE_MS: Final = 17_000
"""The peer begins a new session if it hears nothing for 15 s."""


@dataclass
class Draft:
    """A history so far. `now_ms`: where the next episode begins. `away_ms`: the longest time for
    which nothing was read from the log so far. `unsteady_ms`: from then on samples stream again,
    whatever was lost on the way."""

    seed: int
    spec: int
    backend: str = "host"
    steps: list[Step] = field(default_factory=list)
    nights: list[Night] = field(default_factory=list)
    now_ms: int = 1_000
    away_ms: int = 0
    unsteady_ms: int = 0
    failing_ms: int = -1  # until then a sensor does not work
    dark_ms: int = -1  # until then the display is off
    restarts: bool = False  # of the M33
    loses: bool = False  # blocks that are damaged, or a memory that is erased
    crashes: bool = False
    unheard: bool = False  # doorbells with which the firmware wakes Linux are lost
    needs_samples: bool = False  # the episode: no message may be lost in it

    def add(self, at_ms: int, name: str, **values: Any) -> None:
        step = make_step(name, **values)
        self.steps.append(step.model_copy(update={"at_us": at_ms * 1000}))

    def suspend(self, at_ms: int, for_ms: int | None = None, **values: Any) -> None:
        """Linux suspends; without `for_ms` another step wakes it."""
        if for_ms is not None:
            values["for_us"] = for_ms * 1000
            self.nights.append(Night(at_ms, at_ms + for_ms))
        self.add(at_ms, "suspend", **values)

    def disturbs(self, until_ms: int) -> None:
        """Messages may be lost until then."""
        self.unsteady_ms = max(self.unsteady_ms, until_ms + _SILENCE_MS)

    def ends(self, at_ms: int) -> None:
        """The episode has begun at `now_ms`; the next one begins at `at_ms`."""
        self.away_ms = max(self.away_ms, at_ms - self.now_ms)
        self.now_ms = at_ms

    @property
    def streams_ms(self) -> int:
        """In any such time in which no message is lost, samples arrive and are acknowledged."""
        return 2 * self.plan.timing.latency_us // 1000 + 600

    @property
    def plan(self) -> Plan:
        return specs.plan_of(self.spec)

    @property
    def watchdog_ms(self) -> int:
        """0: there is none."""
        return self.plan.timing.watchdog_us // 1000

    @property
    def wakes(self) -> bool:
        """Whether the firmware may wake Linux."""
        sleep = self.plan.spec.sleep
        return sleep.wakes_at_level or sleep.max_age_us is not None or bool(sleep.wake_if)

    @property
    def held_ms(self) -> int:
        """For so long the log holds all samples, whatever they are. With two sensors a block of
        each may have begun."""
        us_a_block = [
            worst_samples([channel.width for channel in sensor.channels]) * sensor.period_us
            for sensor in self.plan.sensors
        ]
        own = slots(self.plan.log.size_bytes) - len(us_a_block) + 1
        product = prod(us_a_block)
        return own * product // sum(product // block_us for block_us in us_a_block) // 1000
