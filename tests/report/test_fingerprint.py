"""The fingerprint: its first half is about decisions, its second about times and figures."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fwgen.backends.renode.png import png_of
from fwgen.record import Frame, Ignored, RunRecord
from fwgen.report.fingerprint import decided, fingerprint
from tests.report.records import make_record


def print_of(change: Callable[[RunRecord], None]) -> str:
    record = make_record()
    change(record)
    return fingerprint(record)


def column(name: str, of: str = "delivered") -> Callable[[RunRecord], None]:
    """Return a change of the last value of a column."""

    def change(record: RunRecord) -> None:
        values = getattr(getattr(record, of), name).copy()
        values[-1] += 1
        setattr(record, of, replace(getattr(record, of), **{name: values}))

    return change


def sleep(**figures: Any) -> Callable[[RunRecord], None]:
    def change(record: RunRecord) -> None:
        record.sleeps = [replace(record.sleeps[0], **figures), *record.sleeps[1:]]

    return change


def test_the_same_record_has_the_same_fingerprint() -> None:
    assert fingerprint(make_record()) == fingerprint(make_record())


@pytest.mark.parametrize(
    "change",
    [
        column("seq"),
        column("value"),
        column("status"),
        column("late_16ths"),
        column("boot"),
        column("value", "taken"),
        sleep(wake_cause="user"),
        sleep(ack_ms=None),
        lambda record: record.ignored.append(Ignored(1.0, "bind", "")),
    ],
)
def test_a_decision_changes_the_first_half(change: Callable[[RunRecord], None]) -> None:
    assert decided(print_of(change)) != decided(fingerprint(make_record()))


@pytest.mark.parametrize(
    "change",
    [
        column("arrival_us"),
        column("time_us"),
        column("at_us", "taken"),
        sleep(ack_ms=7.5),
        sleep(backlog=7),
        lambda record: setattr(record, "log_peak_bytes", 1),
        lambda record: setattr(record, "jitter_us", np.array([3], dtype=np.int64)),
    ],
)
def test_a_time_or_a_figure_changes_the_second_half_only(
    change: Callable[[RunRecord], None],
) -> None:
    before, after = fingerprint(make_record()), print_of(change)
    assert decided(before) == decided(after)
    assert before != after


def test_words_names_and_the_hosts_time_do_not_count() -> None:
    def change(record: RunRecord) -> None:
        record.wall_s, record.scenario_name, record.seed = 99.0, "another name", 77
        record.events = [replace(event, text="other words") for event in record.events]

    assert print_of(change) == fingerprint(make_record())


def test_a_picture_counts_by_its_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_picture(packed: bytes) -> str:
        return print_of(lambda record: record.frames.append(Frame(1.0, png_of(packed, 8, 1), "")))

    before, other = with_picture(b"\x0f"), with_picture(b"\x0e")
    compress = zlib.compress
    monkeypatch.setattr(zlib, "compress", lambda data, level: compress(data, 0))
    assert with_picture(b"\x0f") == before != other
