"""Episodes in which the application does not run, or is another one."""

from __future__ import annotations

from fwgen.campaign.episodes.draft import Draft
from fwgen.campaign.streams import Stream


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
        asleep_ms = stream.between(500, 6_000)
        draft.suspend(at_ms + stream.between(1, 1_000), asleep_ms)
        for_ms += 1_000 + asleep_ms + 300
    draft.add(at_ms + for_ms, comes)
    draft.ends(at_ms + for_ms + 300)


def other_app(draft: Draft, stream: Stream) -> None:
    """An application that was made for another spec takes the place of the own one for a while."""
    at_ms = draft.now_ms
    draft.add(at_ms, "crash-app")
    draft.add(at_ms + stream.between(1, 500), "start-app", spec="other")
    at_ms += stream.between(600, 4_000)
    draft.add(at_ms, "crash-app")
    draft.add(at_ms + stream.between(1, 500), "start-app")
    draft.ends(at_ms + 800)
