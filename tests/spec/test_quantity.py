from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.spec.quantity import (
    RESOLUTIONS,
    SPELLINGS,
    UNITS,
    Dimension,
    Quantity,
    QuantityError,
    in_unit,
    parse,
    pattern,
    period_us,
    show,
    whole,
)


@pytest.mark.parametrize(
    ("text", "resolution", "count"),
    [
        ("60 ms", "us", 60_000),
        ("60ms", "us", 60_000),
        ("  60   ms ", "us", 60_000),
        ("60\u00a0ms", "us", 60_000),
        ("0.1 s", "us", 100_000),
        ("1 us", "us", 1),
        ("1 µs", "us", 1),
        ("1 \u03bcs", "us", 1),
        ("8 h", "us", 28_800_000_000),
        ("1.5 min", "us", 90_000_000),
        ("116 KiB", "bytes", 118_784),
        ("0.5 MiB", "bytes", 524_288),
        ("488 B", "bytes", 488),
        ("4 m", "mm", 4000),
        ("2.5 cm", "mm", 25),
        ("0.5 mm", "um", 500),
        ("20 °C", "decicelsius", 200),
        ("20 C", "decicelsius", 200),
        ("-5.5 °C", "decicelsius", -55),
        ("\u22125 \u2103", "decicelsius", -50),
        ("2 kHz", "Hz", 2000),
        ("1.5 MHz", "Hz", 1_500_000),
        ("0.2 %", "ppm", 2000),
    ],
)
def test_reads_exactly(text: str, resolution: str, count: int) -> None:
    assert whole(parse(text), resolution) == count


@pytest.mark.parametrize(
    ("text", "dimension", "rule", "hint"),
    [
        ("60", Dimension.TIME, "no-unit", "did you mean `60 µs`?"),
        ("-1.5", Dimension.LENGTH, "no-unit", "did you mean `-1.5 mm`?"),
        ("60 mm", Dimension.TIME, "wrong-dimension", "write a time (µs, ms, s, min, h)"),
        ("5 m", Dimension.TIME, "wrong-dimension", "`m` is metres; did you mean `5 min`?"),
        ("5 Ms", Dimension.TIME, "unknown-unit", "did you mean `5 ms`?"),
        ("5 seconds", Dimension.TIME, "unknown-unit", "did you mean `5 s`?"),
        ("5 usec", Dimension.TIME, "unknown-unit", "did you mean `5 us`?"),
        ("5 KB", Dimension.SIZE, "unknown-unit", "did you mean `5 KiB`?"),
        ("5 kib", Dimension.SIZE, "unknown-unit", "did you mean `5 KiB`?"),
        ("5 hz", Dimension.FREQUENCY, "unknown-unit", "did you mean `5 Hz`?"),
        ("300 hPa", Dimension.PRESSURE, "unknown-unit", "did you mean `30 kPa`?"),
        ("100 ns", Dimension.TIME, "unknown-unit", "did you mean `0.1 µs`?"),
        ("1 d", Dimension.TIME, "unknown-unit", "did you mean `24 h`?"),
        ("5 ml/min", Dimension.FLOW, "unknown-unit", "did you mean `0.005 l/min`?"),
        ("5 deg/s", Dimension.ANGULAR_RATE, "unknown-unit", "write an angular rate (rad/s)"),
        ("5 stone", Dimension.SIZE, "unknown-unit", "write a size (B, KiB, MiB)"),
        ("0,5 s", Dimension.TIME, "not-a-quantity", "write a decimal point: `0.5 s`"),
        ("", Dimension.TIME, "not-a-quantity", "write one number and one unit, as in `1 µs`"),
        (".5 s", Dimension.TIME, "not-a-quantity", None),
        ("1e3 ms", Dimension.TIME, "not-a-quantity", None),
        ("1 h 30 min", Dimension.TIME, "not-a-quantity", None),
        ("ms 60", Dimension.TIME, "not-a-quantity", None),
        ("60 ms,", Dimension.TIME, "unknown-unit", "did you mean `60 ms`?"),
        ("\u0664 ms", Dimension.TIME, "not-a-quantity", None),
        ("9" * 5000 + " ms", Dimension.TIME, "not-a-quantity", None),
    ],
)
def test_tells_mistakes_apart(text: str, dimension: Dimension, rule: str, hint: str | None) -> None:
    with pytest.raises(QuantityError) as caught:
        parse(text, dimension)
    assert caught.value.rule == rule
    assert hint is None or caught.value.hint == hint
    assert len(caught.value.sentence) < 100


