"""Times as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso(utc_us: int) -> str:
    """Return microseconds since 1970 as "2026-11-26T09:41:37.123456Z"."""
    moment = _EPOCH + timedelta(microseconds=utc_us)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
