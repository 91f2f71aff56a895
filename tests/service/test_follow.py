"""The join of stored and live samples, without a service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fwgen.service import follow
from fwgen.service.follow import Follower
from fwgen.service.items import Item, Log, Run
from fwgen.service.sinks.lines import documents, last_row
from fwgen.service.sinks.sqlite import SqliteSink
from fwgen.service.stored import Stored
from tests.service.make_items import ONE, run

Shown = list[tuple[str, int]]


class Tail:
    """A database, and a follower that began when it had the positions 0 to 4."""

    def __init__(self, path: Path) -> None:
        self._sink = SqliteSink(path)
        self._sink.open()
        self.store(run(0, 5))
        self._stored = Stored(path)
        self.shown: Shown = []
        self.told: list[str] = []
        _, ends = self._stored.last_and_ends(0)
        self._follower = Follower(self._stored, ends, self._show, self.told.append)

    def close(self) -> None:
        self._stored.__exit__()
        self._sink.close()

    def _show(self, row: dict[str, Any]) -> None:
        self.shown.append((row["log"], row["position"]))

    def store(self, *items: Item) -> None:
        self._sink.store(items, items[-1].mark)

    def take(self, item: Run) -> None:
        self._follower.take({"samples": list(documents(item))})

    def take_status(self, last: Run | None) -> None:
        self._follower.take({"status": {"last_sample": last and last_row(last)}})

    def take_missed(self) -> None:
        self._follower.take({"missed": 3})

    @property
    def positions(self) -> list[int]:
        assert {log for log, _ in self.shown} <= {ONE.name}
        return [position for _, position in self.shown]


@pytest.fixture
def tail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tail]:
    monkeypatch.setattr(follow, "_PATIENCE_S", 0.0)
    made = Tail(tmp_path / "db")
    yield made
    made.close()


def test_what_was_stored_before_it_listened_comes_first(tail: Tail) -> None:
    tail.store(run(5, 3), run(8, 2))
    tail.take_status(run(5, 3))
    assert tail.positions == [5, 6, 7]
    tail.take(run(8, 2))
    tail.take(run(10, 2))  # not stored yet
    assert tail.positions == list(range(5, 12))


def test_samples_that_come_again_are_shown_once(tail: Tail) -> None:
    tail.store(run(5, 3))
    for item in (run(4, 3), run(6, 2), run(8, 1), run(6, 3), run(9, 1)):
        tail.take(item)
    assert tail.positions == [5, 6, 7, 8, 9]


def test_skipped_lines_are_read_from_the_database(tail: Tail) -> None:
    tail.take(run(5, 2))
    tail.store(run(5, 20))
    tail.take_missed()
    tail.take(run(22, 3))
    assert tail.positions == list(range(5, 25))


def test_another_log_is_shown_from_its_first_sample(tail: Tail) -> None:
    other = Log(ONE.identity, stream=1)
    second = run(0, 2, log=other)
    tail.take(run(5, 1))
    tail.store(run(5, 1), second)
    tail.take(run(2, 1, log=other))
    tail.take_status(None)
    assert tail.shown == [(ONE.name, 5), *((other.name, position) for position in range(3))]


def test_a_database_that_stays_behind_is_told_once(tail: Tail) -> None:
    tail.take(run(9, 2))
    tail.take(run(11, 1))
    assert tail.positions == [9, 10, 11]
    (told,) = tail.told
    assert told == "the database lacks samples before 9: the service is behind"
