"""Numbers as text, in the locale's language and units."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QDate, QLocale, QTime

_MM: Final = "mm"
_MM_PER_INCH: Final = 25.4
_SPACE: Final = "\u00a0"
"""The font has no narrow one."""


class Figures:
    """`locale`: language and units; that of the United States measures in inches."""

    def __init__(self, locale: QLocale) -> None:
        self._locale = locale
        self.metric = locale.measurementSystem() != QLocale.MeasurementSystem.ImperialUSSystem

    def distance(self, mm: float) -> str:
        """Return the number without its unit: metres to the millimetre, or inches to a tenth."""
        if self.metric:
            return self._locale.toString(mm / 1000, "f", 3)
        return self._locale.toString(mm / _MM_PER_INCH, "f", 1)

    def decimal(self, value: float, places: int) -> str:
        return self._locale.toString(float(value), "f", places)

    def number(self, value: float, unit: str, places: int) -> str:
        """Return a value without its unit; of lengths in mm as `distance` does."""
        return self.distance(value) if unit == _MM else self.decimal(value, places)

    def unit_of(self, unit: str) -> str:
        """Return the unit in which values of this unit are shown."""
        if unit != _MM:
            return unit
        return "m" if self.metric else "in"

    def tick(self, value: float, unit: str) -> str:
        """Return a number of the axis, with its unit."""
        if unit == _MM:
            value = value / 1000 if self.metric else value / _MM_PER_INCH
        return f"{self._locale.toString(float(value), 'g', 4)} {self.unit_of(unit)}"

    def ticks(self, low: float, high: float, unit: str, below: int = 5) -> list[float]:
        """Return round values of the axis above `low` up to `high`, so few that the axis is
        shorter than `below` (3 to 5) of their steps."""
        scale = 1.0 if unit != _MM else 1000.0 if self.metric else _MM_PER_INCH * 10
        low, high = low / scale, high / scale
        power = 10.0 ** math.floor(math.log10(max(high - low, 1e-9) / (below - 1)))
        steps = (n * power for n in (1, 2, 5, 10))
        step = next(step for step in steps if (high - low) / step + 1e-6 < below)
        first, last = math.floor(low / step + 1e-6) + 1, math.floor(high / step + 1e-6)
        return [round(n * step, 9) * scale for n in range(first, last + 1)]

    def count(self, number: int) -> str:
        return self._locale.toString(number).replace("\u202f", _SPACE)

    def percent(self, share: float) -> str:
        """Return a share of 1 in whole percent; it is 100 only if it is all."""
        whole = min(round(share * 100), 99) if share < 1 else 100
        space = "" if self._locale.language() == QLocale.Language.English else _SPACE
        return f"{self._locale.toString(whole)}{space}{self._locale.percent()}"

    def clock(self, utc_us: int, *, seconds: bool = True) -> str:
        """Return the local time of day."""
        local = _local(utc_us)
        half_days = "AP" in self._locale.timeFormat(QLocale.FormatType.ShortFormat).upper()
        form = ("h:mm:ss" if seconds else "h:mm") + " AP" if half_days else "HH:mm:ss"
        form = form if half_days or seconds else "HH:mm"
        return self._locale.toString(QTime(local.hour, local.minute, local.second), form)

    def date(self, utc_us: int) -> str:
        local = _local(utc_us)
        day = QDate(local.year, local.month, local.day)
        return self._locale.toString(day, QLocale.FormatType.LongFormat)


def _local(utc_us: int) -> datetime:
    return datetime.fromtimestamp(utc_us // 1_000_000, UTC).astimezone()


def span(seconds: float) -> str:
    """Return a length of time as `45 s`, `3 min 05 s` or `2 h 10 min`."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
