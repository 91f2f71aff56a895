"""What may be acknowledged: only what every required sink has made durable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.service import delivery as delivery_module
from fwgen.service.delivery import MOST_WAITING, Delivery, Work
from fwgen.service.items import Hole, Log, Mark, Run
from tests.service.make_items import ONE, run


def positions(delivery: Delivery, sink: str) -> list[int]:
    return [item.position for item in delivery.work(sink).items]


def test_all_required_sinks_must_have_stored() -> None:
    delivery = Delivery({"a": True, "b": True, "c": False})
    delivery.add(run(0, 10))
    delivery.add(run(10, 10))
    assert delivery.done("a", delivery.work("a")) is None
    assert delivery.done("c", delivery.work("c")) is None
    assert delivery.done("b", delivery.work("b")) == Mark(ONE, 20, 1)
    assert positions(delivery, "a") == []


def test_what_the_recorder_has_not_recorded_is_not_acknowledged() -> None:
    delivery = Delivery({"db": True, "net": True}, recorder="db")
    delivery.add(run(0, 10))
    work = delivery.work("db")
    assert work.mark is None, "the other sink has not stored it"
    assert delivery.done("db", work) is None
    assert delivery.done("net", delivery.work("net")) is None, "nobody knows it after a kill"
    work = delivery.work("db")
    assert (work.items, work.mark) == ([], Mark(ONE, 10, 1))
    assert delivery.done("db", work) == Mark(ONE, 10, 1)
    assert not delivery.work("db")


def test_a_recorder_that_is_not_required_holds_nothing_up() -> None:
    delivery = Delivery({"db": False, "csv": True}, recorder="db")
    for number in range(2 * MOST_WAITING):
        delivery.add(run(10 * number, 10))
        mark = delivery.done("csv", delivery.work("csv"))
        assert mark == Mark(ONE, 10 * number + 10, 1), "the database does not store"
    assert delivery.missed("db") >= MOST_WAITING - 1
    work = delivery.work("db")
    assert work.mark == mark, "it records again when it stores"
    delivery.done("db", work)
    assert not delivery.work("db")


def test_the_mark_of_a_recorder_that_is_not_required_covers_only_what_it_has() -> None:
    delivery = Delivery({"db": False, "csv": True}, recorder="db")
    delivery.add(run(0, 10))
    work = delivery.work("db")
    delivery.add(run(10, 10))
    delivery.done("csv", delivery.work("csv"))
    assert work.mark is None, "CSV had not stored it"
    assert delivery.work("db").mark == Mark(ONE, 20, 1)


def test_alone_the_recorder_records_with_the_items() -> None:
    delivery = Delivery({"db": True}, recorder="db")
    delivery.add(run(0, 10))
    assert delivery.work("db").mark == Mark(ONE, 10, 1)


def test_a_slow_sink_that_is_not_required_misses_items_and_memory_stays_bounded() -> None:
    delivery = Delivery({"db": True, "slow": False})
    slow_work = None
    for number in range(2 * MOST_WAITING):
        delivery.add(run(number, 1))
        delivery.done("db", delivery.work("db"))
        slow_work = slow_work or delivery.work("slow")
    assert delivery.waiting("slow") <= MOST_WAITING + 1
    missed = delivery.missed("slow")
    assert missed >= MOST_WAITING - 1
    assert slow_work is not None
    delivery.done("slow", slow_work)
    assert delivery.missed("slow") == missed - 1, "the first one was being stored"
    hole, first = delivery.work("slow").items[:2]
    assert hole == Hole(ONE, 1, missed - 1, "missed", 1)
    assert first.position == missed, "it continues after what it missed"
    delivery.done("slow", delivery.work("slow"))
    delivery.add(run(5000, 1))
    assert positions(delivery, "slow") == [5000], "once"


def test_what_a_sink_could_not_store_it_gets_as_gaps_in_their_order() -> None:
    """With gaps that it missed, of two logs."""
    other = Log(ONE.identity, stream=1)
    delivery = Delivery({"db": True, "slow": False})
    for number in range(3 * MOST_WAITING):
        if number % 100 == 0:
            delivery.work("slow")  # it fails
        delivery.add(run(2 * number, 2))
        delivery.add(run(number, 1, other))
        if number == 200:
            delivery.add(Hole(ONE, 402, 10, "declared", 1))
        delivery.done("db", delivery.work("db"))
    holes = [item for item in delivery.work("slow").items if isinstance(item, Hole)]
    found = [(hole.log.stream, hole.position, hole.count, hole.reason) for hole in holes]
    assert found[:3] == [(0, 0, 402, "missed"), (1, 0, 640, "missed"), (0, 402, 10, "declared")]
    assert found[3] == (0, 402, 878, "missed"), "the numbers of this test's runs go on there"
    assert len(found) == 4


def test_holes_are_bounded() -> None:
    delivery = Delivery({"db": True, "slow": False})
    for number in range(8 * MOST_WAITING):
        delivery.add(run(10 * number, 2))  # each after another hole
        delivery.done("db", delivery.work("db"))
    holes = [item for item in delivery.work("slow").items if isinstance(item, Hole)]
    assert len(holes) == MOST_WAITING
    assert holes[-1].position + (holes[-1].count or 0) == 10 * (7 * MOST_WAITING - 1) + 2


def test_marks_of_numbers_that_are_no_longer_in_use_free_nothing() -> None:
    """The firmware's log was damaged: it uses the same numbers again for other samples."""
    delivery = Delivery({"db": True})
    delivery.add(run(100, 10))
    work = delivery.work("db")
    delivery.add(Hole(ONE, 110, None, "renumbered", 1))
    assert delivery.done("db", work) is None
    again = Log(ONE.identity, 1)
    delivery.add(run(90, 5, again))
    assert delivery.done("db", delivery.work("db")) == Mark(again, 95, 1)


