from __future__ import annotations

import pytest

from fwgen.report.words import clock, count, fine_clock, listed, ranges, span


def test_count() -> None:
    assert count(1, "sample") == "1 sample"
    assert count(480_000, "sample") == "480,000 samples"
    assert [count(n, "history", "histories") for n in (1, 2)] == ["1 history", "2 histories"]


@pytest.mark.parametrize(
    ("t_s", "text"),
    [(0, "00:00:00"), (71.999, "00:01:11"), (0.3 / 0.1, "00:00:03"), (100 * 3600, "100:00:00")],
)
def test_clock(t_s: float, text: str) -> None:
    assert clock(t_s) == text


@pytest.mark.parametrize(
    ("t_s", "text"),
    [(22.5, "00:00:22.500"), (59.9996, "00:01:00.000"), (-0.1, "00:00:00.000")],
)
def test_fine_clock(t_s: float, text: str) -> None:
    assert fine_clock(t_s) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00004, "0.04 ms"),
        (0.0004, "0.4 ms"),
        (0.0589, "58.9 ms"),
        (0.9996, "1,000 ms"),
        (4.414, "4.41 s"),
        (59.6, "59.6 s"),
        (99.4, "99.4 s"),
        (100, "1 min 40 s"),
        (2390, "39 min 50 s"),
        (2399.65, "40 min"),
        (3599.7, "1 h"),
        (12419, "3 h 27 min"),
    ],
)
def test_span(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_ranges_and_lists() -> None:
    assert ranges([(7, 7)]) == "7"
    assert ranges([(7, 7), (9, 12)]) == "7 and 9..12"
    assert ranges([(n, n) for n in range(0, 10, 2)]) == "0, 2, 4, 6 and 1 more range"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
