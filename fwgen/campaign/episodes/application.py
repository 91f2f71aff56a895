"""Episodes in which the application does not run, or is another one."""

from __future__ import annotations

from typing import Final

from fwgen.campaign.episodes.draft import Draft
from fwgen.campaign.streams import Stream

_LONGEST_MS: Final = 200_000
"""A log that lasts longer is not filled while another application runs."""


def app_dies(draft: Draft, stream: Stream) -> None:
    _away(draft, stream, "crash-app", "start-app")


def app_dies_midway(draft: Draft, stream: Stream) -> None:
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


def device_unbound(draft: Draft, stream: Stream) -> None:
    _away(draft, stream, "unbind", "bind")


def _away(draft: Draft, stream: Stream, leaves: str, comes: str) -> None:
    """Nobody reads; Linux may suspend meanwhile without telling the firmware."""
    at_ms, for_ms = draft.now_ms, stream.spread(50, 8_000)
    draft.add(at_ms, leaves)
    if stream.chance(0.3):
        asleep_ms, after_ms = stream.between(500, 6_000), stream.between(1, 1_000)
        draft.suspend(at_ms + after_ms, asleep_ms)
        if stream.chance(0.3):  # it waits for a Linux that sleeps
            draft.add(at_ms + after_ms + stream.between(1, asleep_ms), comes)
            draft.ends(at_ms + after_ms + asleep_ms + 600)
            return
        for_ms += 1_000 + asleep_ms + 300
    draft.add(at_ms + for_ms, comes)
    draft.ends(at_ms + for_ms + 300)


def other_app(draft: Draft, stream: Stream) -> None:
    """An application that was made for another spec takes the place of the own one. Linux may sleep
    meanwhile, also for longer than the log lasts: the firmware does not wake it."""
    at_ms = draft.now_ms
    draft.add(at_ms, "crash-app")
    at_ms += stream.between(1, 500)
    draft.add(at_ms, "start-app", spec="other")
    for _ in range(stream.pick((0, 0, 1, 2))):
        at_ms += stream.spread(1, 3_000)
        for_ms = stream.spread(1_000, 30_000)
        if stream.chance(0.1):  # the log is full at about its end
            for_ms = min(draft.held_ms, _LONGEST_MS) * stream.spread(80, 300) // 100
        if stream.chance(0.7):
            again = {"again_us": stream.spread(1_000, 8_000) * 1000} if stream.chance(0.3) else {}
            draft.suspend(at_ms, for_ms, **again)
        else:
            draft.suspend(at_ms)
            draft.add(at_ms + for_ms, "resume")
        at_ms += for_ms + 300
    at_ms += stream.between(100, 4_000)
    if stream.chance(0.2):  # Linux boots with the own application
        takes_ms = stream.between(200, 5_000)
        draft.add(at_ms, "reboot-linux", takes_us=takes_ms * 1000)
        draft.ends(at_ms + takes_ms + 800)
        return
    draft.add(at_ms, "crash-app")
    at_ms += stream.between(1, 500)
    if stream.chance(0.3):  # nobody tells the firmware, and its last peer was the other one
        for_ms = stream.spread(500, 10_000)
        draft.suspend(at_ms, for_ms)
        at_ms += for_ms + 300
    draft.add(at_ms, "start-app")
    draft.ends(at_ms + 800)
