"""Types of arguments: Robot converts `60 s` and `500 mm` to numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from fwgen.spec import quantity as q
from fwgen.spec.quantity import SPELLINGS

_AMOUNT: Final = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*([^\s0-9.]\S*)")


class Time(int):
    """A time in us, written with its unit, as in `200 ms`, `60 s`, `5 min`, `1 h`."""


class Length(int):
    """A length in mm, written with its unit, as in `500 mm`, `2 m`."""


class Seconds(float):
    """A time in seconds, as a keyword returns it."""


def _time(text: str) -> Time:
    return Time(q.whole(q.parse(text, q.Dimension.TIME, example="10 s"), "us"))


def _length(text: str) -> Length:
    return Length(q.whole(q.parse(text, q.Dimension.LENGTH, example="500 mm"), "mm"))


def amount(text: str, unit: str) -> Fraction:
    """Return the number of a value in a channel's unit. Raises ValueError."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found:
        raise ValueError(f"expected a value like `20 {unit}`, found `{text}`")
    if SPELLINGS.get(found[2], found[2]) != unit:
        hint = q.in_unit(unit, found[1], found[2])
        raise ValueError(f"expected a value in {unit}, found `{text}`: {hint}")
    return Fraction(found[1])


CONVERTERS: Final = {Time: _time, Length: _length}
