"""Decides pass or fail, with the reasons as sentences."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, cast

import numpy as np

from fwgen.record import ASKING, RunRecord
from fwgen.report.finding import Finding
from fwgen.report.model import Report
from fwgen.report.outages import TOLD, down_us, runs_us
from fwgen.report.samples import Bools, SampleCheck, rows_of, runs
from fwgen.report.standing import Findings
from fwgen.report.words import clock, count, fine_clock, listed, moment, ranges, span
from fwgen.scenario.expect import Expectation
from fwgen.series import NEVER, Delivered, Taken, spans
from fwgen.wire.sample import STATUS_NAMES, SampleStatus

_JUDGED: Final = Finding()
_END_SLACK_US: Final = 1_000_000
_START_US: Final = 1_000_000
"""The most that the firmware takes from its start until it can take samples. Two sensors' drivers
may each sleep for 500 ms (Zephyr 4.3, hs400x_init of drivers/sensor/renesas/hs400x/hs400x.c); on
the emulated board the rest took less than 60 ms with 54 s of samples in the log. Nothing of the
handshake is part of it: samples do not wait for Linux."""


def judge(
    record: RunRecord,
    check: SampleCheck,
    report: Report,
    findings: Findings,
    expectations: tuple[Expectation, ...],
    second: SampleCheck | None = None,
) -> tuple[bool, list[str]]:
    """Return whether the run passes, and the reasons: all that is wrong, or why it passes.
    `second`: of the samples of a second sensor."""
    runs = [(record, check)]
    if record.second and second:
        runs.append((record.second, second))
    bad = [
        _of(one, error)
        for one, checked in runs
        for error in _general_errors(one, checked, one is record)
    ]
    for expectation in expectations:
        if expectation.standing and findings.get(expectation.field, _JUDGED) is None:
            continue
        sentence = expectation.judge(cast(dict[str, Any], report))
        if sentence is not None:
            finding = findings.get(expectation.field)
            told = finding.told if finding else _told_of_all(expectation, runs)
            bad.append(_detailed(expectation, sentence, told))
    if bad:
        return False, bad
    return True, [*_why_it_passes(record, report, expectations)]


# ------------------------------------------------------------- expectations that are not met


def _of(record: RunRecord, told: str) -> str:
    """Return the sentence with the sensor that it is about, if there are two."""
    return f"`{record.sensor_name}`: {told}" if record.sensor_name and told else told


def _told_of_all(expectation: Expectation, runs: list[tuple[RunRecord, SampleCheck]]) -> str:
    """Return the details of each sensor's samples; those that are not about samples once."""
    found = [_of(record, _told(expectation, record, check)) for record, check in runs]
    if expectation.field not in _OF_SAMPLES:
        return _told(expectation, *runs[0])
    return " ".join(told for told in found if told)


def _told(expectation: Expectation, record: RunRecord, check: SampleCheck) -> str:
    """Return a sentence with details; "": there are none."""
    details = _DETAILS.get(expectation.field)
    return details(record, check) if details else ""


def _detailed(expectation: Expectation, sentence: str, told: str) -> str:
    """Return `told` with what the scenario expects, or `sentence` if `told` is empty."""
    if not told:
        return f"{_spelled(sentence)}."
    due = "" if expectation.most == 0 else f" The scenario expects {_spelled(expectation.due)}."
    return f"{told}{due}"


def _spelled(sentence: str) -> str:
    """Return the sentence with `at-least` and `at-most` as words."""
    return sentence.replace("at-least", "at least").replace("at-most", "at most")


def _tell_lost(record: RunRecord, check: SampleCheck) -> str:
    return _tell_missing(record, check.lost, "lost without being declared")


def _tell_declared(record: RunRecord, check: SampleCheck) -> str:
    how = "dropped by the firmware and declared lost"
    if record.erasures:
        how = "dropped by the firmware, or in the log when its memory was erased"
    return _tell_missing(record, check.declared, how)


