"""The contents of the screen."""

from __future__ import annotations

import ctypes

import pytest

from fwgen.wire.sample import SampleStatus
from tests.core.clog import CHANNELS_MAX
from tests.core.cnode import STATES, library


class Sample(ctypes.Structure):
    _fields_ = (
        ("status", ctypes.c_uint8),
        ("late_16ths", ctypes.c_uint8),
        ("value", ctypes.c_uint32 * CHANNELS_MAX),
    )


class Input(ctypes.Structure):
    _fields_ = (
        ("has_sample", ctypes.c_bool),
        ("sample", Sample),
        ("samples", ctypes.c_uint32),
        ("state", ctypes.c_int),
        ("asleep", ctypes.c_bool),
        ("log_used", ctypes.c_uint32),
        ("log_slots", ctypes.c_uint32),
        ("call_reason", ctypes.c_uint8),
        ("call_rule", ctypes.c_uint8),
    )


class Screen(ctypes.Structure):
    _fields_ = (
        ("figure", ctypes.c_char * 6),
        ("unit", ctypes.c_char * 3),
        ("lines", (ctypes.c_char * 22) * 3),
        ("bar_permille", ctypes.c_uint16),
    )


def _sample(value: int, status: int) -> Sample:
    return Sample(status, 0, (ctypes.c_uint32 * CHANNELS_MAX)(value))


def screen(
    sample: tuple[int, int] | None = (1234, 0),
    samples: int = 7,
    state: str = "awake",
    used: int = 51,
    slots: int = 200,
    asleep: bool = False,
    call: tuple[int, int] = (0, 0),
) -> list[str | int]:
    """Return [figure, unit, three lines, bar]."""
    given = Input(sample is not None, _sample(*(sample or (0, 0))), samples)
    given.state = STATES.index(state)
    given.asleep = asleep
    given.log_used, given.log_slots = used, slots
    given.call_reason, given.call_rule = call
    out = Screen()
    library().screen_compose(ctypes.byref(given), ctypes.byref(out))
    lines = [bytes(line.value).decode() for line in out.lines]
    return [out.figure.decode(), out.unit.decode(), *lines, out.bar_permille]


def test_the_usual_screen() -> None:
    assert screen() == ["1234", "mm", "Linux awake", "log 25 %", "7 samples", 255]


@pytest.mark.parametrize(
    ("distance_mm", "figure"),
    [(1234, "1230"), (1235, "1240"), (20, "20"), (24, "20"), (3996, "4000")],
)
def test_while_linux_sleeps_the_distance_is_rounded_to_a_centimetre(
    distance_mm: int, figure: str
) -> None:
    assert screen(sample=(distance_mm, 0), state="asleep", asleep=True)[:2] == [figure, "mm"]
    assert screen(sample=(distance_mm, 0))[:2] == [str(distance_mm), "mm"]


def test_before_the_first_sample_the_figure_is_empty() -> None:
    assert screen(sample=None)[:2] == ["", ""]


@pytest.mark.parametrize(
    ("status", "figure"),
    [
        (SampleStatus.TOO_NEAR, "near"),
        (SampleStatus.TOO_FAR, "far"),
        (SampleStatus.NO_ECHO, "-----"),
        (SampleStatus.MISSED, "late"),
        (SampleStatus.FAULT, "fault"),
        (7, "fault"),
    ],
)
def test_what_is_no_distance_is_said_in_a_word(status: int, figure: str) -> None:
    assert screen(sample=(20, status))[:2] == [figure, ""]


def test_every_state_has_words_that_fit() -> None:
    words = [str(screen(state=state)[2]) for state in STATES]
    assert all(0 < len(word) <= 21 and word != "?" for word in words)
    assert screen(state="asleep")[2] == screen(state="hushed")[2] == "Linux asleep"
    assert screen(state="draining")[2] == "draining"


@pytest.mark.parametrize(
    ("used", "slots", "line", "bar"),
    [
        (0, 200, "log 0 %", 0),
        (199, 200, "log 99 %", 995),
        (200, 200, "log 100 %", 1000),
        (300, 200, "log 100 %", 1000),
        (5, 0, "log 0 %", 0),
        (4_000_000_000, 4_294_967_295, "log 93 %", 931),
    ],
)
def test_the_bar_is_how_full_the_log_is(used: int, slots: int, line: str, bar: int) -> None:
    assert screen(used=used, slots=slots)[3:] == [line, "7 samples", bar]


def test_the_longest_count_fits() -> None:
    assert screen(samples=4_294_967_295)[4] == "4294967295 samples"
    assert screen(sample=(8191, 0))[0] == "8191"


@pytest.mark.parametrize(
    ("state", "call", "line"),
    [
        ("calling", (1, 0), "call: full"),
        ("waking", (2, 0), "waking: level"),
        ("draining", (3, 0), "draining: age"),
        ("awake", (4, 7), "Linux awake: cond 8"),
        ("awake", (0, 7), "Linux awake"),
        ("asleep", (3, 0), "Linux asleep"),
        ("closing", (3, 0), "falling asleep"),
    ],
)
def test_why_linux_was_called(state: str, call: tuple[int, int], line: str) -> None:
    assert screen(state=state, call=call)[2] == line
    assert len(line) <= 21
