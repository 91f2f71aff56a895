"""The digest of all that a run decided and measured in virtual time.

16 hexadecimal digits. The first eight are about what was *decided*: the samples' numbers, values
and order, how each sleep began and ended, Linux's states, resets, gaps, ignored steps. The last
eight are about what was *measured*: every time, and the figures that follow from times and sizes.
Another compiler or another log format may change the last eight only. Wordings, names, the form of
the report and the time that the host took do not count.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, Final

from fwgen.record import RunRecord
from fwgen.series import spans

_VALUES: Final = ("seq", "boot", "value", "status", "late_16ths")
_PNG_HEAD: Final = 8
_DIGITS: Final = 8


def fingerprint(record: RunRecord) -> str:
    """Return 16 hexadecimal digits.

    The same fwgen, spec, scenario, seed, backend, firmware and Linux give the same fingerprint.
    """
    return _digest(_decided(record)) + _digest(_measured(record))


def decided(fingerprint: str) -> str:
    """Return the digits about what was decided."""
    return fingerprint[:_DIGITS]


def _digest(parts: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:_DIGITS]


def _decided(record: RunRecord) -> Iterator[bytes]:
    yield _json(
        [
            [[sleep.wake_cause, sleep.ack_ms is not None] for sleep in record.sleeps],
            [band.state for band in record.bands],
            [[gap.first, gap.count] for gap in record.gaps],
            [[step.at_s, step.do] for step in record.ignored],
            [[outage.why, outage.asked] for outage in record.outages],
            [[report.crash.kind, report.crash.boot] for report in record.crashes],
            [len(record.erasures), len(record.ddr_accesses), len(record.misdirected)],
            asdict(record.link),
        ]
    )
    yield from _columns(record, _VALUES, _VALUES)
    if record.second is not None:
        yield _json([[gap.first, gap.count] for gap in record.second.gaps])
        yield from _columns(record.second, _VALUES, _VALUES)


def _measured(record: RunRecord) -> Iterator[bytes]:
    yield _json(
        [
            record.virtual_s,
            [asdict(sleep) for sleep in record.sleeps],
            [[band.start_s, band.end_s] for band in record.bands],
            [asdict(access) for access in record.ddr_accesses],
            {state: asdict(share) for state, share in record.core.items()},
            [record.log_capacity_bytes, record.log_peak_bytes, record.log_bytes_per_sample],
            record.jitter_us.tolist(),
            [event.t_s for event in record.events],
            [gap.at_us for gap in record.gaps],
            [asdict(start) for start in record.starts],
            [asdict(replace(report, function="", source="")) for report in record.crashes],
            [asdict(stream) for stream in record.streams],
            [asdict(beginning) for beginning in record.beginnings],
            [asdict(repeat) for repeat in (*record.repeats, *record.misdirected)],
            [record.freed_early, record.in_log, record.dropped_told],
            [asdict(outage) for outage in record.outages],
            [asdict(erasure) for erasure in record.erasures],
            [frame.t_s for frame in record.frames],
        ]
    )
    yield from _columns(record, ("time_us", "at_us"), ("time_us", "arrival_us"))
    if (second := record.second) is not None:
        yield _json([second.log_bytes_per_sample, second.jitter_us.tolist()])
        yield from _columns(second, ("time_us", "at_us"), ("time_us", "arrival_us"))
    yield from (_pixels(frame.png) for frame in record.frames)


def _columns(
    record: RunRecord, of_taken: tuple[str, ...], of_delivered: tuple[str, ...]
) -> Iterator[bytes]:
    for series, names in ((record.taken, of_taken), (record.delivered, of_delivered)):
        for first, end in spans(len(series)):
            part = series.part(first, end)
            yield from (getattr(part, name).astype("<i8").tobytes() for name in names)


def _json(figures: Any) -> bytes:
    return json.dumps(_rounded(figures), sort_keys=True).encode()


def _rounded(value: Any) -> Any:
    """Return the figures with floats of nine digits: the last bits depend on the machine."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def _pixels(png: bytes) -> bytes:
    """Return the picture's pixels: other releases of zlib compress them to other bytes."""
    packed, at = b"", _PNG_HEAD
    while at + 8 <= len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        packed += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return zlib.decompress(packed) if packed else png
