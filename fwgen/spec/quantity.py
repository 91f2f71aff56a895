"""Quantities with units (`60 ms`, `116 KiB`), exact until they become a whole number.

`parse` returns the quantity in the base unit of its dimension (s, Hz, B, m, °C, 1, V, ...) as a
Fraction; `whole` converts it to the integer that the code works with (`us`, `bytes`, `mm`, ...) and
never rounds. Both raise QuantityError with a rule id, a sentence and a hint.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from fwgen.spec.scalar import Span


class Dimension(Enum):
    TIME = "a time"
    FREQUENCY = "a frequency"
    SIZE = "a size"
    LENGTH = "a length"
    TEMPERATURE = "a temperature"
    SHARE = "a share"
    ACCELERATION = "an acceleration"
    ANGULAR_RATE = "an angular rate"
    FIELD = "a magnetic field"
    PRESSURE = "a pressure"
    LIGHT = "an illuminance"
    PARTICLES = "a mass per volume"
    RESISTANCE = "a resistance"
    FLOW = "a flow rate"
    VOLTAGE = "a voltage"
    CURRENT = "a current"
    POWER = "a power"
    ANGLE = "an angle"
    TURNS = "a speed of rotation"
    CHARGE = "a charge"
    COUNTS = "a count"
    POINTS = "a number of points"
    CYCLES = "a number of cycles"


_TIME, _FREQUENCY, _SIZE = Dimension.TIME, Dimension.FREQUENCY, Dimension.SIZE
_LENGTH, _TEMPERATURE, _SHARE = Dimension.LENGTH, Dimension.TEMPERATURE, Dimension.SHARE

UNITS: dict[str, tuple[Dimension, Fraction]] = {
    "µs": (_TIME, Fraction(1, 10**6)),
    "ms": (_TIME, Fraction(1, 1000)),
    "s": (_TIME, Fraction(1)),
    "min": (_TIME, Fraction(60)),
    "h": (_TIME, Fraction(3600)),
    "Hz": (_FREQUENCY, Fraction(1)),
    "kHz": (_FREQUENCY, Fraction(1000)),
    "MHz": (_FREQUENCY, Fraction(10**6)),
    "B": (_SIZE, Fraction(1)),
    "KiB": (_SIZE, Fraction(1024)),
    "MiB": (_SIZE, Fraction(1024**2)),
    "mm": (_LENGTH, Fraction(1, 1000)),
    "cm": (_LENGTH, Fraction(1, 100)),
    "m": (_LENGTH, Fraction(1)),
    "°C": (_TEMPERATURE, Fraction(1)),
    "%": (_SHARE, Fraction(1, 100)),
    "ppb": (_SHARE, Fraction(1, 10**9)),
    "ppm": (_SHARE, Fraction(1, 10**6)),
    "m/s²": (Dimension.ACCELERATION, Fraction(1)),
    "rad/s": (Dimension.ANGULAR_RATE, Fraction(1)),
    "G": (Dimension.FIELD, Fraction(1)),
    "kPa": (Dimension.PRESSURE, Fraction(1)),
    "lx": (Dimension.LIGHT, Fraction(1)),
    "µg/m³": (Dimension.PARTICLES, Fraction(1)),
    "Ω": (Dimension.RESISTANCE, Fraction(1)),
    "l/min": (Dimension.FLOW, Fraction(1)),
    "mV": (Dimension.VOLTAGE, Fraction(1, 1000)),
    "V": (Dimension.VOLTAGE, Fraction(1)),
    "mA": (Dimension.CURRENT, Fraction(1, 1000)),
    "A": (Dimension.CURRENT, Fraction(1)),
    "mW": (Dimension.POWER, Fraction(1, 1000)),
    "W": (Dimension.POWER, Fraction(1)),
    "°": (Dimension.ANGLE, Fraction(1)),
    "rpm": (Dimension.TURNS, Fraction(1)),
    "mAh": (Dimension.CHARGE, Fraction(1)),
    "counts": (Dimension.COUNTS, Fraction(1)),
    "points": (Dimension.POINTS, Fraction(1)),
    "cycles": (Dimension.CYCLES, Fraction(1)),
}

# Other spellings that are accepted.
SPELLINGS = {
    **{"us": "µs", "\u03bcs": "µs", "C": "°C", "\u2103": "°C"},
    **{"m/s2": "m/s²", "m/s^2": "m/s²"},
    **{"ug/m3": "µg/m³", "\u03bcg/m³": "µg/m³", "Ohm": "Ω", "\u2126": "Ω"},
}

# Units that are not accepted, but known to hints, which convert them.
_PREFIXES = {
    **{"n": Fraction(1, 10**9), "µ": Fraction(1, 10**6), "\u03bc": Fraction(1, 10**6)},
    **{"u": Fraction(1, 10**6), "m": Fraction(1, 1000), "c": Fraction(1, 100)},
    **{"h": Fraction(100), "k": Fraction(1000), "M": Fraction(10**6), "G": Fraction(10**9)},
}
_PREFIXED = {
    **{unit: UNITS[unit] for unit in ("Hz", "m", "rad/s", "G", "lx", "Ω", "l/min", "V", "A", "W")},
    **{"Pa": (Dimension.PRESSURE, Fraction(1, 1000)), "bar": (Dimension.PRESSURE, Fraction(100))},
    **{"T": (Dimension.FIELD, Fraction(10**4)), "Ohm": UNITS["Ω"], "ohm": UNITS["Ω"]},
    **{"g/m³": (Dimension.PARTICLES, Fraction(10**6)), "l/s": (Dimension.FLOW, Fraction(60))},
    **{"g/m3": (Dimension.PARTICLES, Fraction(10**6)), "L/min": UNITS["l/min"]},
}
_ALSO = {
    **{"ns": (_TIME, Fraction(1, 10**9)), "d": (_TIME, Fraction(86_400))},
    **dict.fromkeys(("day", "days"), (_TIME, Fraction(86_400))),
    **{"GiB": (_SIZE, Fraction(1024**3))},
}
# Units of another zero, or whose factor is no decimal number.
_NO_FACTOR = ("K", "°F", "F", "deg/s", "°/s", "dps", "g", "mg", "rad")

# Spellings that are not accepted -> the unit to suggest.
_MEANT = {
    **dict.fromkeys(("usec", "microsecond", "microseconds"), "us"),
    **dict.fromkeys(("msec", "msecs", "millis", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("fps", "hertz", "Hertz"), "Hz"),
    **dict.fromkeys(("b", "byte", "bytes", "Byte", "Bytes"), "B"),
    **dict.fromkeys(("k", "K", "kB", "KB", "kb", "Ki"), "KiB"),
    **dict.fromkeys(("M", "MB", "Mb", "Mi"), "MiB"),
    **dict.fromkeys(("meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("deg", "degC", "celsius", "Celsius", "°"), "°C"),
    **dict.fromkeys(("percent", "pct"), "%"),
    **dict.fromkeys(("lux", "Lux"), "lx"),
    **dict.fromkeys(("ohm", "ohms", "Ohms"), "Ω"),
}

# The integers that the code works with: name -> (dimension, its unit in the base unit).
RESOLUTIONS: dict[str, tuple[Dimension, Fraction]] = {
    "us": (_TIME, Fraction(1, 10**6)),
    "ms": (_TIME, Fraction(1, 1000)),
    "Hz": (_FREQUENCY, Fraction(1)),
    "mHz": (_FREQUENCY, Fraction(1, 1000)),
    "bytes": (_SIZE, Fraction(1)),
    "mm": (_LENGTH, Fraction(1, 1000)),
    "um": (_LENGTH, Fraction(1, 10**6)),
    "decicelsius": (_TEMPERATURE, Fraction(1, 10)),
    "ppm": (_SHARE, Fraction(1, 10**6)),
}

_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*([^\s0-9+.,-][^\s0-9]*(?:/[a-z]+\^?[23])?)")
_BARE = re.compile(_NUMBER)
_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)(.*)")
_LONGEST = 40
_DECIMALS = 9


class QuantityError(ValueError):
    """A text is not a quantity, or has the wrong dimension. `part`: the part of the text that is
    wrong, with one space between words; None: all."""

    def __init__(self, rule: str, sentence: str, hint: str, part: Span | None = None) -> None:
        super().__init__(sentence)
        self.rule = rule
        self.sentence = sentence
        self.hint = hint
        self.part = part


@dataclass(frozen=True)
class Quantity:
    """`value` is in the base unit of the dimension; `text` is what was written."""

    value: Fraction
    dimension: Dimension
    unit: str
    text: str

    def __str__(self) -> str:
        return self.text


def units_of(*dimensions: Dimension) -> list[str]:
    return [unit for unit, (dimension, _) in UNITS.items() if dimension in dimensions]


def _expected(dimensions: tuple[Dimension, ...]) -> str:
    return " or ".join(f"{d.value} ({', '.join(units_of(d))})" for d in dimensions)


def _likely_unit(written: str, dimensions: tuple[Dimension, ...]) -> str | None:
    """Return the unit of these dimensions that `written` most likely means."""
    fitting = units_of(*dimensions)
    if _MEANT.get(written) in fitting:
        return _MEANT[written]
    if _MEANT.get(written) == "us" and _TIME in dimensions:
        return "us"
    folded = [unit for unit in fitting if unit.lower() == written.lower()]
    if written in _NO_FACTOR:
        return None
    close = difflib.get_close_matches(written, fitting, n=1, cutoff=0.6)
    return next(iter(folded + close), None)


def _unknown_unit(
    number: str, unit: str, dimensions: tuple[Dimension, ...], part: Span
) -> QuantityError:
    known = _known(unit)
    likely = None if known else _likely_unit(unit, dimensions)
    hint = f"write {_expected(dimensions)}"
    if known and known[0] in dimensions:
        same = (_amount_in(number, unit, other) for other in units_of(known[0]))
        if converted := min(filter(None, same), key=len, default=""):
            hint = f"did you mean `{converted}`?"
    elif likely:
        hint = f"did you mean `{number} {likely}`?"
    elif dimensions == tuple(Dimension):
        hint = f"known units: {', '.join(UNITS)}"
    return QuantityError("unknown-unit", f"unknown unit `{unit}`", hint, part)


def _known(unit: str) -> tuple[Dimension, Fraction] | None:
    """Return dimension and scale of a unit that is accepted or known; None for another one."""
    unit = SPELLINGS.get(unit, unit)
    if found := UNITS.get(unit) or _ALSO.get(unit) or _PREFIXED.get(unit):
        return found
    factor, base = _PREFIXES.get(unit[:1]), _PREFIXED.get(unit[1:])
    return (base[0], factor * base[1]) if factor and base else None


def _amount_in(number: str, unit: str, wanted: str) -> str:
    """Return `number` of `unit` as an amount of `wanted`; "" if the conversion is not known, or
    the result is not a short decimal number."""
    found, (dimension, scale) = _known(unit), UNITS[wanted]
    if found is None and _likely_unit(unit, (dimension,)) == wanted:
        found = UNITS[wanted]  # a spelling of it
    if found is None or found[0] is not dimension:
        return ""
    value = Fraction(number) * found[1] / scale
    return f"{_plain(value)} {wanted}" if _decimals(value) <= _DECIMALS else ""


def in_unit(wanted: str, number: str, unit: str, also: str = "") -> str:
    """Return the hint to write `number` of `unit` in `wanted` (a key of UNITS): as the amount that
    it is, if that is known. `also`: how to name the units that may be written."""
    converted = _amount_in(number, unit, wanted)
    return f"write it in {also or wanted}" + (f", like `{converted}`" if converted else "")


def _wrong_dimension(quantity: Quantity, dimensions: tuple[Dimension, ...]) -> QuantityError:
    number = quantity.text[: len(quantity.text) - len(quantity.unit)].strip()
    expected = " or ".join(d.value for d in dimensions)
    hint = f"write {_expected(dimensions)}"
    likely = _MEANT.get(quantity.unit)
    if likely in units_of(*dimensions):
        hint = f"did you mean `{number} {likely}`?"
    if quantity.unit == "m" and _TIME in dimensions:
        hint = f"`m` is metres; did you mean `{number} min`?"
    return QuantityError(
        "wrong-dimension",
        f"expected {expected}, found {quantity.dimension.value}: `{quantity.text}`",
        hint,
    )


def _not_a_quantity(text: str, dimensions: tuple[Dimension, ...], example: str) -> QuantityError:
    if _BARE.fullmatch(text):
        unit = _QUANTITY.fullmatch(example)
        hint = f"did you mean `{text} {unit[2]}`?" if unit else f"write {_expected(dimensions)}"
        return QuantityError("no-unit", f"`{text}` has no unit", hint)
    comma = _COMMA.fullmatch(text)
    if comma:
        hint = f"write a decimal point: `{comma[1]}.{comma[2]}{comma[3]}`"
        return QuantityError("not-a-quantity", f"expected a quantity, found `{text}`", hint)
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    hint = f"write one number and one unit, as in `{example}`"
    return QuantityError("not-a-quantity", f"expected a quantity, found `{shown}`", hint)


def parse(text: str, *dimensions: Dimension, example: str = "") -> Quantity:
    """Return the quantity that `text` gives, of one of the dimensions (any, if none is given).

    `example`: a valid quantity for this place; its unit is suggested for a bare number. Raises
    QuantityError.
    """
    dimensions = dimensions or tuple(Dimension)
    text = " ".join(text.split()).replace("\u2212", "-")
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if not match:
        raise _not_a_quantity(text, dimensions, example or f"1 {units_of(*dimensions)[0]}")
    number, written = match[1], match[2]
    unit = SPELLINGS.get(written, written)
    if unit not in UNITS:
        raise _unknown_unit(number, written, dimensions, Span(match.start(2), len(written)))
    dimension, scale = UNITS[unit]
    quantity = Quantity(Fraction(number) * scale, dimension, written, text)
    if dimension not in dimensions:
        raise _wrong_dimension(quantity, dimensions)
    return quantity


def whole(quantity: Quantity, resolution: str) -> int:
    """Return the quantity as a whole number of `resolution` (a key of RESOLUTIONS).

    Raises QuantityError for a finer value: it never rounds.
    """
    dimension, step = RESOLUTIONS[resolution]
    if quantity.dimension is not dimension:
        raise _wrong_dimension(quantity, (dimension,))
    count = quantity.value / step
    if count.denominator != 1:
        near = show(round(count), resolution)
        raise QuantityError(
            "not-whole",
            f"`{quantity.text}` is not a whole multiple of {show(1, resolution)}",
            f"write `{near}`" if round(count) else f"write at least `{show(1, resolution)}`",
        )
    return int(count)


def period_us(quantity: Quantity, *, rounded: bool = False) -> int:
    """Return the period in µs that a time or a frequency gives.

    Raises QuantityError if it is not a whole number of µs, unless `rounded`.
    """
    if quantity.dimension is not Dimension.FREQUENCY:
        return whole(quantity, "us")
    if quantity.value <= 0:
        raise QuantityError(
            "out-of-range", f"`{quantity.text}` has no period", "write a frequency above 0 Hz"
        )
    period = Fraction(10**6) / quantity.value
    if period.denominator != 1 and not rounded:
        raise QuantityError(
            "not-whole",
            f"the period of `{quantity.text}` is not a whole number of microseconds",
            f"write the period: `{round(period)} us`",
        )
    return round(period)


def show(count: int, resolution: str) -> str:
    """Return a whole number of `resolution` with a unit: show(60000, 'us') is '60 ms'."""
    dimension, step = RESOLUTIONS[resolution]
    value = count * step
    scales = [(unit, UNITS[unit][1]) for unit in units_of(dimension)]
    fitting = [item for item in scales if abs(value) >= item[1]] or scales[:1]
    exact = [item for item in fitting if _decimals(value / item[1]) <= 3]
    unit, scale = exact[-1] if exact else scales[0]
    if dimension is _LENGTH and abs(value) < 10:
        unit, scale = "mm", Fraction(1, 1000)
    return f"{_plain(value / scale)} {'us' if unit == 'µs' else unit}"


def _decimals(value: Fraction) -> int:
    """Return the number of decimals that `value` needs; 99 if it is periodic."""
    return next((n for n in range(10) if (value * 10**n).denominator == 1), 99)


def _plain(value: Fraction) -> str:
    digits = min(_decimals(value), 9)
    return f"{float(value):.{digits}f}" if digits else str(value.numerator // value.denominator)


def pattern(*dimensions: Dimension) -> str:
    """Return a regular expression (ECMA 262) for what `parse` accepts, for the JSON Schema."""
    fitting = units_of(*dimensions)
    written = fitting + [other for other, unit in SPELLINGS.items() if unit in fitting]
    return rf"^{_NUMBER}\s*({'|'.join(re.escape(unit) for unit in written)})$"
