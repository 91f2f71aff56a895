"""The episodes of a history: sleeps and faults.

An episode leaves Linux awake, its application running and the sensor working. Faults that do not
change Linux's state may lie anywhere within it, a reset of the M33 in the middle of anything. No
step of a history may be ignored, so each is drawn only where it is possible and changes something:
a fault of the tty where the application certainly uses it, a halt of the M33 over a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fwgen.backends.bus import why_no_bus
from fwgen.campaign import specs
from fwgen.campaign.streams import Stream
from fwgen.campaign.walk import Night
from fwgen.scenario.steps import STEPS, Step, make_step
from fwgen.sensor import Condition, can_be
from fwgen.wire.sample import SampleStatus

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_SILENCE_MS: Final = 17_000
"""The peer begins a new session if it hears nothing for 15 s."""
_MEASURES_MS: Final = 40
"""The most that a measurement may take if the M33 halts at some time after it."""
_WAKE_BYTES: Final = 11
_ACK_BYTES: Final = 15
"""The least that WAKE without an earlier SLEEP takes, and an acknowledgement."""
_ANSWERS_MS: Final = 20
"""Within this time the firmware answers WAKE, and the application reads that."""
_FILLS: Final = 40
"""So many samples fill more than a word of the log, whatever they are."""


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


def _sleep(draft: Draft, stream: Stream) -> None:
    """Linux sleeps for a second to a quarter of an hour."""
    at_ms = draft.now_ms
    long = stream.chance(0.06)
    for_ms = stream.spread(90_000, 900_000) if long else stream.spread(1_000, 60_000)
    if draft.wakes or stream.chance(0.5):  # a firmware that wakes Linux may come before the user
        draft.suspend(at_ms, for_ms)
    else:
        draft.suspend(at_ms)
        draft.add(at_ms + for_ms, "resume")
    filled_ms = max(7_000, _FILLS * draft.plan.timing.period_us // 1000)
    if for_ms > filled_ms + 1_000 and not draft.wakes and stream.chance(0.15):
        damaged_ms = at_ms + stream.between(filled_ms, for_ms - 500)
        draft.add(damaged_ms, "damage-log", what=stream.pick(("bit", "word", "block")))
        draft.loses = True
        if stream.chance(0.5):
            draft.add(damaged_ms + stream.between(1, 400), "reset-firmware")
            draft.restarts = True
    draft.ends(at_ms + for_ms + 500)


def _nights(draft: Draft, stream: Stream) -> None:
    """Linux sleeps again each time that the firmware has woken it."""
    at_ms, for_ms = draft.now_ms, stream.spread(10_000, 400_000)
    draft.suspend(at_ms, for_ms, again_us=stream.spread(1_000, 8_000) * 1000)
    draft.ends(at_ms + for_ms + 500)


def _naps(draft: Draft, stream: Stream) -> None:
    """Sleeps whose next one begins while Linux resumes, or during the drain."""
    at_ms = draft.now_ms
    for _ in range(stream.between(2, 4)):
        draft.suspend(at_ms, stream.between(500, 3_000))
        at_ms += 3_250 + stream.between(0, 500)
    draft.ends(at_ms)


def _suspended_by_another(draft: Draft, stream: Stream) -> None:
    """Another program suspends Linux while the application speaks."""
    at_ms, for_ms = draft.now_ms, stream.spread(1_000, 40_000)
    if stream.chance(0.5):
        draft.add(at_ms, "foreign-suspend", for_us=for_ms * 1000)
    else:
        draft.add(at_ms, "foreign-suspend")
        draft.add(at_ms + for_ms, "resume")
    draft.disturbs(at_ms + for_ms)
    draft.ends(at_ms + for_ms + 500)


def _called_off(draft: Draft, stream: Stream) -> None:
    at_ms = draft.now_ms
    draft.suspend(at_ms)
    draft.add(at_ms + stream.between(0, 330), "resume")
    draft.ends(at_ms + 600)


def _app_dies(draft: Draft, stream: Stream) -> None:
    _away(draft, stream, "crash-app", "start-app")


def _app_dies_midway(draft: Draft, stream: Stream) -> None:
    """The application dies when it has asked for sleep, received samples, or stored them."""
    draft.needs_samples = True
    at_ms, when = draft.now_ms, stream.pick(("asking", "received", "stored"))
    at_ms = max(at_ms, draft.unsteady_ms)
    draft.add(at_ms, "crash-app", when=when)
    if when == "asking":
        at_ms += stream.between(1, 500)
        draft.suspend(at_ms)
    at_ms += draft.streams_ms + stream.between(0, 3_400)
    draft.add(at_ms, "start-app")
    draft.ends(at_ms + 300)


def _device_unbound(draft: Draft, stream: Stream) -> None:
    _away(draft, stream, "unbind", "bind")


def _away(draft: Draft, stream: Stream, leaves: str, comes: str) -> None:
    """Nobody reads; Linux may suspend meanwhile without telling the firmware."""
    at_ms, for_ms = draft.now_ms, stream.spread(50, 8_000)
    draft.add(at_ms, leaves)
    if stream.chance(0.3):
        asleep_ms = stream.between(500, 6_000)
        draft.suspend(at_ms + stream.between(1, 1_000), asleep_ms)
        for_ms += 1_000 + asleep_ms + 300
    draft.add(at_ms + for_ms, comes)
    draft.ends(at_ms + for_ms + 300)


def _other_app(draft: Draft, stream: Stream) -> None:
    """An application that was made for another spec takes the place of the own one for a while."""
    at_ms = draft.now_ms
    draft.add(at_ms, "crash-app")
    draft.add(at_ms + stream.between(1, 500), "start-app", spec="other")
    at_ms += stream.between(600, 4_000)
    draft.add(at_ms, "crash-app")
    draft.add(at_ms + stream.between(1, 500), "start-app")
    draft.ends(at_ms + 800)


def _linux_reboots(draft: Draft, stream: Stream) -> None:
    at_ms, takes_ms = draft.now_ms, stream.between(200, 5_000)
    if stream.chance(0.4):
        draft.suspend(at_ms)
        at_ms += stream.between(1, 4_000)
    draft.add(at_ms, "reboot-linux", takes_us=takes_ms * 1000)
    draft.ends(at_ms + takes_ms + 500)


def _linux_stalls(draft: Draft, stream: Stream) -> None:
    at_ms, for_ms = draft.now_ms, stream.spread(50, 12_000)
    what = stream.pick(("stall-linux", "refuse-writes", "stall-writes", "short-writes"))
    writes = what != "stall-linux"
    acknowledges = for_ms >= draft.streams_ms and at_ms >= draft.unsteady_ms
    most = (_ACK_BYTES if acknowledges else _WAKE_BYTES) - 1
    short = {"bytes": stream.between(8, most)} if what == "short-writes" else {}
    draft.add(at_ms, what, for_us=for_ms * 1000, **short)
    draft.needs_samples = writes and acknowledges
    if writes and not acknowledges:
        draft.add(at_ms + stream.between(0, for_ms - 1), "send-wake")
    draft.ends(at_ms + for_ms + 300)


def _others_use_the_tty(draft: Draft, stream: Stream) -> None:
    """Another program reads what the firmware sends, or writes to it."""
    at_ms = draft.now_ms
    for _ in range(stream.between(1, 3)):
        if stream.chance(0.5):
            draft.add(at_ms, "write-to-tty", what=stream.pick(("text", "noise", "head")))
        else:
            at_ms, for_ms = max(at_ms, draft.unsteady_ms), stream.spread(_ANSWERS_MS, 3_000)
            draft.needs_samples = True
            draft.add(at_ms, "steal-reads", for_us=for_ms * 1000)
            if for_ms < draft.streams_ms:
                draft.add(at_ms, "send-wake")
            at_ms += for_ms
        at_ms += stream.between(100, 2_000)
        draft.disturbs(at_ms)
    draft.ends(at_ms)


def _firmware_restarts(draft: Draft, stream: Stream) -> None:
    at_ms = draft.now_ms
    draft.restarts = True
    how = stream.pick(("reset-firmware", "restart-firmware", "crash-firmware"))
    if how == "crash-firmware" and draft.watchdog_ms:
        takes_ms = stream.between(1, 3_000)
        draft.add(
            at_ms,
            how,
            how=stream.pick(("fault", "panic", "watchdog")),
            takes_us=takes_ms * 1000,
        )
        draft.crashes = True
        draft.ends(at_ms + takes_ms + max(draft.watchdog_ms, 2_000) + 1_000)
        return
    for _ in range(stream.between(1, 3) if how == "reset-firmware" else 1):
        draft.add(at_ms, "reset-firmware" if how == "crash-firmware" else how)
        at_ms += stream.spread(1, 2_000)
    draft.ends(at_ms + 1_500)


def _board_restarts(draft: Draft, stream: Stream) -> None:
    at_ms, takes_ms = draft.now_ms, stream.between(500, 20_000)
    draft.restarts = True
    if stream.chance(0.6):  # the application knows more samples than the next log has at first
        for_ms = stream.between(10_000, 50_000)
        draft.suspend(at_ms, for_ms)
        at_ms += for_ms + 1_500
    if stream.chance(0.3):
        draft.suspend(at_ms)
        at_ms += stream.between(1, 6_000)
    long_ms = stream.between(10_000, 60_000)
    # after `later_ms` the new log has more samples than the application knows of the old one
    later_ms = at_ms + long_ms // 2
    app_ms = stream.pick((0, stream.spread(1, 5_000), long_ms, later_ms, later_ms))
    times = {"takes_us": takes_ms * 1000, "app_us": app_ms * 1000}
    if stream.chance(0.5):
        draft.add(at_ms, "power-cycle", **times)
        draft.loses = True
    else:
        log = stream.pick(("kept", "erased"))
        draft.add(at_ms, "restart-board", log=log, **times)
        draft.loses = draft.loses or log == "erased"
    draft.ends(at_ms + takes_ms + app_ms + 1_500)


_SMALL: Final = ("send-wake", "stale-doorbell", "idle-ddr", "stall-firmware")


def _small_faults(draft: Draft, stream: Stream) -> None:
    """A message, a doorbell or a pause that nobody expects, while Linux is awake."""
    at_ms = draft.now_ms
    for _ in range(stream.between(1, 4)):
        what = stream.pick([name for name in _SMALL if draft.backend in STEPS[name].backends])
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


def _stall(draft: Draft, stream: Stream, at_ms: int) -> int:
    """The M33 halts when a measurement is to begin, if it is known when that is. Return when it may
    halt again."""
    plan = draft.plan
    period_ms = plan.timing.period_us // 1000
    if (
        draft.restarts
        or period_ms < 60
        or len(plan.sensors) > 1
        or plan.sensors[0].figures.measures_us > _MEASURES_MS * 1000
    ):
        return at_ms
    slot_ms = -(-at_ms // period_ms) * period_ms + period_ms
    for_ms = stream.between(1, 30)
    before_ms = stream.between(0, min(for_ms - 1, period_ms - _MEASURES_MS))
    draft.add(slot_ms - before_ms, "stall-firmware", for_us=for_ms * 1000)
    return slot_ms


Episode = Callable[[Draft, Stream], None]
EPISODES: Final[dict[str, Episode]] = {
    "sleep": _sleep,
    "naps": _naps,
    "nights": _nights,
    "suspended by another": _suspended_by_another,
    "called off": _called_off,
    "application dies": _app_dies,
    "application dies midway": _app_dies_midway,
    "device unbound": _device_unbound,
    "other application": _other_app,
    "Linux reboots": _linux_reboots,
    "Linux stalls": _linux_stalls,
    "others use the tty": _others_use_the_tty,
    "firmware restarts": _firmware_restarts,
    "board restarts": _board_restarts,
    "small faults": _small_faults,
}
_OFTEN: Final = ("sleep",) * 6 + ("naps",) * 2 + ("board restarts",)
_SLEEPS: Final = frozenset(("sleep", "nights", "naps", "board restarts"))
_HOST_ONLY: Final = frozenset(("suspended by another",))
"""On the emulated board the firmware may touch DDR in the two milliseconds before PWR shows that it
closes (docs/DESIGN.md): it was not asked."""
_MAY_RESET: Final = frozenset(("sleep", "nights", "naps", "application dies", "device unbound"))


def kinds_of(draft: Draft) -> tuple[str, ...]:
    """Return the episodes to choose from, some of them several times."""
    nights = ("nights",) * 5 if draft.wakes else ()
    kinds = _OFTEN + nights + tuple(EPISODES)
    return tuple(kind for kind in kinds if draft.backend == "host" or kind not in _HOST_ONLY)


# ------------------------------------------------------------------ what happens meanwhile


def overlay(draft: Draft, stream: Stream, begin_ms: int, kind: str) -> None:
    """Add faults within the episode that has just been drawn."""
    span_ms = draft.now_ms - begin_ms

    def instants(share: float) -> Iterator[int]:
        if stream.chance(share):
            yield begin_ms + stream.between(1, span_ms)

    for at_ms in instants(0.5 if _fault_ms(draft.plan) else 0.15):
        if at_ms <= draft.failing_ms:
            continue
        lasts_ms = stream.spread(10, 5_000)
        if stream.chance(0.5):  # about as long as a condition asks for
            lasts_ms = max(lasts_ms, _fault_ms(draft.plan) * stream.spread(50, 300) // 100)
        _fail_sensor(draft, stream, at_ms)
        draft.failing_ms = at_ms + lasts_ms
        draft.add(draft.failing_ms, "restore-sensor")
        draft.ends(max(draft.now_ms, at_ms + lasts_ms - 4_000))
    for at_ms in instants(0.1 if draft.plan.spec.display else 0):
        if at_ms > draft.dark_ms:
            draft.dark_ms = at_ms + stream.spread(10, 5_000)
            draft.add(at_ms, "display-off")
            draft.add(draft.dark_ms, "display-on")
    for at_ms in instants(0 if why_no_bus(draft.plan) else 0.1):
        how, for_ms = stream.pick(("nack", "sda")), stream.spread(1, 5_000)
        draft.add(at_ms, "disturb-bus", how=how, for_us=for_ms * 1000)
    for at_ms in instants(0.15):
        draft.add(at_ms, "stale-doorbell", ring="vq0")
    if stream.chance(0.1) and kind == "sleep" and span_ms > 2_000:
        draft.add(begin_ms + stream.between(600, span_ms - 600), "stale-doorbell", ring="vq1")
    for at_ms in instants(0.15):
        if not draft.needs_samples:
            _disturb(draft, stream, at_ms, kind)
    for at_ms in instants(0.15):
        if kind in _MAY_RESET and all(step.do != "resume" for step in draft.steps):
            draft.add(at_ms, "reset-firmware")
            draft.restarts = True
            draft.ends(max(draft.now_ms, at_ms + 1_500))


def _fail_sensor(draft: Draft, stream: Stream, at_ms: int) -> None:
    """The sensor fails, or behaves as a bad copy of it does."""
    name = stream.pick(("mute-sensor", "hold-echo", "disturb-sensor"))
    sensor = stream.pick(draft.plan.sensors)
    if name != "disturb-sensor" or not can_be(sensor, Condition.STUCK):
        name = "mute-sensor" if name == "disturb-sensor" else name
        draft.add(at_ms, name, sensor=sensor.name)
        return
    how = stream.pick(("stuck", "spikes", "long-echo", "holds-line"))
    draft.add(at_ms, "disturb-sensor", how=how, sensor=sensor.name)


def _disturb(draft: Draft, stream: Stream, at_ms: int, kind: str) -> None:
    """Doorbells do not arrive as they were rung. A firmware that cannot reach Linux calls it again
    and again."""
    to, how = stream.pick(("linux", "firmware")), stream.pick(("lost", "doubled", "late"))
    for_ms = stream.spread(1, 1_000)
    if to == "linux" and how != "doubled" and draft.wakes and kind in _SLEEPS:
        for_ms = stream.spread(1, 10_000)
        draft.unheard = True
    by_ms = stream.between(1, 40 if to == "firmware" else 500)
    by = {"by_us": by_ms * 1000} if how == "late" else {}
    draft.add(at_ms, "disturb-doorbells", to=to, how=how, for_us=for_ms * 1000, **by)
    draft.disturbs(at_ms + for_ms)


def _fault_ms(plan: Plan) -> int:
    """Return for how long the sensor must fail to fulfil a condition of the spec; 0: there is no
    such condition."""
    faults = [
        rule.samples * plan.sensors[rule.stream].period_us
        for rule in plan.wake_rules
        if rule.form == "status" and rule.limit == SampleStatus.FAULT
    ]
    return min(faults, default=0) // 1000
