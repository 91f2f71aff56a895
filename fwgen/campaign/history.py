"""Draws a history: a spec, what the sensor sees, and episodes of sleeps and faults.

An episode leaves Linux awake, its application running and the sensor working. Faults that do not
change Linux's state may lie anywhere within it, a reset of the M33 in the middle of anything. After
the last episode nothing happens any more: everything must arrive. No step of a history may be
ignored, so each is drawn only where it is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fwgen.campaign import specs
from fwgen.campaign.streams import Stream
from fwgen.scenario.expect import Expectation
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps import Step, make_step
from fwgen.wire.log_format import slots

_QUIET_MS: Final = 5_500
"""Longer than the firmware waits between two status messages."""
_SAMPLES_A_BLOCK: Final = 125
"""At least: docs/SPEC.md, Sizes."""


@dataclass(frozen=True)
class History:
    """`spec`: its number in specs; the scenario says everything else."""

    seed: int
    spec: int
    scenario: Scenario


@dataclass
class _Draft:
    """A history so far. `now_ms`: where the next episode begins. `away_ms`: the longest time for
    which nothing was read from the log so far."""

    seed: int
    spec: int
    steps: list[Step]
    now_ms: int = 1_000
    away_ms: int = 0
    restarts: bool = False  # of the M33
    loses: bool = False  # blocks that are damaged, or a memory that is erased
    crashes: bool = False

    def add(self, at_ms: int, name: str, **values: Any) -> None:
        step = make_step(name, **values)
        self.steps.append(step.model_copy(update={"at_us": at_ms * 1000}))

    def ends(self, at_ms: int) -> None:
        """The episode has begun at `now_ms`; the next one begins at `at_ms`."""
        self.away_ms = max(self.away_ms, at_ms - self.now_ms)
        self.now_ms = at_ms

    @property
    def has_watchdog(self) -> bool:
        return specs.plan_of(self.spec).timing.watchdog_us > 0

    @property
    def wakes(self) -> bool:
        """Whether the firmware wakes Linux when the log is nearly full."""
        return specs.plan_of(self.spec).spec.sleep.when_full == "wake"


def draw(seed: int) -> History:
    """Return the history of this seed."""
    stream = Stream(seed, "spec")
    draft = _Draft(seed, stream.between(0, specs.COUNT - 1), [])
    count = Stream(seed, "episodes").between(1, 4)
    for number in range(count):
        pick = Stream(seed, f"episode {number}")
        kind = pick.pick(_WEIGHTED)
        begin_ms = draft.now_ms
        EPISODES[kind](draft, Stream(seed, f"episode {number} {kind}"))
        _overlay(draft, Stream(seed, f"over {number}"), begin_ms, kind)
        draft.ends(draft.now_ms + pick.between(500, 1_500))
    draft.steps.sort(key=lambda step: step.at_us)
    return History(seed, draft.spec, _scenario(draft))


def _scenario(draft: _Draft) -> Scenario:
    walk, noise = Stream(draft.seed, "walk"), Stream(draft.seed, "noise")
    until_ms = draft.now_ms + _QUIET_MS
    corners = walk.between(1, 6)
    points = {walk.between(0, until_ms): walk.between(0, 4_600) * 1000 for _ in range(corners)}
    return Scenario(
        name=f"history {draft.seed}",
        points=tuple(sorted({0: 1_500_000, **points}.items())),
        noise_um=noise.pick((0, 2_000, 20_000, 300_000, 300_000)),
        missed_ppm=noise.pick((0, 0, 10_000, 200_000)),
        steps=tuple(draft.steps),
        until_us=until_ms * 1000,
        expect=_expectations(draft),
    )


def _expectations(draft: _Draft) -> tuple[Expectation, ...]:
    """Return what differs from the standing expectations of every run."""
    plan = specs.plan_of(draft.spec)
    held_us = slots(plan.log.size_bytes) * _SAMPLES_A_BLOCK * plan.timing.period_us
    own = [Expectation("ignored", 0, 0)]
    if draft.loses or draft.away_ms * 1000 > held_us:
        own.append(Expectation("declared_lost", 0))
    if draft.crashes:
        own.append(Expectation("crashes", 0))
    return tuple(own)


# ------------------------------------------------------------------------------- the episodes


def _sleep(draft: _Draft, stream: Stream) -> None:
    """Linux sleeps for a second to a quarter of an hour."""
    at_ms = draft.now_ms
    long = stream.chance(0.06)
    for_ms = stream.spread(90_000, 900_000) if long else stream.spread(1_000, 60_000)
    if draft.wakes or stream.chance(0.5):
        draft.add(at_ms, "suspend", for_us=for_ms * 1000)
    else:
        draft.add(at_ms, "suspend")
        draft.add(at_ms + for_ms, "resume")
    if for_ms > 8_000 and not draft.wakes and stream.chance(0.15):  # the log has a block then
        damaged_ms = at_ms + stream.between(7_000, for_ms - 500)
        draft.add(damaged_ms, "damage-log", what=stream.pick(("bit", "word", "block")))
        draft.loses = True
        if stream.chance(0.5):
            draft.add(damaged_ms + stream.between(1, 400), "reset-firmware")
            draft.restarts = True
    draft.ends(at_ms + for_ms + 500)


def _naps(draft: _Draft, stream: Stream) -> None:
    """Sleeps whose next one begins while Linux resumes, or during the drain."""
    at_ms = draft.now_ms
    for _ in range(stream.between(2, 4)):
        draft.add(at_ms, "suspend", for_us=stream.between(500, 3_000) * 1000)
        at_ms += 3_250 + stream.between(0, 500)
    draft.ends(at_ms)


def _called_off(draft: _Draft, stream: Stream) -> None:
    at_ms = draft.now_ms
    draft.add(at_ms, "suspend")
    draft.add(at_ms + stream.between(0, 330), "resume")
    draft.ends(at_ms + 600)


def _app_dies(draft: _Draft, stream: Stream) -> None:
    _away(draft, stream, "crash-app", "start-app")


def _device_unbound(draft: _Draft, stream: Stream) -> None:
    _away(draft, stream, "unbind", "bind")


def _away(draft: _Draft, stream: Stream, leaves: str, comes: str) -> None:
    """Nobody reads; Linux may suspend meanwhile without telling the firmware."""
    at_ms, for_ms = draft.now_ms, stream.spread(50, 8_000)
    draft.add(at_ms, leaves)
    if stream.chance(0.3):
        asleep_ms = stream.between(500, 6_000)
        draft.add(at_ms + stream.between(1, 1_000), "suspend", for_us=asleep_ms * 1000)
        for_ms += 1_000 + asleep_ms + 300
    draft.add(at_ms + for_ms, comes)
    draft.ends(at_ms + for_ms + 300)


def _other_app(draft: _Draft, stream: Stream) -> None:
    """An application that was made for another spec takes the place of the own one for a while."""
    at_ms = draft.now_ms
    draft.add(at_ms, "crash-app")
    draft.add(at_ms + stream.between(1, 500), "start-app", spec="other")
    at_ms += stream.between(600, 4_000)
    draft.add(at_ms, "crash-app")
    draft.add(at_ms + stream.between(1, 500), "start-app")
    draft.ends(at_ms + 800)


def _linux_reboots(draft: _Draft, stream: Stream) -> None:
    at_ms, takes_ms = draft.now_ms, stream.between(200, 5_000)
    if stream.chance(0.4):
        draft.add(at_ms, "suspend")
        at_ms += stream.between(1, 4_000)
    draft.add(at_ms, "reboot-linux", takes_us=takes_ms * 1000)
    draft.ends(at_ms + takes_ms + 500)


def _linux_stalls(draft: _Draft, stream: Stream) -> None:
    at_ms, for_ms = draft.now_ms, stream.spread(50, 12_000)
    what = stream.pick(("stall-linux", "refuse-writes"))
    draft.add(at_ms, what, for_us=for_ms * 1000)
    draft.ends(at_ms + for_ms + 300)


def _firmware_restarts(draft: _Draft, stream: Stream) -> None:
    at_ms = draft.now_ms
    draft.restarts = True
    how = stream.pick(("reset-firmware", "restart-firmware", "crash-firmware"))
    if how == "crash-firmware" and draft.has_watchdog:
        takes_ms = stream.between(1, 3_000)
        draft.add(
            at_ms,
            how,
            how=stream.pick(("fault", "panic", "watchdog")),
            takes_us=takes_ms * 1000,
        )
        draft.crashes = True
        draft.ends(at_ms + takes_ms + 3_000)
        return
    for _ in range(stream.between(1, 3) if how == "reset-firmware" else 1):
        draft.add(at_ms, "reset-firmware" if how == "crash-firmware" else how)
        at_ms += stream.spread(1, 2_000)
    draft.ends(at_ms + 1_500)


def _board_restarts(draft: _Draft, stream: Stream) -> None:
    at_ms, takes_ms = draft.now_ms, stream.between(500, 20_000)
    draft.restarts = True
    if stream.chance(0.6):  # the application knows more samples than the next log has at first
        for_ms = stream.between(10_000, 50_000)
        draft.add(at_ms, "suspend", for_us=for_ms * 1000)
        at_ms += for_ms + 1_500
    if stream.chance(0.3):
        draft.add(at_ms, "suspend")
        at_ms += stream.between(1, 6_000)
    app_ms = stream.pick((0, stream.spread(1, 5_000), stream.between(10_000, 60_000)))
    times = {"takes_us": takes_ms * 1000, "app_us": app_ms * 1000}
    if stream.chance(0.5):
        draft.add(at_ms, "power-cycle", **times)
        draft.loses = True
    else:
        log = stream.pick(("kept", "erased"))
        draft.add(at_ms, "restart-board", log=log, **times)
        draft.loses = draft.loses or log == "erased"
    draft.ends(at_ms + takes_ms + app_ms + 1_500)


def _small_faults(draft: _Draft, stream: Stream) -> None:
    """A message, a doorbell or a pause that nobody expects, while Linux is awake."""
    at_ms = draft.now_ms
    for _ in range(stream.between(1, 4)):
        what = stream.pick(("send-wake", "stale-doorbell", "idle-ddr", "stall-firmware"))
        if what == "stale-doorbell":
            draft.add(at_ms, what, ring=stream.pick(("vq0", "vq1")))
        elif what == "idle-ddr":
            draft.add(at_ms, what, for_us=stream.between(5, 2_000) * 1000)
            at_ms += 2_100
        elif what == "stall-firmware":
            at_ms = _stall(draft, stream, at_ms)
        else:
            draft.add(at_ms, what)
        at_ms += stream.spread(1, 1_500)
    draft.ends(at_ms)


def _stall(draft: _Draft, stream: Stream, at_ms: int) -> int:
    """The M33 halts between two measurements, if it is known when they are. Return when it may halt
    again."""
    period_ms = specs.plan_of(draft.spec).timing.period_us // 1000
    if draft.restarts or period_ms < 60:
        return at_ms
    slot_ms = -(-at_ms // period_ms) * period_ms
    at_ms = slot_ms + stream.between(40, period_ms - 10)
    draft.add(at_ms, "stall-firmware", for_us=stream.between(1, 30) * 1000)
    return slot_ms + period_ms


Episode = Callable[[_Draft, Stream], None]
EPISODES: Final[dict[str, Episode]] = {
    "sleep": _sleep,
    "naps": _naps,
    "called off": _called_off,
    "application dies": _app_dies,
    "device unbound": _device_unbound,
    "other application": _other_app,
    "Linux reboots": _linux_reboots,
    "Linux stalls": _linux_stalls,
    "firmware restarts": _firmware_restarts,
    "board restarts": _board_restarts,
    "small faults": _small_faults,
}
_WEIGHTED: Final = ("sleep",) * 6 + ("naps",) * 2 + tuple(EPISODES)
_MAY_RESET: Final = frozenset(("sleep", "naps", "application dies", "device unbound"))


# ------------------------------------------------------------------ what happens meanwhile


def _overlay(draft: _Draft, stream: Stream, begin_ms: int, kind: str) -> None:
    """Add faults within the episode that has just been drawn."""
    span_ms = draft.now_ms - begin_ms

    def instants(share: float) -> Iterator[int]:
        if stream.chance(share):
            yield begin_ms + stream.between(1, span_ms)

    for at_ms in instants(0.15):
        draft.add(at_ms, stream.pick(("mute-sensor", "hold-echo")))
        draft.add(at_ms + stream.spread(10, 5_000), "restore-sensor")
    for at_ms in instants(0.1):
        draft.add(at_ms, "display-off")
        draft.add(at_ms + stream.spread(10, 5_000), "display-on")
    for at_ms in instants(0.15):
        draft.add(at_ms, "stale-doorbell", ring="vq0")
    if stream.chance(0.1) and kind == "sleep" and span_ms > 2_000:
        draft.add(begin_ms + stream.between(600, span_ms - 600), "stale-doorbell", ring="vq1")
    for at_ms in instants(0.15):
        if kind in _MAY_RESET and all(step.do != "resume" for step in draft.steps):
            draft.add(at_ms, "reset-firmware")
            draft.restarts = True
            draft.ends(max(draft.now_ms, at_ms + 1_500))