def _tell_missing(record: RunRecord, mask: Bools, how: str) -> str:
    """`3 samples were lost: 1204..1206, taken asleep at 00:01:12.`"""
    found = runs(mask)
    if not found:
        return ""
    taken = record.taken
    rows = np.array(found, dtype=np.int64)
    numbers = [(int(first), int(last)) for first, last in taken.seq_of(rows)]
    first_s, last_s = taken.at(rows[[0, -1], [0, 1]]) / 1e6
    when = f"{_state(record, first_s)} at {clock(first_s)}"
    if clock(last_s) != clock(first_s):
        when = f"from {clock(first_s)} ({_state(record, first_s)}) to {clock(last_s)}"
        if _state(record, last_s) != _state(record, first_s):
            when += f" ({_state(record, last_s)})"
    verb = "was" if mask.sum() == 1 else "were"
    return f"{count(int(mask.sum()), 'sample')} {verb} {how}: {ranges(numbers)}, taken {when}."


def _state(record: RunRecord, t_s: float) -> str:
    """Return the state of Linux at that time."""
    at = bisect.bisect_right([band.start_s for band in record.bands], t_s) - 1
    if at < 0:
        return "before Linux was up"
    state = record.bands[at].state
    return f"while Linux was {'asking for sleep' if state == ASKING else state}"


def _tell_duplicated(record: RunRecord, check: SampleCheck) -> str:
    return _tell_received(record, check.duplicated, "arrived again")


def _tell_disorder(record: RunRecord, check: SampleCheck) -> str:
    return _tell_received(record, check.out_of_order, "arrived after later ones")


