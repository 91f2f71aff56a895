"""The report as a table for the terminal; 80 columns."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from fwgen.record import CALLS
from fwgen.report.model import Crash, Outage, Report, Sleep
from fwgen.report.words import clock, core_words, count, crash_words, linux_words, span
from fwgen.terminal import Style, bar

_WIDTH: Final = 80
_TIMELINE: Final = 62
_BAR: Final = 28
_SLEEPS_SHOWN: Final = 24
_IGNORED_SHOWN: Final = 8
_OUTAGES_SHOWN: Final = 8
_GREEN, _RED, _YELLOW, _BLUE, _BOLD, _DIM = "32", "31", "33", "34", "1", "2"

_SLEEP_HEADS: Final = (
    ("", "#"),
    ("SLEEP", "sent at"),
    ("acknow-", "ledged in"),
    ("DDR", "closed for"),
    ("woken", "by"),
    ("first sam-", "ple after"),
    ("all sam-", "ples after"),
    ("", "backlog"),
)
_CAUSE_COLOUR: Final = {
    **dict.fromkeys(CALLS, _YELLOW),
    "abort": _RED,
    "refused": _RED,
    "reboot": _RED,
    "restart": _RED,
}


def render_table(report: Report, style: Style) -> str:
    """Return the report's lines, each with its newline."""
    lines = [
        *_head(report, style),
        "",
        *_timeline(report, style),
        *_samples(report, style),
        "",
        *_sleeps(report["sleeps"], style),
        *_outages(report["outages"], style),
        *_figures(report, style),
        *_core(report, style),
        *_crashes(report, style),
        *_ignored(report, style),
        "",
        *_verdict(report, style),
    ]
    return style.fit("".join(f"{line.rstrip()}\n" for line in lines))


def _head(report: Report, style: Style) -> Iterator[str]:
    yield style.paint(report["scenario"], _BOLD)
    speed = f", {report['speed']:,.0f} times real time" if report["speed"] >= 2 else ""
    where = f"{report['backend']} backend, {linux_words(report)}"
    yield f"spec {report['spec']}, {where}, seed {report['seed']}"
    yield f"{span(report['virtual_s'])} of virtual time in {span(report['wall_s'])}{speed}"
    yield style.paint(f"fingerprint {report['fingerprint']}", _DIM)
    if report["backend"] == "host":
        yield style.paint("this ran the generated core on the host, not the firmware", _YELLOW)


def _timeline(report: Report, style: Style) -> Iterator[str]:
    """Yield a line that shows when Linux slept; a column is dark if Linux slept most of it."""
    step_s = report["virtual_s"] / _TIMELINE
    if not report["sleeps"] or not step_s:
        return
    nights = [(sleep["at_s"], sleep["at_s"] + sleep["slept_s"]) for sleep in report["sleeps"]]
    drawn = "".join(
        style.paint("█", _BLUE) if _asleep_s(nights, at * step_s, step_s) > step_s / 2 else "·"
        for at in range(_TIMELINE)
    )
    yield f"  Linux      {drawn}"
    awake = 100 * report["linux"]["awake"]
    end = f"{span(report['virtual_s'])}, █ asleep, {awake:.3g} % awake"
    yield style.paint(f"             0{end:>{_TIMELINE - 1}}", _DIM)
    yield ""


def _asleep_s(nights: Sequence[tuple[float, float]], start_s: float, step_s: float) -> float:
    return sum(max(0.0, min(end, start_s + step_s) - max(begin, start_s)) for begin, end in nights)


def _samples(report: Report, style: Style) -> Iterator[str]:
    samples = report["samples"]
    found = {
        "taken": samples["taken"],
        "delivered": samples["delivered"],
        "lost": samples["lost"],
        "declared lost": samples["declared_lost"],
        "twice": samples["duplicated"],
        "out of order": samples["out_of_order"],
        "wrong": samples["wrong"],
    }
    widths = [max(len(head), len(f"{number:,}")) for head, number in found.items()]
    yield style.paint(f"  samples    {_row(list(found), widths)}", _DIM)
    painted = [
        style.paint(f"{number:>{width},}", _colour(head, found))
        for (head, number), width in zip(found.items(), widths, strict=True)
    ]
    yield f"             {'  '.join(painted)}"


def _colour(name: str, found: dict[str, int]) -> str:
    if name == "taken":
        return _BOLD
    if name == "delivered":
        return _GREEN if found["delivered"] == found["taken"] else _YELLOW
    return _RED if found[name] else _GREEN


def _sleeps(sleeps: Sequence[Sleep], style: Style) -> Iterator[str]:
    if not sleeps:
        return
    rows = [_sleep(number + 1, sleep) for number, sleep in enumerate(sleeps[:_SLEEPS_SHOWN])]
    heads = list(zip(*_SLEEP_HEADS, strict=True))
    widths = [max(len(row[at]) for row in (*heads, *rows)) for at in range(len(_SLEEP_HEADS))]
    for head in heads:
        yield style.paint(f"  {_row(head, widths).rstrip()}", _DIM)
    yield style.paint(f"  {'─' * (sum(widths) + 2 * len(widths) - 2)}", _DIM)
    for row, sleep in zip(rows, sleeps, strict=False):
        line = _row(row, widths)
        cause = sleep["wake_cause"].partition(":")[0]
        if cause in _CAUSE_COLOUR:
            line = line.replace(cause, style.paint(cause, _CAUSE_COLOUR[cause]), 1)
        yield f"  {line}"
    if len(sleeps) > _SLEEPS_SHOWN:
        yield f"  and {len(sleeps) - _SLEEPS_SHOWN} more"
    yield from _conditions(sleeps)
    yield ""