def test_a_bare_number_is_offered_the_unit_of_the_example() -> None:
    with pytest.raises(QuantityError) as caught:
        parse("60", Dimension.TIME, example="200 ms")
    assert caught.value.hint == "did you mean `60 ms`?"


def test_never_rounds() -> None:
    with pytest.raises(QuantityError) as caught:
        whole(parse("1.0005 ms"), "us")
    assert caught.value.rule == "not-whole"
    assert caught.value.hint == "write `1 ms`"
    with pytest.raises(QuantityError) as caught:
        whole(parse("59.9999999 ms"), "us")
    assert caught.value.hint == "write `60 ms`", "not 59.999 ms"


def test_a_frequency_is_a_period() -> None:
    assert period_us(parse("5 Hz")) == 200_000
    assert period_us(parse("60 ms")) == 60_000
    assert period_us(parse("30 Hz"), rounded=True) == 33_333
    with pytest.raises(QuantityError) as caught:
        period_us(parse("30 Hz"))
    assert caught.value.hint == "write the period: `33333 us`"
    with pytest.raises(QuantityError):
        period_us(parse("0 Hz"))


@pytest.mark.parametrize(
    ("count", "resolution", "text"),
    [
        (60_000, "us", "60 ms"),
        (23_530, "us", "23.53 ms"),
        (0, "us", "0 us"),
        (5_400_000_000, "us", "1.5 h"),
        (118_784, "bytes", "116 KiB"),
        (4000, "mm", "4000 mm"),
        (-55, "decicelsius", "-5.5 °C"),
    ],
)
def test_shows_as_people_write(count: int, resolution: str, text: str) -> None:
    assert show(count, resolution) == text


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(RESOLUTIONS)))
def test_what_is_shown_reads_back(count: int, resolution: str) -> None:
    assert whole(parse(show(count, resolution)), resolution) == count


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**6 - 1),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(["", "-", "+"]),
)
def test_is_exact_for_every_unit(units: int, millionths: int, unit: str, sign: str) -> None:
    value = Fraction(f"{sign}{units}.{millionths:06}")
    text = f"{sign}{units}.{millionths:06} {unit}"
    dimension, scale = UNITS[unit]
    assert parse(text) == Quantity(value * scale, dimension, unit, text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_way_out(text: str) -> None:
    try:
        parse(text)
    except QuantityError as error:
        assert error.rule and error.sentence and error.hint


@given(
    st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{1,3})? ?[A-Za-z%°µ]{1,3}", fullmatch=True),
    st.sampled_from(list(Dimension)),
)
def test_the_schema_pattern_takes_what_parse_takes(text: str, dimension: Dimension) -> None:
    try:
        parse(text, dimension)
        taken = True
    except QuantityError:
        taken = False
    assert bool(re.search(pattern(dimension), text)) == taken


def test_every_spelling_is_a_unit() -> None:
    assert set(SPELLINGS.values()) <= set(UNITS)


@pytest.mark.parametrize(
    ("wanted", "number", "unit", "like"),
    [
        ("kPa", "30000", "Pa", "30 kPa"),
        ("kPa", "1013", "mbar", "101.3 kPa"),
        ("kPa", "30", "kpa", "30 kPa"),
        ("A", "0.1", "mA", "0.0001 A"),
        ("mV", "5", "V", "5000 mV"),
        ("G", "50", "µT", "0.5 G"),
        ("ppm", "0.1", "%", "1000 ppm"),
        ("Ω", "1.5", "kOhm", "1500 Ω"),
        ("°C", "20", "degC", "20 °C"),
        ("°C", "20", "K", ""),
        ("°C", "20", "mm", ""),
        ("m/s²", "1", "g", ""),
        ("kPa", "1", "stone", ""),
    ],
)
def test_a_hint_converts_what_it_knows(wanted: str, number: str, unit: str, like: str) -> None:
    hint = f"write it in {wanted}" + (f", like `{like}`" if like else "")
    assert in_unit(wanted, number, unit) == hint
