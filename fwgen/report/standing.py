"""The standing expectations: every run must show that the firmware does what its spec says.

Each is computed here from the spec, from what arrived and when, and from the log's memory. The
firmware's own count is used only where it is compared with what happened. docs/scenarios.md lists
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from fwgen.record import (
    ASKING,
    ASLEEP,
    SUSPENDING,
    Asked,
    Fullest,
    Gap,
    Ints,
    RunRecord,
    SleepRecord,
)
from fwgen.report import wakes
from fwgen.report.dates import misdated
from fwgen.report.due import Due
from fwgen.report.finding import Finding
from fwgen.report.samples import SampleCheck, rows_of
from fwgen.report.words import clock, count, span
from fwgen.series import NEVER, PackedDelivered, spans
from fwgen.wire.channel import value_bits
from fwgen.wire.log_format import BLOCK_BYTES, WORST_BITS
from fwgen.wire.messages import seq_distance

_MASK: Final = 0xFFFF_FFFF
_UNDER_WAY_US: Final = 2_000_000
"""No message takes longer from its sender to a Linux that reads."""
_LEVELS: Final = ("log-full", "level")


Findings = dict[str, Finding | None]
"""By the name of the expectation; None: this run cannot show it."""


def standing(record: RunRecord, check: SampleCheck, second: SampleCheck | None = None) -> Findings:
    """`second`: of the record of a second sensor."""
    asked = record.asked
    if asked is None:
        return dict.fromkeys((*_OF_RUN, *_REASONS, *_OF_SENSOR))
    checks = [one for one in (check, second) if one]
    streams = [*zip(record.of_sensors, checks, strict=True)]
    found: Findings = {name: find(record, asked) for name, find in _OF_RUN.items()}
    found |= _reasons(record, asked)
    for name, find in _OF_SENSOR.items():
        found[name] = _joined([find(one, own, one.asked or asked) for one, own in streams])
    return found


def _joined(of_sensors: list[Finding | None]) -> Finding | None:
    """Return the findings on each sensor's samples as one."""
    found = [finding for finding in of_sensors if finding]
    if not found:
        return None
    return Finding(
        sum(finding.times for finding in found),
        " ".join(finding.told for finding in found if finding.told),
    )