def _conditions(sleeps: Sequence[Sleep]) -> Iterator[str]:
    """Yield a line for each condition that has woken Linux."""
    texts = (sleep["wake_cause"].partition(":")[2] for sleep in sleeps)
    for text, number in Counter(filter(None, texts)).items():
        yield f"  woken {count(number, 'time')} by the condition {text}"


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _sleep(number: int, sleep: Sleep) -> tuple[str, ...]:
    return (
        str(number),
        clock(sleep["at_s"]),
        _milliseconds(sleep["ack_ms"]),
        span(sleep["slept_s"]) if sleep["slept_s"] else "-",
        sleep["wake_cause"].partition(":")[0],
        _milliseconds(sleep["first_sample_ms"]),
        _milliseconds(sleep["drain_ms"]),
        f"{sleep['backlog']:,}",
    )


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else span(value / 1e3)


def _outages(outages: Sequence[Outage], style: Style) -> Iterator[str]:
    """Yield a line for each time in which the M33 did not run."""
    for outage in outages[:_OUTAGES_SHOWN]:
        for_s = outage["for_s"]
        lasted = "to the end" if for_s is None else f"for {span(for_s)}"
        erased = ", log erased" if outage["log"] == "erased" else ""
        told = f"{outage['why']} at {clock(outage['at_s'])}, {lasted}{erased}"
        missing = f"{count(outage['not_taken'], 'sample')} not taken"
        yield f"  {style.paint('M33 down', _YELLOW)}   {told}: {missing}"
    if len(outages) > _OUTAGES_SHOWN:
        yield f"  and {len(outages) - _OUTAGES_SHOWN} more"
    if outages:
        yield ""


def _figures(report: Report, style: Style) -> Iterator[str]:
    log, jitter = report["log"], report["jitter_us"]
    if log["capacity_bytes"]:
        used = log["peak_bytes"] / log["capacity_bytes"]
        drawn = bar(used * _BAR).ljust(_BAR, "·")
        of = f"{log['peak_bytes'] / 1024:.1f} of {log['capacity_bytes'] / 1024:.1f} KiB at most"
        yield f"  log        {style.paint(drawn, _YELLOW if used > 0.9 else _GREEN)} {of}"
    if log["bytes_per_sample"]:
        yield (f"  density    {log['bytes_per_sample']:.2f} bytes per sample, with headers and CRC")
    accesses = report["ddr"]["accesses_while_closed"]
    told = count(accesses, "access").replace("accesss", "accesses") if accesses else "not touched"
    yield f"  DDR        {style.paint(f'{told} while it was closed', _RED if accesses else _GREEN)}"
    if jitter["p99"] is not None and jitter["max"] is not None:
        yield (
            f"  sampling   {jitter['p99']:,} us off the schedule in the 99th percentile, "
            f"{jitter['max']:,} us at most"
        )


def _core(report: Report, style: Style) -> Iterator[str]:
    core = report["core"]
    if core is None:
        yield style.paint(
            "  M33        its share is not known: this backend emulates no core", _DIM
        )
        return
    for state, share in (("awake", core["awake"]), ("asleep", core["asleep"])):
        if share is not None:
            yield from textwrap.wrap(
                f"  M33        Linux {state}: {core_words(share)}",
                _WIDTH,
                subsequent_indent=" " * 13,
                break_long_words=False,
            )


def _crashes(report: Report, style: Style) -> Iterator[str]:
    for crash in report["crashes"]:
        yield from textwrap.wrap(
            f"  {style.paint(_number(crash), _RED)} {crash_words(crash)}",
            _WIDTH,
            subsequent_indent=" " * 13,
            break_long_words=False,
        )


def _number(crash: Crash) -> str:
    return f"crash {crash['number']}".ljust(10)


def _ignored(report: Report, style: Style) -> Iterator[str]:
    """Yield the steps that were not executed: without them the run may not test its subject."""
    for step in report["ignored"][:_IGNORED_SHOWN]:
        told = f"{step['do']} at {clock(step['at_s'])}: {step['reason']}"
        yield f"  {style.paint('ignored', _YELLOW)}    {told}"
    if len(report["ignored"]) > _IGNORED_SHOWN:
        yield f"  and {len(report['ignored']) - _IGNORED_SHOWN} more steps were ignored"


def _verdict(report: Report, style: Style) -> Iterator[str]:
    passed = report["verdict"] == "pass"
    mark = ("✓ " if passed else "✗ ") if style.unicode else ""
    word = f"{mark}{report['verdict'].upper()}"
    yield f"  {style.paint(word, f'{_BOLD};{_GREEN if passed else _RED}')}"
    for reason in report["reasons"]:
        yield from textwrap.wrap(
            reason, _WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False
        )