def _tell_received(record: RunRecord, mask: Bools, how: str) -> str:
    """`12 samples arrived again: 1204..1215, first at 00:01:14.`"""
    places = np.flatnonzero(mask)
    if not len(places):
        return ""
    part = record.delivered.pick(places)
    numbers = np.unique(part.seq)
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    firsts, lasts = numbers[np.append(0, breaks + 1)], numbers[np.append(breaks, -1)]
    found = [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
    when = clock(part.arrival_us[0] / 1e6)
    return f"{count(len(places), 'sample')} {how}: {ranges(found)}, first at {when}."


def _tell_wrong(record: RunRecord, check: SampleCheck) -> str:
    """Return a sentence for each way of being wrong, with the first such sample."""
    if not check.wrong.any():
        return ""
    value_example = partial(_value_example, record)
    ways: list[tuple[Bools, str, Callable[[Taken, Delivered], str]]] = [
        (check.wrong_value, "with another value than the sensor gave", value_example),
        (check.wrong_time, "with another time than that of the schedule", _time_example),
        (check.too_early, "before being taken", _early_example),
        (check.unknown, "with a number that no sample has", _unknown_example),
    ]
    sentences = []
    for mask, how, example in ways:
        places = np.flatnonzero(mask)
        if len(places):
            row = int(rows_of(record, check, places[:1])[0])
            due = Taken() if row == NEVER else record.taken.part(row, row + 1)
            shown = example(due, record.delivered.pick(places[:1]))
            first = "the first: " if len(places) > 1 else ""
            sentences.append(f"{count(len(places), 'sample')} arrived {how} ({first}{shown}).")
    return " ".join(sentences)


def _value_example(record: RunRecord, due: Taken, got: Delivered) -> str:
    return f"{due.seq[0]} says {_value(record, got)} instead of {_value(record, due)}"


def _value(record: RunRecord, sample: Taken | Delivered) -> str:
    value, status = record.show(int(sample.value[0])), sample.status[0]
    late_16ths = sample.late_16ths[0]
    name = STATUS_NAMES[status] if 0 <= status < len(STATUS_NAMES) else f"status {status}"
    text = value if status == SampleStatus.VALID else f"{name}, {value}"
    return f"{text}, late by {late_16ths}/16" if late_16ths else text


def _time_example(due: Taken, got: Delivered) -> str:
    if got.spec[0] != due.spec[0]:
        return f"{due.seq[0]} names spec {got.spec[0]:08x} instead of {due.spec[0]:08x}"
    return (
        f"{due.seq[0]} says {got.time_us[0]} us of boot {got.boot[0]} "
        f"instead of {due.time_us[0]} us of boot {due.boot[0]}"
    )


def _early_example(due: Taken, got: Delivered) -> str:
    arrival_s, at_s = got.arrival_us[0] / 1e6, due.at_us[0] / 1e6
    return f"{due.seq[0]} at {fine_clock(arrival_s)}, taken at {fine_clock(at_s)}"


def _unknown_example(due: Taken, got: Delivered) -> str:
    return f"{got.seq[0]} at {clock(got.arrival_us[0] / 1e6)}"


def _tell_accesses(record: RunRecord, check: SampleCheck) -> str:
    accesses = record.ddr_accesses
    if not accesses:
        return ""
    first = min(accesses, key=lambda access: access.t_s)
    where = [first.function] if first.function else []
    if first.pc is not None:
        where.append(f"pc 0x{first.pc:08X}")
    if first.address is not None:
        where.append(f"address 0x{first.address:08X}")
    told = f" ({', '.join(where)})" if where else ""
    times = "once" if len(accesses) == 1 else count(len(accesses), "time")
    only = "" if len(accesses) == 1 else "first "
    return (
        f"The firmware touched DDR {times} while it was closed, {only}{moment(first.t_s)}{told}: "
        "on the chip this hangs the system."
    )


def _tell_blocked(record: RunRecord, check: SampleCheck) -> str:
    uses = count(record.link.blocked_accesses, "time")
    return f"The firmware tried to use a ring {uses} while its door was shut; the door stopped it."


def _tell_bad_rings(record: RunRecord, check: SampleCheck) -> str:
    rings = count(record.link.bad_rings, "invalid ring")
    return f"The firmware found {rings} and did not use them."


def _tell_bad_messages(record: RunRecord, check: SampleCheck) -> str:
    messages = count(record.link.bad_messages, "invalid message")
    return f"The firmware received and dropped {messages}."


def _tell_foreign(record: RunRecord, check: SampleCheck) -> str:
    messages = count(record.link.foreign_messages, "message")
    return f"The firmware received and dropped {messages} from a sender other than the peer."


_OF_SAMPLES: Final = ("lost", "declared_lost", "duplicated", "out_of_order", "wrong")

_DETAILS: Final[dict[str, Callable[[RunRecord, SampleCheck], str]]] = {
    "lost": _tell_lost,
    "declared_lost": _tell_declared,
    "duplicated": _tell_duplicated,
    "out_of_order": _tell_disorder,
    "wrong": _tell_wrong,
    "ddr_accesses_while_closed": _tell_accesses,
    "blocked_accesses": _tell_blocked,
    "bad_rings": _tell_bad_rings,
    "bad_messages": _tell_bad_messages,
    "foreign_messages": _tell_foreign,
}


# ----------------------------------------------------------- errors in every scenario


def _general_errors(record: RunRecord, check: SampleCheck, first: bool) -> Iterator[str]:
    """`first`: these are the samples of the first sensor."""
    if not len(record.taken):
        yield f"No sample was taken in {span(record.virtual_s)}."
    yield from _pauses(record)
    if first:
        yield from _resets(record)
    yield from _misnumbered(record, check)
    wrongly = int(check.declared_arrived.sum())
    if wrongly:
        yield f"{count(wrongly, 'sample')} arrived but {_was(wrongly)} declared lost."
    if check.declared_unknown:
        number = check.declared_unknown
        yield f"{count(number, 'sample')} {_was(number)} declared lost before being taken."


def _misnumbered(record: RunRecord, check: SampleCheck) -> Iterator[str]:
    if check.shift.any():
        places = np.flatnonzero(check.shift)
        first, worst = record.delivered.pick(places).seq.min(), int(check.shift.max())
        yield (
            f"From {first} on the numbers are too small by up to {worst:,}: the firmware lost "
            "samples before it gave them a number, so the peer cannot detect that they are missing."
        )


def _pauses(record: RunRecord) -> Iterator[str]:
    """Report periods without a sample, except those in which the M33 did not run: a firmware that
    pauses has no sample to lose. After each outage it may take its time to start, which the next
    reset may cut off; also after a start that is no outage, because Linux loads it once more. A
    reset, or the end, may cut off a measurement."""
    taken, period_us = record.taken, record.period_us
    measures_us = record.asked.measures_us if record.asked else 0
    if not len(taken) or not period_us:
        return
    longest_us = _longest_start_us(period_us)
    held: list[tuple[int, int]] = []  # when, for how long
    times = 0
    for first, end in spans(len(taken)):
        part = taken.part(first, min(end + 1, len(taken)))
        after = np.diff(part.at_us)
        starts = np.diff(part.boot)
        for at in np.flatnonzero(starts):
            start_us, end_us = int(part.at_us[at]), int(part.at_us[at + 1])
            ran_us = runs_us(record, start_us, end_us)
            ran_us += [longest_us] * (int(starts[at]) - len(ran_us))
            not_run_us = down_us(record, start_us, end_us) + _starting_us(ran_us, longest_us)
            after[at] -= min(after[at], not_run_us + measures_us)
        found = np.flatnonzero(after > period_us + period_us // 2)
        times += len(found)
        held += [(int(part.at_us[at]), int(after[at])) for at in found[:1]]
    if held:
        at_us, for_us = held[0]
        more = "" if times == 1 else f" (and {count(times - 1, 'time')} more)"
        yield f"No sample was taken for {span(for_us / 1e6)} after {clock(at_us / 1e6)}{more}."
    last_us = int(taken.at(np.array([len(taken) - 1], dtype=np.int64))[0])
    until_us = round(record.virtual_s * 1e6)
    ran_us = runs_us(record, last_us, until_us)
    silent_us = until_us - last_us - down_us(record, last_us, until_us)
    silent_us -= _starting_us(ran_us[:-1], longest_us)
    slack_us = max(_END_SLACK_US, _starting_us(ran_us[-1:], longest_us))
    if silent_us > period_us + measures_us + slack_us:
        yield f"No sample was taken after {clock(last_us / 1e6)}."


def _longest_start_us(period_us: int) -> int:
    """Return the most from a start of the firmware to its first sample. The schedule begins one
    period after the clock (src/clock.c, start). A sampler that is ready later begins with the next
    slot (clock_start_beat)."""
    return _START_US + period_us


def _starting_us(ran_us: list[int], longest_us: int) -> int:
    """Return how much of these times the firmware may take to start."""
    return sum(min(one_us, longest_us) for one_us in ran_us)


def _resets(record: RunRecord) -> Iterator[str]:
    unasked = [outage for outage in record.outages if not outage.asked]
    if unasked:
        first = unasked[0]
        times = "once" if len(unasked) == 1 else count(len(unasked), "time")
        yield (
            f"The M33 was reset {times} without a step that asks for it, first at "
            f"{clock(first.start_us / 1e6)}, by {TOLD[first.why]}."
        )


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


# ------------------------------------------------------------------------------------- it passes


def _why_it_passes(
    record: RunRecord, report: Report, expectations: tuple[Expectation, ...]
) -> Iterator[str]:
    samples = report["samples"]
    flaws = [f"{samples[name]:,} {name.replace('_', ' ')}" for name in _FLAWS if samples[name]]
    if samples["waiting"] and not flaws:
        waiting = samples["waiting"]
        arrived = f"{samples['delivered']:,} of {count(samples['taken'], 'sample')} arrived"
        if not samples["delivered"]:
            arrived = "No sample arrived, so this run does not show that samples arrive"
        yield (
            f"{arrived}; {count(waiting, 'sample')} {_was(waiting)} still in the log when the run "
            "ended, not due yet."
        )
    elif flaws:
        yield (
            f"{samples['delivered']:,} of {count(samples['taken'], 'sample')} arrived "
            f"({listed(flaws)}), as the scenario expects."
        )
    else:
        arrived = f"All {count(samples['taken'], 'sample')} arrived, each once and in order, "
        if samples["taken"] == 1:
            arrived = "The one sample that was taken arrived, once, "
        yield f"{arrived}with the value the sensor gave and the time of the schedule."
    if report["outages"]:
        times, missing = len(report["outages"]), sum(one["not_taken"] for one in report["outages"])
        often = "once" if times == 1 else count(times, "time")
        yield (
            f"The M33 was down {often}; {count(missing, 'sample')} {_was(missing)} not taken "
            "meanwhile."
        )
    asleep_s = sum(sleep["slept_s"] for sleep in report["sleeps"])
    if not report["ddr"]["accesses_while_closed"] and asleep_s:
        yield f"DDR was closed for {span(asleep_s)}, and the firmware did not touch it meanwhile."
    own = [wanted for wanted in expectations if not wanted.standing]
    own = [wanted for wanted in own if wanted.field not in _DETAILS]
    if own:
        met = listed([f"`{wanted.field}` is {_spelled(wanted.due)}" for wanted in own])
        yield f"As the scenario expects, {met}."


_FLAWS: Final = ("lost", "declared_lost", "duplicated", "out_of_order", "wrong")
