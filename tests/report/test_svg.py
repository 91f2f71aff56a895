from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from fwgen.report import svg


def test_text_and_attributes_are_escaped() -> None:
    made = svg.element("g", svg.text("a<b & c", 1, 2, 'x"y'), stroke_width=1.25, fill=None)
    root = ElementTree.fromstring(made)
    assert root.attrib == {"stroke-width": "1.2"}
    assert root[0].text == "a<b & c" and root[0].attrib["class"] == 'x"y'


@pytest.mark.parametrize(
    ("low", "high", "about", "expected"),
    [
        (0, 4240, 4, [0, 2000, 4000]),
        (0, 1, 4, [0, 0.5, 1]),
        (0, 8, 4, [0, 2, 4, 6, 8]),
        (-3, 3, 6, [-3, -2, -1, 0, 1, 2, 3]),
        (5, 5, 4, [5]),
    ],
)
def test_ticks_are_round_and_inside(
    low: float, high: float, about: int, expected: list[float]
) -> None:
    assert svg.ticks(low, high, about) == expected


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 28_800, ["0 h", "2 h", "4 h", "6 h", "8 h"]),
        (0, 4_000, ["0 min", "15 min", "30 min", "45 min", "60 min"]),
        (0, 80, ["0 s", "20 s", "40 s", "60 s", "80 s"]),
        (-0.004, 0.005, ["\N{MINUS SIGN}4 ms", "\N{MINUS SIGN}2 ms", "0 ms", "2 ms", "4 ms"]),
        (0, 10**7, ["0 h", "1200 h", "2400 h"]),
    ],
)
def test_times_are_labelled_in_one_unit(low: float, high: float, labels: list[str]) -> None:
    assert [label for _, label in svg.time_ticks(low, high, 5)] == labels


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (500, "500"), (3000, "3,000"), (20_000, "20 k"), (1.5e6, "1.5 M")]
)
def test_short_numbers(value: float, text: str) -> None:
    assert svg.short(value) == text


def test_columns_keep_every_peak() -> None:
    values = np.array([5.0, 1.0, 9.0, np.nan, 7.0])
    low, high = svg.columns(values, np.array([0, 0, 0, 1, 3]), 4)
    assert low[0] == 1 and high[0] == 9 and low[3] == high[3] == 7
    assert np.isnan(low[1:3]).all() and np.isnan(high[1:3]).all()


def test_a_line_is_interrupted_where_there_is_no_value() -> None:
    x, y = np.arange(4.0), np.array([1.0, 2.0, np.nan, 4.0])
    assert svg.path(x, y) == "M0 1L1 2M3 4"


def test_a_staircase_stays_until_the_next_step() -> None:
    x, y = svg.staircase(np.array([0.0, 2.0]), np.array([5.0, 6.0]), 9.0)
    assert list(zip(x, y, strict=True)) == [(0, 5), (2, 5), (2, 6), (9, 6)]


def test_a_scale_without_a_range_does_not_divide_by_zero() -> None:
    assert svg.Scale(3, 3, 0, 10)(3) == 0
