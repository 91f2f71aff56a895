"""The digest of all that a run decided and measured in virtual time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from fwgen.record import RunRecord
from fwgen.series import spans

_HOST_TIME: Final = ("wall_s", "speed")
"""The figures that differ from run to run."""
_COLUMNS: Final = ("seq", "boot", "time_us", "distance_mm", "status", "late_16ths")


def fingerprint(record: RunRecord, figures: dict[str, Any]) -> str:
    """Return 16 hexadecimal digits. `figures`: the report without its verdict.

    The same fwgen, spec, scenario, seed, backend and Linux kernel give the same fingerprint.
    """
    digest = hashlib.sha256()
    for part in _parts(record, figures):
        digest.update(part + b"\0")
    return digest.hexdigest()[:16]


def _parts(record: RunRecord, figures: dict[str, Any]) -> Iterator[bytes]:
    measured = {name: value for name, value in figures.items() if name not in _HOST_TIME}
    diary = [[event.t_s, event.text] for event in record.events]
    bands = [[band.start_s, band.end_s, band.state] for band in record.bands]
    yield json.dumps([measured, diary, bands], sort_keys=True).encode()
    for first, end in spans(len(record.taken)):
        taken = record.taken.part(first, end)
        yield from (getattr(taken, name).tobytes() for name in (*_COLUMNS, "at_us"))
    for first, end in spans(len(record.delivered)):
        delivered = record.delivered.part(first, end)
        yield from (getattr(delivered, name).tobytes() for name in (*_COLUMNS, "arrival_us"))
    yield from (frame.png for frame in record.frames)
