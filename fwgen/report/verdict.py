"""The run report (format 1) and its verdict, from a RunRecord and what the scenario expects.

A delivered sample belongs to the taken one with the same boot and scheduled time, whatever number
it carries: a firmware that loses one without a word then shows one lost and not a shifted rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fwgen.backends.record import Delivered, Ints, RunRecord, Taken
from fwgen.scenario.model import Scenario

FORMAT: Final = 1
_ROUND: Final = 6


@dataclass
class Counts:
    """`*_at` are indices into `taken`, of those samples."""

    taken: int
    delivered: int
    lost_at: Ints
    declared_lost_at: Ints
    duplicated: int
    out_of_order: int
    wrong_arrivals: Ints = field(repr=False)
    """Indices into `delivered`: value or time is not what the sensor model produced."""
    denied_at: Ints = field(repr=False)
    """Samples that were declared lost and came all the same."""


def count_samples(record: RunRecord) -> Counts:
    taken, delivered = record.taken, record.delivered
    index = _match(taken, delivered)
    known = index >= 0
    wrong = ~known
    for column in ("distance_mm", "status", "late_16ths"):
        wrong[known] |= getattr(taken, column)[index[known]] != getattr(delivered, column)[known]
    came, first = np.unique(index[known], return_index=True)
    in_order = index[known][np.sort(first)]
    behind = in_order < np.maximum.accumulate(in_order) if len(in_order) else in_order != in_order
    arrived = np.zeros(len(taken), dtype=bool)
    arrived[came] = True
    declared = _declared(record)
    return Counts(
        taken=len(taken),
        delivered=len(came),
        lost_at=np.flatnonzero(~arrived & ~declared),
        declared_lost_at=np.flatnonzero(~arrived & declared),
        duplicated=int(known.sum()) - len(came),
        out_of_order=int(behind.sum()),
        wrong_arrivals=np.flatnonzero(wrong),
        denied_at=np.flatnonzero(arrived & declared),
    )


def build_report(record: RunRecord, scenario: Scenario) -> dict[str, Any]:
    """The report of the contract: plain data, ready for JSON."""
    counts = count_samples(record)
    accesses = record.ddr_accesses
    report: dict[str, Any] = {
        "fwgen-report": FORMAT,
        "backend": record.backend,
        "spec": record.spec_name,
        "scenario": record.scenario_name,
        "seed": record.seed,
        "virtual_s": _rounded(record.virtual_s),
        "wall_s": _rounded(record.wall_s),
        "speed": _rounded(record.virtual_s / record.wall_s) if record.wall_s else None,
        "samples": {
            "taken": counts.taken,
            "delivered": counts.delivered,
            "lost": len(counts.lost_at),
            "declared_lost": len(counts.declared_lost_at),
            "duplicated": counts.duplicated,
            "out_of_order": counts.out_of_order,
            "wrong": len(counts.wrong_arrivals),
        },
        "sleeps": [
            {
                "at_s": _rounded(sleep.at_s),
                "ack_ms": _rounded(sleep.ack_ms),
                "slept_s": _rounded(sleep.slept_s),
                "wake_cause": sleep.wake_cause,
                "first_sample_ms": _rounded(sleep.first_sample_ms),
                "drain_ms": _rounded(sleep.drain_ms),
                "backlog": sleep.backlog,
            }
            for sleep in record.sleeps
        ],
        "ddr": {
            "accesses_while_closed": len(accesses),
            "first": {
                "pc": accesses[0].pc,
                "address": accesses[0].address,
                "t_s": _rounded(accesses[0].t_s),
            }
            if accesses
            else None,
        },
        "log": {
            "capacity_bytes": record.log_capacity_bytes,
            "peak_bytes": record.log_peak_bytes,
            "bytes_per_sample": _rounded(record.log_bytes_per_sample),
        },
        "jitter_us": _jitter(record.jitter_us),
    }
    reasons = [
        sentence + _where(expectation.field, record, counts)
        for expectation in scenario.expectations()
        if (sentence := expectation.judge(report))
    ]
    if not counts.taken:
        reasons.append("not one sample was taken")
    if len(counts.denied_at):
        reasons.append(f"{len(counts.denied_at)} samples were declared lost, and arrived")
    report["verdict"] = "fail" if reasons else "pass"
    report["reasons"] = reasons
    return report


def _match(taken: Taken, delivered: Delivered) -> Ints:
    """Of each delivered sample the index of the taken one with its boot and time; -1: none."""
    index = np.full(len(delivered), -1, dtype=np.int64)
    for boot in np.unique(taken.boot):
        rows = np.flatnonzero(taken.boot == boot)
        asked = np.flatnonzero(delivered.boot == boot)
        place = np.searchsorted(taken.time_us[rows], delivered.time_us[asked])
        place = np.minimum(place, len(rows) - 1)
        hit = taken.time_us[rows[place]] == delivered.time_us[asked]
        index[asked[hit]] = rows[place[hit]]
    return index


def _declared(record: RunRecord) -> NDArray[np.bool_]:
    """Which of the taken samples lie in a gap that the firmware declared."""
    declared = np.zeros(len(record.taken), dtype=bool)
    if len(declared):
        origin = int(record.taken.seq[0])
        for gap in record.gaps:
            first = (gap.first - origin) & 0xFFFF_FFFF
            declared[first : first + gap.count] = True
    return declared


def _where(name: str, record: RunRecord, counts: Counts) -> str:
    """The first place of what is wrong, to look at."""
    rows = {"lost": counts.lost_at, "declared_lost": counts.declared_lost_at}.get(name)
    if rows is not None and len(rows):
        at_s = record.taken.at_us[rows[0]] / 1e6
        return f"; the first is number {record.taken.seq[rows[0]]}, taken at {at_s:.3f} s"
    if name == "wrong" and len(counts.wrong_arrivals):
        row = counts.wrong_arrivals[0]
        at_s = record.delivered.arrival_us[row] / 1e6
        return f"; the first is number {record.delivered.seq[row]}, received at {at_s:.3f} s"
    if name == "ddr_accesses_while_closed" and record.ddr_accesses:
        access = record.ddr_accesses[0]
        return f"; the first is {access.function} at {access.t_s:.3f} s"
    return ""


def _jitter(jitter_us: Ints) -> dict[str, float | None]:
    if not len(jitter_us):
        return {"p50": None, "p99": None, "max": None}
    p50, p99, most = np.percentile(np.abs(jitter_us), [50, 99, 100])
    return {"p50": _rounded(p50), "p99": _rounded(p99), "max": _rounded(most)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _ROUND)
