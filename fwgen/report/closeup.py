"""Pictures of one sleep: falling asleep, waking up, and how the backlog arrives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from fwgen.record import ASLEEP, Band, Floats, RunRecord, SleepRecord
from fwgen.report import svg
from fwgen.report.samples import Bools
from fwgen.report.scene import Run, Scene, ups_s
from fwgen.report.svg import Scale, line, rect, text
from fwgen.report.words import clock, count, span

WIDTH: Final = 420.0
_LEFT: Final = 60.0
_RIGHT: Final = 10.0
_STRIP: Final = 22.0
_RAIL_TAKEN: Final = 52.0
_RAIL_ARRIVED: Final = 128.0
_BACKLOG_TOP: Final = 150.0
_BACKLOG_FLOOR: Final = 212.0
_HEIGHT: Final = 236.0
_MOST_LINES: Final = 400
_LETTER: Final = 6.6
_TICKS: Final = 6


@dataclass(frozen=True)
class Closeup:
    """`markup` is an svg element."""

    title: str
    words: str
    markup: str


def closeups(run: Run, index: int) -> list[Closeup]:
    """Return the pictures of one sleep; only of what happened in it."""
    sleep = run.record.sleeps[index]
    asleep = _band_of(run.record, sleep, index)
    wide_s = max(1.0, 20e-6 * run.record.period_us)
    if asleep is None:
        window = (sleep.at_s - wide_s, sleep.at_s + 2 * wide_s)
        return [_rails(run, "Called off", window, sleep.at_s, f"sleep{index}-off", _off(sleep))]
    found = [_falling(run, sleep, asleep, wide_s, index)]
    up_s = next((up_s for up_s in ups_s(run.record) if up_s >= asleep.end_s), None)
    if up_s is None:
        return found
    found.append(_waking(run, sleep, asleep, up_s, wide_s, index))
    drained = _drain(run, sleep, asleep, up_s, index)
    return [*found, drained] if drained else found


# ---------------------------------------------------------------------------------------- windows


def _band_of(record: RunRecord, sleep: SleepRecord, index: int) -> Band | None:
    """Return the band in which DDR was closed in this sleep; None: it was not closed."""
    following = record.sleeps[index + 1 :]
    end_s = following[0].at_s if following and following[0].at_s > sleep.at_s else np.inf
    for band in record.bands:
        if band.state == ASLEEP and sleep.at_s <= band.start_s < max(end_s, sleep.at_s + 10):
            return band if sleep.slept_s else None
    return None


def _off(sleep: SleepRecord) -> str:
    return f"The suspend was called off ({sleep.wake_cause}) before DDR was closed."


def _falling(run: Run, sleep: SleepRecord, asleep: Band, wide_s: float, index: int) -> Closeup:
    window = (sleep.at_s - wide_s, asleep.start_s + wide_s)
    if sleep.ack_ms is None:
        asked = (
            "Linux suspends at 0 s without telling the firmware: no application runs that would "
            "send SLEEP."
        )
    else:
        asked = f"SLEEP is sent at 0 s. The firmware agrees after {span(sleep.ack_ms / 1e3)}."
    words = f"{asked} Samples that are not sent by then stay in the log, and so do all that follow."
    return _rails(run, "Falling asleep", window, sleep.at_s, f"sleep{index}-down", words)


def _waking(
    run: Run, sleep: SleepRecord, asleep: Band, up_s: float, wide_s: float, index: int
) -> Closeup:
    window = (max(asleep.end_s - wide_s / 2, up_s - 1.5 * wide_s), up_s + 1.5 * wide_s)
    first = sleep.first_sample_ms
    came = "" if first is None else f" The first sample arrives {span(first / 1e3)} later."
    words = f"Linux is up at 0 s, {span(up_s - asleep.end_s)} after DDR was open again.{came}"
    return _rails(run, "Waking up", window, up_s, f"sleep{index}-up", words)


# --------------------------------------------------------------------------------- taken, arrived


def _rails(
    run: Run, title: str, window: tuple[float, float], zero_s: float, name: str, words: str
) -> Closeup:
    """Draw each sample when it was taken (top) and when it arrived, then how many wait."""
    low_s, high_s = max(window[0], 0.0), min(window[1], run.end_s)
    scene = run.around(low_s, high_s)
    x = Scale(low_s, max(high_s, low_s + 1e-3), _LEFT, WIDTH - _RIGHT)
    parts = [*_ground(scene, x, _HEIGHT - 24)]
    for t_s, label in svg.time_ticks(low_s - zero_s, high_s - zero_s, _TICKS):
        parts.append(text(label, x(t_s + zero_s), _HEIGHT - 6, "tick", "middle"))
    for rail, label in ((_RAIL_TAKEN, "taken"), (_RAIL_ARRIVED, "arrived")):
        parts.append(line(_LEFT, rail, WIDTH - _RIGHT, rail, "rail"))
        parts.append(text(label, _LEFT - 6, rail + 4, "tick", "end"))
    parts += _journeys(scene, x)
    parts += _waiting(scene, x)
    shown = (scene.taken_s >= low_s) & (scene.taken_s <= high_s)
    told = (
        f"{title}, {clock(low_s)} to {clock(high_s)}: {count(int(shown.sum()), 'sample')} taken. "
        f"{words}"
    )
    return Closeup(title, words, svg.picture(WIDTH, _HEIGHT, title, told, parts, name))


def _ground(scene: Scene, x: Scale, height: float) -> Iterator[str]:
    """Draw the state of Linux as a strip with names and as shading."""
    for band in scene.bands(x.low, x.high):
        at, end = x(band.start_s), x(band.end_s)
        if band.state == ASLEEP:
            yield rect(at, _STRIP, end - at, height - _STRIP, "night")
        yield rect(at, 0, max(end - at, 0.8), _STRIP, f"band {band.state}", band.state)
        if end - at > len(band.state) * _LETTER + 4:
            yield text(band.state, (at + end) / 2, 15.5, f"on-{band.state}", "middle")


def _journeys(scene: Scene, x: Scale) -> Iterator[str]:
    """Draw a line for each sample, from when it was taken to when it arrived."""
    taken_s, arrival_s = scene.taken_s, scene.arrival_s
    inside = (taken_s >= x.low) & (taken_s <= x.high)
    lands = (arrival_s >= x.low) & (arrival_s <= x.high)
    late = scene.waited
    for chosen, kind in ((inside & lands & ~late, "trip"), (inside & lands & late, "trip late")):
        rows = np.flatnonzero(chosen)[:_MOST_LINES]
        yield svg.strokes(
            ((x(taken_s[r]), _RAIL_TAKEN, x(arrival_s[r]), _RAIL_ARRIVED) for r in rows), kind
        )
    stays = np.flatnonzero(inside & ~lands)[:_MOST_LINES]
    yield svg.strokes(
        ((x(taken_s[r]), _RAIL_TAKEN, x(taken_s[r]), _RAIL_TAKEN + 16) for r in stays), "trip late"
    )
    arrivals = np.unique(arrival_s[lands & ~inside & (taken_s < x.low)])
    if len(arrivals):
        fan = f"M{svg.number(_LEFT)} {svg.number(_RAIL_TAKEN + 16)}"
        fan += f"L{svg.number(x(arrivals[0]))} {svg.number(_RAIL_ARRIVED)}"
        fan += f"H{svg.number(x(arrivals[-1]) + 1)}"
        fan += f"L{svg.number(_LEFT)} {svg.number(_RAIL_TAKEN + 24)}Z"
        yield svg.element("path", d=fan, class_="fan")
    yield _dots(x, taken_s, inside & ~late, _RAIL_TAKEN, "dots")
    yield _dots(x, taken_s, inside & late, _RAIL_TAKEN, "dots late")
    yield _dots(x, arrival_s, lands & ~late, _RAIL_ARRIVED, "dots")
    yield _dots(x, arrival_s, lands & late, _RAIL_ARRIVED, "dots late")


def _dots(x: Scale, at_s: Floats, chosen: Bools, rail: float, class_: str) -> str:
    places = np.unique(np.round(x.all(at_s[chosen]), 1))
    return svg.strokes(((at, rail, at, rail) for at in places.tolist()), class_)


def _waiting(scene: Scene, x: Scale) -> Iterator[str]:
    """Draw how many samples wait in the log, to the microsecond."""
    inside = [
        values[(values > x.low) & (values < x.high)] for values in (scene.taken_s, scene.arrival_s)
    ]
    at_s = np.unique(np.concatenate([[x.low], *inside]))
    waiting = scene.waiting(at_s)
    most = int(waiting.max(initial=0))
    y = Scale(0.0, max(most, 4) * 1.15, _BACKLOG_FLOOR, _BACKLOG_TOP)
    places, tops = svg.staircase(x.all(at_s), y.all(waiting), x(x.high))
    yield line(_LEFT, _BACKLOG_FLOOR, WIDTH - _RIGHT, _BACKLOG_FLOOR, "rail")
    yield svg.area(places, tops, _BACKLOG_FLOOR, "waiting")
    yield text("in log", _LEFT - 6, _BACKLOG_FLOOR, "tick", "end")
    at = int(waiting.argmax())
    side = "end" if x(at_s[at]) > WIDTH / 2 else "start"
    offset = -4 if side == "end" else 4
    yield text(f"{most:,}", x(at_s[at]) + offset, y(most) + 2, "peak", side)


# -------------------------------------------------------------------------------------- the drain


def _drain(run: Run, sleep: SleepRecord, asleep: Band, up_s: float, index: int) -> Closeup | None:
    """Draw each block of the backlog: the time that it covers, and when it arrived."""
    if not sleep.drain_ms or sleep.backlog < 2:
        return None
    drain_s = sleep.drain_ms / 1e3
    low_s, high_s = up_s - max(0.004, 0.25 * drain_s), up_s + 1.3 * drain_s + 0.004
    scene = run.around(low_s, high_s)
    mine = scene.arrived & (scene.arrival_s >= up_s) & (scene.arrival_s <= high_s)
    mine &= scene.taken_s < high_s
    if len(np.unique(scene.arrival_s[mine])) < 3:
        return None
    oldest_s = float(scene.taken_s[mine].min())
    x = Scale(low_s, high_s, _LEFT, WIDTH - _RIGHT)
    y = Scale(oldest_s, high_s, _HEIGHT - 34, _STRIP + 8)
    parts = [*_ground(scene, x, _HEIGHT - 24)]
    for t_s, label in svg.time_ticks(low_s - up_s, high_s - up_s, _TICKS):
        parts.append(text(label, x(t_s + up_s), _HEIGHT - 6, "tick", "middle"))
    for t_s, label in svg.time_ticks(oldest_s - up_s, 0, 5):
        parts.append(line(_LEFT, y(t_s + up_s), WIDTH - _RIGHT, y(t_s + up_s), "grid"))
        parts.append(text(label, _LEFT - 6, y(t_s + up_s) + 4, "tick", "end"))
    parts += _blocks(scene, mine, x, y)
    words = (
        f"{count(sleep.backlog, 'sample')} of {span(up_s - oldest_s)} arrive in {span(drain_s)}. "
        "Each stroke is a block: vertically the time that it covers, horizontally its arrival "
        "(0: Linux is up)."
    )
    title = "The backlog arrives"
    return Closeup(
        title, words, svg.picture(WIDTH, _HEIGHT, title, words, parts, f"sleep{index}-drain")
    )


def _blocks(scene: Scene, mine: Bools, x: Scale, y: Scale) -> Iterator[str]:
    rows = np.flatnonzero(mine)
    at_s, taken_s = scene.arrival_s[rows], scene.taken_s[rows]
    order = np.lexsort((taken_s, at_s))
    at_s, taken_s = at_s[order], taken_s[order]
    starts = np.flatnonzero(np.append(True, np.diff(at_s) > 0))
    ends = np.append(starts[1:], len(at_s)) - 1
    places, oldest, newest = x.all(at_s[starts]), y.all(taken_s[starts]), y.all(taken_s[ends])
    yield svg.area(*svg.staircase(places, newest, x(x.high)), _HEIGHT - 34, "lag")
    oldest = np.maximum(oldest, newest + 1.0)
    yield svg.strokes(zip(places, oldest, places, newest, strict=True), "block")
