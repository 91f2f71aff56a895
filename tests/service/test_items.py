"""From the session's events to places in the log."""

from __future__ import annotations

import pytest

from fwgen.peer.events import Lost, NewLog, NumberingRestarted, Samples
from fwgen.peer.session import Known
from fwgen.service.items import Hole, Log, Mark, Numbering, Run
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import Hello
from tests.service.make_items import ONE, SPEC, run

TOP = (1 << 32) - 2


def samples(first_seq: int, count: int, skip: int = 0, log: int = ONE.identity) -> Samples:
    return Samples(run(first_seq, count).block, skip, log, True)


def test_a_position_continues_where_the_number_wraps() -> None:
    numbering = Numbering(None)
    places = [
        numbering.item(event).position
        for event in (
            samples(TOP, 4),
            samples(0, 4, skip=2),
            Lost(4, 6, ONE.identity, declared=True),
            samples(10, 1),
        )
    ]
    assert places == [TOP, TOP + 4, TOP + 6, TOP + 12]


def test_samples_that_come_again_keep_their_position() -> None:
    numbering = Numbering(Mark(ONE, (1 << 32) + 3, 1))
    first, again = numbering.item(samples(3, 5)), numbering.item(samples(3, 5))
    assert first.position == again.position == (1 << 32) + 3


def test_a_new_log_begins_anew_and_leaves_a_gap_of_unknown_size() -> None:
    numbering = Numbering(Mark(ONE, 100, 4))
    hole = numbering.item(NewLog(Known(ONE.identity, 100, 4), 0xB, 7))
    assert hole == Hole(ONE, 100, None, "new-log", 4)
    assert numbering.item(samples(7, 2, log=0xB)).mark == Mark(Log(0xB), 9, 1)


def test_numbers_used_again_are_told_apart() -> None:
    numbering = Numbering(Mark(ONE, 100, 4))
    hole = numbering.item(NumberingRestarted(100, 90))
    assert hole == Hole(ONE, 100, None, "renumbered", 4)
    item = numbering.item(samples(90, 2))
    assert (item.log, item.position) == (Log(ONE.identity, 1), 90)
    assert item.log.name == f"{ONE.identity:016x}+1"


def test_a_log_lost_before_its_first_sample_arrived_leaves_a_gap_too() -> None:
    numbering = Numbering(None)
    numbering.note_hello(Hello(FORMAT, bytes(8), 4, 1, 50, 60, 0, 60_000, ONE.identity))
    hole = numbering.item(NewLog(Known(ONE.identity, 50, 4), 0xB, 0))
    assert hole == Hole(ONE, 50, None, "new-log", 4)


def test_samples_of_a_run() -> None:
    words = [1000, 3 << 13, (2 << 13) | 4012]
    item = Run(ONE, 21, run(20, 3, words=words).block, 1, None)
    assert item.block.spec == SPEC
    assert [tuple(sample) for sample in item.samples()] == [
        (21, 21 * 60_000, None, 3, None, 0, ()),
        (22, 22 * 60_000, None, 2, 4012, 0, (4012,)),
    ]


@pytest.mark.parametrize(
    ("oldest", "boot", "dropped", "required", "reason"),
    [
        (150, 4, 0, True, "missed"),
        (150, 4, 0, False, "missed"),
        (150, 4, 7, True, "declared"),
        (150, 4, 7, False, "missed-or-declared"),
        (150, 5, 0, False, "missed-or-declared"),
        (150, 5, 0, True, "declared"),
        (100, 4, 0, False, "declared"),
    ],
)
def test_what_others_got_is_no_loss(
    oldest: int, boot: int, dropped: int, required: bool, reason: str
) -> None:
    """The firmware declares also what was acknowledged. If it still had the samples when it
    answered (oldest 100), it has found them damaged since."""
    numbering = Numbering(Mark(ONE, 100, 4), required=required)
    numbering.note_hello(Hello(FORMAT, bytes(8), boot, 1, oldest, 160, 0, 60_000, ONE.identity))
    numbering.note_dropped(dropped)
    lost = Lost(100, 50, ONE.identity, declared=True)
    assert numbering.item(lost) == Hole(ONE, 100, 50, reason, 4)
    later = numbering.item(Lost(150, 5, ONE.identity, declared=True))
    assert later == Hole(ONE, 150, 5, "declared", 4)


def test_what_the_firmware_does_not_declare_is_missing() -> None:
    numbering = Numbering(Mark(ONE, 100, 4), required=False)
    lost = Lost(100, 50, ONE.identity, declared=False)
    assert numbering.item(lost) == Hole(ONE, 100, 50, "missing", 4)
