"""Episodes in which Linux, the firmware or the whole board starts again."""

from __future__ import annotations

from fwgen.campaign.episodes.draft import Draft
from fwgen.campaign.streams import Stream


def linux_reboots(draft: Draft, stream: Stream) -> None:
    at_ms, takes_ms = draft.now_ms, stream.between(200, 5_000)
    if stream.chance(0.4):
        draft.suspend(at_ms, **_again(draft, stream))
        at_ms += stream.between(1, 4_000)
    draft.add(at_ms, "reboot-linux", takes_us=takes_ms * 1000)
    draft.ends(at_ms + takes_ms + 500)


def _again(draft: Draft, stream: Stream) -> dict[str, int]:
    """Often Linux sleeps again when the firmware has woken it, until it boots."""
    often = draft.wakes and stream.chance(0.5)
    return {"again_us": stream.spread(1_000, 3_000) * 1000} if often else {}


def firmware_restarts(draft: Draft, stream: Stream) -> None:
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
    if how == "crash-firmware":  # it stands still until somebody starts it again
        draft.add(at_ms, how, how=stream.pick(("fault", "panic")))
        draft.crashes = True
        at_ms += stream.spread(1, 5_000)
        how = stream.pick(("reset-firmware", "restart-firmware"))
    for _ in range(stream.between(1, 3) if how == "reset-firmware" else 1):
        draft.add(at_ms, how)
        at_ms += stream.spread(1, 2_000)
    draft.ends(at_ms + 1_500)


def board_restarts(draft: Draft, stream: Stream) -> None:
    at_ms, takes_ms = draft.now_ms, stream.between(500, 20_000)
    draft.restarts = True
    if stream.chance(0.6):  # the application knows more samples than the next log has at first
        for_ms = stream.between(10_000, 50_000)
        draft.suspend(at_ms, for_ms)
        at_ms += for_ms + 1_500
    if stream.chance(0.3):
        draft.suspend(at_ms, **_again(draft, stream))
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
