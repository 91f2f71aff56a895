"""The report as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fwgen.plan.words import duration

Report = dict[str, Any]

_SLEEPS_SHOWN = 30
_SAMPLES = {
    "taken": "taken by the firmware",
    "delivered": "delivered to Linux",
    "lost": "lost",
    "declared_lost": "declared lost",
    "duplicated": "twice",
    "out_of_order": "out of order",
    "wrong": "wrong in value or time",
}
_HEADINGS = ("asleep at", "acknowledged", "slept", "woken by", "first sample", "drained", "backlog")


def render_text(report: Report, *, colour: bool = False) -> str:
    """Several lines, each with its newline."""
    lines = [
        f"{report['scenario']}  ({report['backend']} backend, spec {report['spec']}, "
        f"seed {report['seed']})",
        f"{_span(report['virtual_s'])} of virtual time in {report['wall_s']:.1f} s"
        + (f", {report['speed']:,.0f} times real time" if report["speed"] else ""),
        "",
        *_samples(report["samples"]),
        "",
        *_sleeps(report["sleeps"]),
        *_rest(report),
        "",
        *_verdict(report, colour),
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _samples(samples: Report) -> Iterator[str]:
    yield "samples"
    width = max(len(f"{samples[key]:,}") for key in _SAMPLES)
    for key, words in _SAMPLES.items():
        yield f"  {samples[key]:>{width},}  {words}"


def _sleeps(sleeps: Sequence[Report]) -> Iterator[str]:
    if not sleeps:
        return
    yield f"sleeps of Linux: {len(sleeps)}"
    rows = [_HEADINGS, *(_sleep(sleep) for sleep in sleeps[:_SLEEPS_SHOWN])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        yield "  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
    if len(sleeps) > _SLEEPS_SHOWN:
        yield f"  and {len(sleeps) - _SLEEPS_SHOWN} more"
    yield ""


def _sleep(sleep: Report) -> tuple[str, ...]:
    return (
        _span(sleep["at_s"]),
        _milliseconds(sleep["ack_ms"]),
        _span(sleep["slept_s"]),
        sleep["wake_cause"],
        _milliseconds(sleep["first_sample_ms"]),
        _milliseconds(sleep["drain_ms"]),
        f"{sleep['backlog']:,}",
    )


def _rest(report: Report) -> Iterator[str]:
    log, ddr, jitter = report["log"], report["ddr"], report["jitter_us"]
    yield (
        f"log       {log['peak_bytes'] / 1024:.1f} KiB of {log['capacity_bytes'] / 1024:.1f} KiB "
        f"used at most, {log['bytes_per_sample']:.2f} bytes a sample"
    )
    yield f"DDR       {ddr['accesses_while_closed']} accesses while closed"
    if jitter["p50"] is not None:
        p99, most = jitter["p99"], jitter["max"]
        yield f"sampling  {p99:.0f} us late in the 99th percentile, {most:.0f} us at most"


def _verdict(report: Report, colour: bool) -> Iterator[str]:
    passed = report["verdict"] == "pass"
    word = "PASS" if passed else "FAIL"
    painted = f"\x1b[1;{32 if passed else 31}m{word}\x1b[0m" if colour else word
    yield f"{painted}: every sample arrived" if passed and _complete(report) else painted
    yield from (f"  {reason}" for reason in report["reasons"])


def _complete(report: Report) -> bool:
    return bool(report["samples"]["delivered"] == report["samples"]["taken"])


def _span(seconds: float) -> str:
    return duration(seconds) if seconds >= 1 else f"{seconds:g} s"


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} ms"
