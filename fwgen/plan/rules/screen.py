"""What the display shows."""

from __future__ import annotations

from fwgen.plan import screen
from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings, did_you_mean, quote

CHANNEL = Rule("show-unknown", "error", "`show` names channels of the sensor")
WIDE = Rule("show-too-wide", "error", "a shown channel fits the panel's width")
TALL = Rule("show-too-tall", "error", "all shown channels fit the panel's height")
TWICE = Rule("show-twice", "error", "a channel is shown once")

RULES = (CHANNEL, WIDE, TALL, TWICE)


def _check_show(draft: Draft, findings: Findings) -> None:
    display = draft.spec.display
    if display is None or display.show is None:
        return
    known = screen.channels_of(draft.spec)
    for index, one in enumerate(display.show):
        place = draft.spec.where("display", "show", index, "channel")
        if one.channel not in known:
            message = f"no sensor has the channel {quote(one.channel)}"
            hint = did_you_mean(one.channel, known, "its channels")
            having = [name for name in known if name.endswith(f".{one.channel}")]
            if having:
                message = f"both sensors have {quote(one.channel)}"
                hint = f"write {' or '.join(f'`{name}`' for name in having)}"
            CHANNEL.broken(findings, message, place, hint)
            return
        if one.channel in [other.channel for other in display.show[:index]]:
            message = f"{quote(one.channel)} is already in the list"
            TWICE.broken(findings, message, place, "remove it")


def _check_size(draft: Draft, findings: Findings) -> None:
    display = draft.spec.display
    known = screen.channels_of(draft.spec)
    if display is None or any(one.channel not in known for one in display.show or ()):
        return
    width, rows = display.size
    chosen = screen.shown(draft.spec, display)
    for index, (channel, large) in enumerate(chosen):
        needs = channel.large_width if large else channel.small_width
        if needs <= width or display.show is None:
            continue
        example = f"{channel.longest} {channel.channel.unit}"
        hint = "write `size: small`" if large and channel.small_width <= width else ""
        WIDE.broken(
            findings,
            f"`{example}` needs {needs} pixels {'large' if large else 'small'}, and the panel has "
            f"{width}",
            draft.spec.where("display", "show", index),
            hint or "write a coarser resolution, or take a wider panel",
        )
    needs = screen.height([large for _, large in chosen], rows)
    if needs > rows:
        message = f"these values and the state of Linux need {needs} rows, and the panel has {rows}"
        place = draft.spec.where("display", "show")
        small = screen.most_small(rows)
        hint = f"there is room for {small} with `size: small`" if small else "take a taller panel"
        TALL.broken(findings, message, place, hint)


CHECKS = (_check_show, _check_size)
