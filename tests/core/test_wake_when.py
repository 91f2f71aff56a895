"""A condition of `wake_if` in the core fires exactly where the report's own formula says."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.plan.wake import WakeRule
from fwgen.report.conditions import Readings, episodes
from fwgen.spec.conditions import Form
from fwgen.wire.sample import SampleStatus
from tests.core.build import CORE, shared_library

KINDS = ("below", "above", "changes", "status")
MISSED, NO_ECHO, FAULT = SampleStatus.MISSED, SampleStatus.NO_ECHO, SampleStatus.FAULT


class Condition(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_uint8),
        ("limit", ctypes.c_int32),
        ("until", ctypes.c_int32),
        ("samples", ctypes.c_uint32),
    ]


class Input(ctypes.Structure):
    _fields_ = [
        ("missed", ctypes.c_bool),
        ("has_value", ctypes.c_bool),
        ("status", ctypes.c_uint8),
        ("value", ctypes.c_int32),
    ]


class State(ctypes.Structure):
    _fields_ = [
        ("held", ctypes.c_uint32),
        ("quiet", ctypes.c_uint32),
        ("at", ctypes.c_uint16),
        ("known", ctypes.c_uint16),
        ("armed", ctypes.c_bool),
    ]


@cache
def library() -> Any:
    lib = ctypes.CDLL(str(shared_library(Path(mkdtemp()) / "wake_when.so", [CORE / "wake_when.c"])))
    lib.wake_when.restype = ctypes.c_bool
    return lib


def make_rule(form: Form, limit: int, until: int, samples: int) -> WakeRule:
    return WakeRule("", form, 0, 0, limit, until, samples)


Sample = tuple[int, int]
"""Status and value."""


def valued(status: int) -> bool:
    return status <= SampleStatus.TOO_FAR


def in_c(rule: WakeRule, samples: list[Sample]) -> list[int]:
    state = State(armed=True)
    condition = Condition(KINDS.index(rule.form), rule.limit, rule.until, rule.samples)
    window = (ctypes.c_int32 * rule.samples)()
    fired = []
    for index, (status, value) in enumerate(samples):
        seen = Input(status == MISSED, valued(status), status, value)
        if library().wake_when(
            ctypes.byref(state), ctypes.byref(condition), window, ctypes.byref(seen)
        ):
            fired.append(index)
    return fired


def by_formula(rule: WakeRule, samples: list[Sample]) -> list[int]:
    status = np.array([status for status, _ in samples], dtype=np.int64)
    value = np.array([value for _, value in samples], dtype=np.int64)
    readings = Readings(status, value, status <= SampleStatus.TOO_FAR, status == MISSED)
    return [int(index) for index in episodes(rule, readings).fired]


def near(*values: int) -> list[Sample]:
    return [(SampleStatus.VALID, value) for value in values]


@pytest.mark.parametrize(
    ("rule", "samples", "fires"),
    [
        (make_rule("below", 300, 300, 3), near(400, 299, 299, 299, 299), [3]),
        (make_rule("below", 300, 300, 3), near(299, 299, 300, 299, 299, 299), [5]),
        (make_rule("below", 300, 300, 1), near(299, 300, 299, 300), [0, 2]),
        (make_rule("below", 300, 300, 2), near(299, 299, 300, 299, 299), [1]),  # not false twice
        (make_rule("below", 300, 350, 1), near(299, 320, 299, 350, 299), [0, 4]),
        (make_rule("above", 300, 250, 1), near(301, 280, 301, 250, 301), [0, 4]),
        (make_rule("below", 300, 300, 2), [*near(9), (MISSED, 0), *near(9)], [2]),
        (make_rule("below", 300, 300, 2), [*near(9), (NO_ECHO, 0), *near(9)], []),
        (make_rule("changes", 200, 0, 3), near(0, 100, 200, 201, 201), [3]),
        (make_rule("changes", 200, 0, 3), near(0, 100, 150, 200, 201), []),
        (make_rule("changes", 200, 0, 1), near(500, 299, 500), [1]),
        (make_rule("status", NO_ECHO, 0, 2), [(NO_ECHO, 0)] * 5, [1]),
        (make_rule("status", FAULT, 0, 2), [(FAULT, 0), (NO_ECHO, 0), (FAULT, 0)], []),
    ],
)
def test_fires(rule: WakeRule, samples: list[Sample], fires: list[int]) -> None:
    assert in_c(rule, samples) == fires
    assert by_formula(rule, samples) == fires


RULES = st.builds(
    lambda form, limit, hysteresis, samples: make_rule(
        form,
        limit,
        limit + hysteresis * (1 if form == "below" else -1),
        samples,
    ),
    st.sampled_from(KINDS),
    st.integers(0, 6),
    st.integers(0, 2),
    st.integers(1, 5),
)
SAMPLES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8)), max_size=60)


@given(RULES, SAMPLES)
def test_the_core_fires_where_the_formula_says(rule: WakeRule, samples: list[Sample]) -> None:
    assert in_c(rule, samples) == by_formula(rule, samples)