def test_a_sink_must_be_required() -> None:
    with pytest.raises(ValueError, match="no sink is required"):
        Delivery({"a": False})


@given(st.lists(st.sampled_from(["add", "a", "b", "db", "slow"]), max_size=60))
def test_nothing_is_acknowledged_that_a_required_sink_lacks(steps: list[str]) -> None:
    delivery = Delivery({"a": True, "b": True, "db": True, "slow": False}, recorder="db")
    stored = dict.fromkeys(["a", "b", "db"], 0)
    recorded, acknowledged, added = 0, 0, 0
    for step in [*steps, "a", "b", "db"]:
        if step == "add":
            delivery.add(run(added, 3))
            added += 3
            continue
        work = delivery.work(step)
        if step in stored:
            stored[step] += 3 * len(work.items)
        recorded = work.mark.position if work.mark else recorded
        mark = delivery.done(step, work)
        if mark is not None:
            assert acknowledged <= mark.position <= min(recorded, *stored.values())
            acknowledged = mark.position
    assert acknowledged == added, "at the end all is acknowledged"


@given(st.lists(st.sampled_from(["add", "add", "take", "fail", "store"]), max_size=80))
def test_a_sink_has_each_sample_or_knows_that_it_missed_it(steps: list[str]) -> None:
    """It stores what it has taken while others go on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery_module, "MOST_WAITING", 5)
        delivery, added, work = Delivery({"db": True, "slow": False}), 0, Work([], 0, None)
        stored: list[int] = []
        missed: list[int] = []
        for step in [*steps, "fail", "take", "store"]:
            if step == "add":
                delivery.add(run(added, 3))
                added += 3
                delivery.done("db", delivery.work("db"))
            elif step == "store" and work:
                for item in work.items:
                    assert isinstance(item, Run | Hole)
                    numbers = range(item.position, item.position + (item.count or 0))
                    (stored if isinstance(item, Run) else missed).extend(numbers)
                delivery.done("slow", work)
                work = Work([], 0, None)
            elif step == "take":
                work = delivery.work("slow")
            elif step == "fail":
                work = Work([], 0, None)
        assert sorted(stored + missed) == list(range(added)), "each once"
        assert stored == sorted(stored)
        assert 3 * delivery.missed("slow") == len(missed)