def _late(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    due = Due(record, check.place)
    if not due.applies:
        return None
    late, worst, example = 0, 0, ""
    for first, end in spans(len(record.taken)):
        rows = np.arange(first, end, dtype=np.int64)
        place = check.place[first:end].astype(np.int64)
        rows, place = rows[place != NEVER], place[place != NEVER]
        at_us = record.taken.at(rows)
        arrival_us = record.delivered.arrived(place)
        behind_us = arrival_us - due.of(at_us)
        late += int((behind_us > 0).sum())
        if len(rows) and behind_us.max() > worst:
            worst, at = int(behind_us.max()), int(behind_us.argmax())
            number = int(record.taken.seq_of(rows[at : at + 1])[0])
            age_s = (arrival_us[at] - at_us[at]) / 1e6
            arrived_s = float(arrival_us[at]) / 1e6
            ended = ", after the end of the scenario" if arrived_s > record.virtual_s else ""
            example = (
                f"{number}, taken at {clock(at_us[at] / 1e6)}, arrived at {clock(arrived_s)}"
                f"{ended}: it was {span(age_s)} old"
            )
    if not late:
        return Finding()
    return Finding(
        late,
        f"{count(late, 'sample')} arrived later than the latency of "
        f"{span(asked.latency_us / 1e6)} allows, while Linux was awake and read. The latest: "
        f"{example}.",
    )


def _woken_early(record: RunRecord, asked: Asked) -> Finding | None:
    if asked.level is None:
        return None
    early = [
        (sleep.at_s + sleep.slept_s, sleep.used_opened)
        for sleep in record.sleeps
        if sleep.wake_cause in _LEVELS
        and sleep.used_opened is not None
        and sleep.used_opened < asked.level
    ]
    if not early:
        return Finding()
    at_s, used = early[0]
    return Finding(
        len(early),
        f"The firmware woke Linux before the log was at its level, first at {clock(at_s)}: "
        f"{used} of {asked.slots} blocks were in use, the level is {asked.level}.",
    )


def _woken_late(record: RunRecord, asked: Asked) -> Finding | None:
    level = asked.level
    if level is None:
        return None
    most = level + len(record.of_sensors) - 1  # both may begin a block in the same instant
    late = [
        (sleep.at_s + sleep.slept_s, sleep.used_opened)
        for index, sleep in enumerate(record.sleeps)
        if sleep.ack_ms is not None
        and index not in record.other_spec
        and sleep.used_closed is not None
        and sleep.used_opened is not None
        and sleep.used_closed < level
        and sleep.used_opened > most
        and not wakes.is_deaf(record, round(sleep.at_s * 1e6), _opened_us(sleep))
    ]
    if not late:
        return Finding()
    at_s, used = late[0]
    return Finding(
        len(late),
        f"The firmware did not wake Linux when the log was at its level, first seen at "
        f"{clock(at_s)}: {used} of {asked.slots} blocks were in use, the level is {level}.",
    )


def _opened_us(sleep: SleepRecord) -> int:
    """Return the latest time at which DDR was open again after a sleep."""
    return round((sleep.at_s + sleep.slept_s) * 1e6) + _UNDER_WAY_US


def _reasons(record: RunRecord, asked: Asked) -> Findings:
    """Judge the reasons of the firmware's calls; both findings need when the conditions fired."""
    firings = wakes.firings_of(record)
    wrong, others = wakes.without_reason(record, asked, firings), wakes.for_other_spec(record)
    told = f"The firmware woke Linux without the reason that it named: {wrong[0]}." if wrong else ""
    if others and not wrong:
        told = f"The firmware woke Linux {others[0]}."
    number = len(wrong) + len(others)
    found: Findings = {"woken_without_reason": Finding(number, told), "not_woken": None}
    if asked.max_age_us is not None or firings:
        missed = wakes.not_woken(record, asked, firings)
        told = f"The firmware did not wake Linux for {missed[0]}." if missed else ""
        found["not_woken"] = Finding(len(missed), told)
    return found


def _against_policy(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    """Check that a full log dropped the samples that the spec says: the oldest, or the newest."""
    wrong = []
    for gap, fullest in _drops(record):
        end = record.taken.count_before(gap.first - record.taken.first_seq + gap.count)
        full_us = fullest.last_us if asked.keeps_newest else fullest.first_us
        in_log_us = full_us - asked.measures_us  # later samples may find room again
        newest = int(record.taken.before(np.array([in_log_us], dtype=np.int64))[0])
        if (end >= newest) == asked.keeps_newest:
            wrong.append(gap)
    if not wrong:
        return Finding()
    kept = "newest" if asked.keeps_newest else "oldest"
    dropped = "newest" if asked.keeps_newest else "older"
    return Finding(
        len(wrong),
        f"The log was to keep the {kept} samples, but dropped {dropped} ones: "
        f"{count(wrong[0].count, 'sample')} from {wrong[0].first} on, declared at "
        f"{clock(wrong[0].at_us / 1e6)}.",
    )


def _dropped_early(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    early = [
        (gap, fullest.used)
        for gap, fullest in _drops(record)
        if fullest.used is not None and fullest.used < asked.slots
    ]
    if not early:
        return Finding()
    gap, used = early[0]
    return Finding(
        len(early),
        f"Samples were dropped though the log was not full: {count(gap.count, 'sample')} from "
        f"{gap.first} on, with {used} of {asked.slots} blocks in use.",
    )


def _closed_early(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    """Find blocks that were closed though the next sample fitted, while Linux was asleep: then
    nothing but a full block, a jump of the schedule or another start of the firmware closes one."""
    delivered, asleep_us = record.delivered, _agreed_sleeps(record)
    if not isinstance(delivered, PackedDelivered) or not len(asleep_us):
        return None
    if not len(delivered.size_bytes):
        return None
    # a block that is shorter has room for any sample
    full_bytes = BLOCK_BYTES - (WORST_BITS + value_bits(record.channels) - 1) // 8
    blocks = np.flatnonzero(delivered.size_bytes[:-1] < full_bytes)
    blocks = blocks[~np.isin(blocks + 1, [life[0] for life in delivered.lives])]
    last = delivered.begin[blocks + 1].astype(np.int64) - 1
    row = rows_of(record, check, last)
    has_next = (row != NEVER) & (row + 1 == rows_of(record, check, last + 1))
    blocks, last, row = blocks[has_next], last[has_next], row[has_next]
    goes_on = delivered.pick(last).time_us + record.period_us == delivered.start_us[blocks + 1]
    blocks, at_us = blocks[goes_on], record.taken.at(row[goes_on])
    sleep = np.searchsorted(asleep_us[:, 0], at_us, side="right") - 1
    closed_us = at_us + 2 * record.period_us + asked.measures_us
    inside = (sleep >= 0) & (closed_us <= asleep_us[sleep, 1])
    if not inside.any():
        return Finding()
    first, at_s = int(blocks[inside][0]), at_us[inside][0] / 1e6
    return Finding(
        int(inside.sum()),
        f"The firmware closed blocks that had room for the next sample, "
        f"{count(int(inside.sum()), 'time')}: the first, at {clock(at_s)}, has "
        f"{delivered.size_bytes[first]} of {BLOCK_BYTES} bytes.",
    )


def _agreed_sleeps(record: RunRecord) -> Ints:
    """Return begin and end (us, one row each) of the sleeps that the firmware had agreed to."""
    found = [
        (round(band.start_s * 1e6), round(band.end_s * 1e6))
        for asked, suspended, band in zip(
            record.bands, record.bands[1:], record.bands[2:], strict=False
        )
        if (asked.state, suspended.state, band.state) == (ASKING, SUSPENDING, ASLEEP)
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _drops(record: RunRecord) -> Iterator[tuple[Gap, Fullest]]:
    """Yield each gap, and when the log was fullest before the stream in which the gap was declared,
    or had to be if the firmware had not been restarted in it; none if memory was damaged. A gap
    that was declared before messages were no longer disturbed belongs to the following stream."""
    starts_us = [stream.start_us for stream in record.streams]
    for gap in record.gaps if not record.damaged else []:
        at = int(np.searchsorted(starts_us, gap.at_us, side="right")) - 1
        if at < 0 or gap.at_us > record.streams[at].end_us:
            at += 1
        end = record.taken.count_before(gap.first - record.taken.first_seq + gap.count)
        if end:
            ended_us = record.taken.at(np.array([end - 1], dtype=np.int64))
            at = min(at, int(np.searchsorted(starts_us, ended_us[0])))
        if at < len(record.streams):
            yield gap, record.fullest[at]


def _sent_again(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    """Find repetitions without a cause: each hello or WAKE lets the firmware go back once."""
    begun_us = sorted(beginning.at_us for beginning in record.beginnings)
    again_us = [repeat.at_us for repeat in record.repeats]
    without = []
    for repeat in record.repeats:
        window = [_under_way_since(record, repeat.at_us), repeat.at_us + 1]
        causes = np.diff(np.searchsorted(begun_us, window))[0]
        if np.diff(np.searchsorted(again_us, window))[0] > causes:
            without.append(repeat)
    if not without:
        return Finding()
    first = without[0]
    return Finding(
        len(without),
        f"The firmware sent samples again without a hello or WAKE, {count(len(without), 'time')}: "
        f"first {count(first.count, 'sample')} from {first.first} on at "
        f"{clock(first.at_us / 1e6)}.",
    )


def _known_again(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    begun = sorted(record.beginnings, key=lambda beginning: beginning.at_us)
    begun_us = [beginning.at_us for beginning in begun]
    known = []
    for repeat in record.repeats:
        window = [_under_way_since(record, repeat.at_us), repeat.at_us + 1]
        first, end = np.searchsorted(begun_us, window).tolist()
        has = [beginning.next_seq for beginning in begun[first:end]]
        behind = (repeat.first + repeat.count) & _MASK
        if has and all(seq is not None and seq_distance(behind, seq) <= 0 for seq in has):
            known.append((repeat, has[-1]))
    if not known:
        return Finding()
    repeat, asked_for = known[0]
    return Finding(
        len(known),
        f"The firmware continued before the number that the peer had asked for: it sent "
        f"{count(repeat.count, 'sample')} from {repeat.first} on at "
        f"{clock(repeat.at_us / 1e6)}, but the peer had all before {asked_for}.",
    )


def _under_way_since(record: RunRecord, at_us: int) -> int:
    """What arrives at this instant may answer what was sent from then on: it may have lain in a
    ring for as long as Linux did not read."""
    since_us = at_us - _UNDER_WAY_US
    for stream in reversed(record.streams):
        if stream.start_us >= at_us:
            continue
        if stream.end_us < at_us:
            since_us = min(since_us, stream.end_us - _UNDER_WAY_US)
        if since_us >= stream.start_us:
            break
        since_us = min(since_us, stream.start_us - _UNDER_WAY_US)
    return since_us


def _freed_early(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    if not record.freed_early:
        return Finding()
    at_us, first = record.freed_early[0]
    return Finding(
        len(record.freed_early),
        f"Blocks left the log's memory before they were acknowledged, "
        f"{count(len(record.freed_early), 'time')}: the first, with the samples from {first} on, "
        f"at {clock(at_us / 1e6)}.",
    )


def _miscounted(record: RunRecord, asked: Asked) -> Finding | None:
    """Compare the firmware's own count of dropped samples with what it declared."""
    told = record.dropped_told
    damaged = any(one.damaged for one in record.of_sensors)
    if told is None or damaged or len(_boots(record)) != 1:
        return None  # each start counts from 0, and its last count may not have arrived
    gaps = [gap for one in record.of_sensors for gap in one.gaps]
    if any(gap.at_us >= told[1] for gap in gaps):
        return None
    declared = sum(gap.count for gap in gaps)
    received = sum(one.dropped_received for one in record.of_sensors)
    if declared + received == told[0]:
        return Finding()
    return Finding(
        abs(declared + received - told[0]),
        f"The firmware counts {count(told[0], 'dropped sample')} but has declared {declared:,}.",
    )


def _boots(record: RunRecord) -> set[int]:
    """Return the starts of the firmware in which the first and the last samples were taken."""
    series = [one.taken for one in record.of_sensors if len(one.taken)]
    ends = [part for one in series for part in (one.part(0, 1), one.part(len(one) - 1, len(one)))]
    return {int(part.boot[0]) for part in ends}


def _misdirected(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    """Find samples that were sent to an application that was made for another spec."""
    if not record.misdirected:
        return Finding()
    first = record.misdirected[0]
    number = sum(one.count for one in record.misdirected)
    return Finding(
        number,
        f"The firmware sent {count(number, 'sample')} to a peer that was made for another spec, "
        f"first at {clock(first.at_us / 1e6)}.",
    )


_OF_RUN: Final[dict[str, Callable[[RunRecord, Asked], Finding | None]]] = {
    "woken_early": _woken_early,
    "woken_late": _woken_late,
    "miscounted": _miscounted,
}
_REASONS: Final = ("woken_without_reason", "not_woken")
_OF_SENSOR: Final[dict[str, Callable[[RunRecord, SampleCheck, Asked], Finding | None]]] = {
    "late": _late,
    "against_policy": _against_policy,
    "dropped_early": _dropped_early,
    "closed_early": _closed_early,
    "sent_again": _sent_again,
    "known_again": _known_again,
    "freed_early": _freed_early,
    "misdirected": _misdirected,
    "misdated": misdated,
}
