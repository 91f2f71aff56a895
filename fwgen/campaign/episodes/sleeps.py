"""Episodes in which Linux sleeps."""

from __future__ import annotations

from typing import Final

from fwgen.campaign.episodes.draft import Draft
from fwgen.campaign.streams import Stream

_FILLS: Final = 40
"""So many samples fill more than a word of the log, whatever they are."""


def sleep(draft: Draft, stream: Stream) -> None:
    """Linux sleeps for a second to a quarter of an hour."""
    at_ms = draft.now_ms
    long = stream.chance(0.045)
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


def nights(draft: Draft, stream: Stream) -> None:
    """Linux sleeps again each time that the firmware has woken it."""
    at_ms, for_ms = draft.now_ms, stream.spread(10_000, 400_000)
    draft.suspend(at_ms, for_ms, again_us=stream.spread(1_000, 8_000) * 1000)
    draft.ends(at_ms + for_ms + 500)


def naps(draft: Draft, stream: Stream) -> None:
    """Sleeps whose next one begins while Linux resumes, or during the drain."""
    at_ms = draft.now_ms
    for _ in range(stream.between(2, 4)):
        draft.suspend(at_ms, stream.between(500, 3_000))
        at_ms += 3_250 + stream.between(0, 500)
    draft.ends(at_ms)


def suspended_by_another(draft: Draft, stream: Stream) -> None:
    """Another program suspends Linux while the application speaks."""
    at_ms, for_ms = draft.now_ms, stream.spread(1_000, 40_000)
    if stream.chance(0.5):
        draft.add(at_ms, "foreign-suspend", for_us=for_ms * 1000)
    else:
        draft.add(at_ms, "foreign-suspend")
        draft.add(at_ms + for_ms, "resume")
    draft.disturbs(at_ms + for_ms)
    draft.ends(at_ms + for_ms + 500)


def called_off(draft: Draft, stream: Stream) -> None:
    at_ms = draft.now_ms
    draft.suspend(at_ms)
    draft.add(at_ms + stream.between(0, 330), "resume")
    draft.ends(at_ms + 600)
