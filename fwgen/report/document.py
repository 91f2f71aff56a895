"""Makes a run's report from its record, and the report's JSON text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np

from fwgen import record as recorded
from fwgen.record import ASLEEP, CoreShare, CrashReport, Ints, RunRecord, SleepRecord, StartReport
from fwgen.report.fingerprint import fingerprint
from fwgen.report.model import (
    FORMAT,
    Access,
    Core,
    Crash,
    Ddr,
    Jitter,
    Outage,
    Report,
    Samples,
    Sensor,
    Share,
    Sleep,
    Start,
)
from fwgen.report.outages import not_taken
from fwgen.report.samples import SampleCheck, check_all
from fwgen.report.standing import standing
from fwgen.report.verdict import judge
from fwgen.scenario.model import Scenario
from fwgen.series import spans
from fwgen.wire.sample import STATUS_NAMES, SampleStatus


def build_report(
    record: RunRecord,
    scenario: Scenario,
    checks: Sequence[SampleCheck] | None = None,
    *,
    digest: bool = True,
) -> Report:
    """Return the report: check every sample and judge what the scenario expects. `digest`: with
    the fingerprint."""
    check, *others = checks or check_all(record)
    second = others[0] if others else None
    findings = standing(record, check, second)
    report: Report = {
        "fwgen-report": FORMAT,
        "backend": record.backend,
        "linux": {
            "kind": "kernel" if record.kernel else "emulated",
            "version": record.kernel or None,
            "awake": _awake(record),
        },
        "spec": record.spec_name,
        "scenario": record.scenario_name,
        "seed": record.seed,
        "virtual_s": round(record.virtual_s, 6),
        "wall_s": round(record.wall_s, 3),
        "speed": round(record.virtual_s / record.wall_s, 1) if record.wall_s else 0.0,
        "samples": _sum([_samples(one) for one in (check, second) if one]),
        "statuses": _sum([_statuses(one) for one in (record, record.second) if one]),
        "sleeps": [_sleep(sleep) for sleep in record.sleeps],
        "outages": [*map(partial(_outage, record), record.outages, not_taken(record))],
        "ddr": _ddr(record),
        "link": {
            "blocked_accesses": record.link.blocked_accesses,
            "bad_rings": record.link.bad_rings,
            "bad_messages": record.link.bad_messages,
            "foreign_messages": record.link.foreign_messages,
        },
        "log": {
            "capacity_bytes": record.log_capacity_bytes,
            "peak_bytes": record.log_peak_bytes,
            "bytes_per_sample": round(record.log_bytes_per_sample, 4),
        },
        "jitter_us": _jitter(record.jitter_us),
        "core": _core(record),
        "kept": {name: found.times if found else None for name, found in findings.items()},
        "ignored": [
            {"at_s": _since_start(step.at_s), "do": step.do, "reason": step.reason}
            for step in record.ignored
        ],
        "starts": [_start(start) for start in record.starts],
        "crashes": [_crash(crash) for crash in record.crashes],
        "fingerprint": fingerprint(record) if digest else "",
        "verdict": "fail",
        "reasons": [],
    }
    if record.second and second:
        report["sensors"] = [_sensor(record, check), _sensor(record.second, second)]
    passed, report["reasons"] = judge(
        record, check, report, findings, scenario.expectations(), second
    )
    report["verdict"] = "pass" if passed else "fail"
    return report


def to_json(report: Report) -> str:
    """Return one JSON document with a final newline; the same report gives the same text."""
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


N = TypeVar("N", Samples, dict[str, int])


def _sum(counts: list[N]) -> N:
    """Return the sums of counts with the same names."""
    first = counts[0]
    names: Any = first
    sums: Any = {name: sum(cast(Any, one)[name] for one in counts) for name in names}
    return cast(N, sums)


def _sensor(record: RunRecord, check: SampleCheck) -> Sensor:
    return {
        "name": record.sensor_name,
        "period_us": record.period_us,
        "samples": _samples(check),
        "statuses": _statuses(record),
        "jitter_us": _jitter(record.jitter_us),
        "bytes_per_sample": round(record.log_bytes_per_sample, 4),
    }


def _samples(check: SampleCheck) -> Samples:
    return {
        "taken": len(check.arrived),
        "delivered": int(check.arrived.sum()),
        "lost": int(check.lost.sum()),
        "declared_lost": int(check.declared.sum()),
        "duplicated": int(check.duplicated.sum()),
        "out_of_order": int(check.out_of_order.sum()),
        "wrong": int(check.wrong.sum()),
        "waiting": int(check.waiting.sum()),
    }


def _statuses(record: RunRecord) -> dict[str, int]:
    found = np.zeros(len(SampleStatus), dtype=np.int64)
    late = 0
    for first, end in spans(len(record.taken)):
        part = record.taken.part(first, end)
        found += np.bincount(part.status, minlength=len(found))
        late += int((part.late_16ths > 0).sum())
    names = (name.replace(" ", "_") for name in STATUS_NAMES)
    return {**dict(zip(names, found.tolist(), strict=True)), "late_samples": late}


def _since_start(t_s: float) -> float:
    """Return a time in s; 0 for what happened before time 0, the first sample."""
    return round(max(0.0, t_s), 6)


def _awake(record: RunRecord) -> float:
    """Return the share of the run in which Linux was not asleep."""
    asleep_s = sum(
        max(0.0, min(band.end_s, record.virtual_s) - band.start_s)
        for band in record.bands
        if band.state == ASLEEP
    )
    return round(1 - asleep_s / record.virtual_s, 6) if record.virtual_s else 1.0


def _sleep(sleep: SleepRecord) -> Sleep:
    return {
        "at_s": _since_start(sleep.at_s),
        "ack_ms": _round(sleep.ack_ms),
        "slept_s": round(sleep.slept_s, 6),
        "wake_cause": sleep.wake_cause,
        "first_sample_ms": _round(sleep.first_sample_ms),
        "drain_ms": _round(sleep.drain_ms),
        "backlog": sleep.backlog,
    }


def _outage(record: RunRecord, outage: recorded.Outage, missing: int) -> Outage:
    end_us = outage.end_us
    last_us = record.virtual_s * 1e6 if end_us is None else end_us
    erased = any(outage.start_us <= erasure.at_us <= last_us for erasure in record.erasures)
    return {
        "at_s": _since_start(outage.start_us / 1e6),
        "for_s": None if end_us is None else round((end_us - outage.start_us) / 1e6, 6),
        "why": outage.why,
        "log": "erased" if erased else "kept",
        "not_taken": missing,
    }


def _core(record: RunRecord) -> Core | None:
    if not record.core:
        return None
    return {"awake": _share(record.core["awake"]), "asleep": _share(record.core["asleep"])}


def _share(share: CoreShare) -> Share | None:
    if not share.for_s:
        return None
    running = round(share.running_s / share.for_s, 6)
    return {
        "for_s": round(share.for_s, 6),
        "running": running,
        "waiting": round(1 - running, 6),
        "wake_ups_per_s": round(sum(share.wake_ups.values()) / share.for_s, 2),
        "by": {name: round(times / share.for_s, 2) for name, times in share.wake_ups.items()},
    }


def _ddr(record: RunRecord) -> Ddr:
    first = min(record.ddr_accesses, key=lambda access: access.t_s, default=None)
    shown: Access | None = None
    if first is not None:
        shown = {"pc": first.pc, "address": first.address, "t_s": _since_start(first.t_s)}
    return {"accesses_while_closed": len(record.ddr_accesses), "first": shown}


def _jitter(jitter_us: Ints) -> Jitter:
    if not len(jitter_us):
        return {"p50": None, "p99": None, "max": None}
    off = np.abs(jitter_us)
    p50, p99 = np.percentile(off, [50, 99], method="inverted_cdf")
    return {"p50": int(p50), "p99": int(p99), "max": int(off.max())}


def _start(start: StartReport) -> Start:
    return {
        "at_s": _since_start(start.at_us / 1e6),
        "boot": start.boot,
        "reset": start.reset or None,
        "memory": start.memory,
        "unreadable": start.unreadable,
        "damaged": start.damaged,
    }


def _crash(report: CrashReport) -> Crash:
    crash = report.crash
    return {
        "at_s": _since_start(report.at_us / 1e6),
        "number": crash.number,
        "kind": crash.kind,
        "pc": crash.pc or None,
        "lr": crash.lr or None,
        "line": crash.line or None,
        "function": report.function or None,
        "source": report.source or None,
        "boot": crash.boot,
        "uptime_s": crash.uptime_s or None,
    }


def _round(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 3)
