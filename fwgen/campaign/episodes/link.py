"""Episodes with faults of the link: Linux does not read, or others use the tty; small ones."""

from __future__ import annotations

from typing import Final

from fwgen.campaign.episodes.draft import Draft
from fwgen.campaign.streams import Stream
from fwgen.campaign.walk import copy_of
from fwgen.scenario.steps import STEPS

_MEASURES_MS: Final = 40
"""The most that a measurement may take if the M33 halts at some time after it."""
_WAKE_BYTES: Final = 11
_ACK_BYTES: Final = 15
"""The least that WAKE without an earlier SLEEP takes, and an acknowledgement."""
_ANSWERS_MS: Final = 20
"""Within this time the firmware answers WAKE, and the application reads that."""
_SMALL: Final = ("send-wake", "stale-doorbell", "idle-ddr", "stall-firmware")


def linux_stalls(draft: Draft, stream: Stream) -> None:
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


def others_use_the_tty(draft: Draft, stream: Stream) -> None:
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


def small_faults(draft: Draft, stream: Stream) -> None:
    """A message, a doorbell or a pause that nobody expects, while Linux is awake."""
    at_ms = draft.now_ms
    for _ in range(stream.between(1, 4)):
        what = stream.pick([name for name in _SMALL if draft.backend in STEPS[name].backends])
        if what == "stale-doorbell":
            ring = stream.pick(("vq0", "vq1"))
            if stream.chance(0.3):
                every_ms, times = stream.spread(1, 400), stream.between(2, 5)
                draft.add(at_ms, what, ring=ring, every_us=every_ms * 1000, times=times)
                at_ms += every_ms * (times - 1)
            else:
                draft.add(at_ms, what, ring=ring)
        elif what == "idle-ddr":
            for_us = stream.between(5, 2_000) * 1000
            held = draft.plan.rings.in_ddr or stream.chance(0.5)
            draft.add(at_ms, what, for_us=for_us, held=held)
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
        or copy_of(draft.seed, plan)
        or plan.sensors[0].figures.measures_us > _MEASURES_MS * 1000
    ):
        return at_ms
    slot_ms = -(-at_ms // period_ms) * period_ms + period_ms
    for_ms = stream.between(1, 30)
    before_ms = stream.between(0, min(for_ms - 1, period_ms - _MEASURES_MS))
    draft.add(slot_ms - before_ms, "stall-firmware", for_us=for_ms * 1000)
    return slot_ms
