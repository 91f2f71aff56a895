"""What the node tells about its start: the reset, the memory, and crashes until they are known."""

from __future__ import annotations

import ctypes
import itertools

import pytest

from fwgen.peer.started import RESET_CORE, RESET_PIN, RESET_POWER, RESET_WATCHDOG
from fwgen.wire.log_format import CRASH_BYTES, FORMAT, MAGIC
from fwgen.wire.messages import Gap, Hello, Message, OtherPeerHello, Start, StartAck, Status
from tests.core.clog import Hook
from tests.core.cnode import CCrash, CNode, library
from tests.core.test_node import awake_node, hello

BUS, CHECK, WATCHDOG = 2, 8, 9
Region = ctypes.Array[ctypes.c_uint64]


def greeted(node: CNode, session: int = 7) -> list[Message]:
    """Return what a node sends to a peer that has just come."""
    node.link(True, 0)
    node.receive(hello(session=session), 0)
    node.poll(0)
    node.poll(0)
    return node.take_sent()


def start_of(messages: list[Message]) -> Start:
    starts = [message for message in messages if isinstance(message, Start)]
    assert len(starts) == 1
    return starts[0]


def crash(kind: int = BUS, line: int = 0, pc: int = 0x0A04_3210) -> CCrash:
    return CCrash(kind, line, pc, 0x0A04_5678, 0x0A05_0000, 0, 61)


def test_a_start_without_news_is_not_reported() -> None:
    assert not any(isinstance(message, Start) for message in greeted(CNode()))


def test_the_reset_is_reported_after_each_hello_and_before_samples() -> None:
    node = CNode()
    node.started(RESET_POWER | RESET_PIN)
    for number in range(4):
        node.sample(number * 60_000, 1000)
    sent = greeted(node)
    node.poll(300_000)
    kinds = [type(message).__name__ for message in [*sent, *node.take_sent()]]
    assert kinds[:2] == ["Hello", "Start"] and "Data" in kinds[2:]
    again = greeted(node, session=9)
    assert start_of(again).reset == RESET_POWER | RESET_PIN
    assert start_of(again).crashes == 0


def test_a_block_that_is_damaged_later_is_reported_before_its_gap() -> None:
    node = CNode()
    node.started(RESET_CORE)
    for number in range(200):
        node.sample(number * 60_000, 1000 + number % 7)
    assert start_of(greeted(node)).damaged == 0
    content = (ctypes.c_uint8 * ctypes.sizeof(node.region)).from_buffer(node.region)
    content[bytes(content).index(MAGIC) + 40] ^= 1
    node.poll(12_000_000)
    sent: list[Message] = [one for one in node.take_sent() if not isinstance(one, Status)]
    assert [type(message).__name__ for message in sent] == ["Start", "Gap"]
    assert (start_of(sent).damaged, sent[1]) == (1, Gap(0, 200))
    node.poll(12_500_000)
    assert node.take_sent() == []
    assert start_of(greeted(node, session=9)).damaged == 1


def test_a_crash_is_reported_until_it_is_acknowledged() -> None:
    before = awake_node()
    before.crashed(crash())
    node = CNode(before.region)
    node.started(RESET_CORE)
    start = start_of(greeted(node))
    assert (start.boot, start.reset, start.crashes, start.untold) == (2, RESET_CORE, 1, 1)
    assert (start.first_kind, start.first_pc, start.first_lr) == (BUS, 0x0A04_3210, 0x0A04_5678)
    assert (start.first_boot, start.first_uptime_s) == (1, 61)
    assert start_of(greeted(node, session=8)) == start
    for wrong in (StartAck(1, 1), StartAck(3, 1), StartAck(2, 0), StartAck(2, 2)):
        node.receive(wrong, 0)
        assert start_of(greeted(node, session=8)).untold == 1
    node.receive(StartAck(2, 1), 0)
    known = start_of(greeted(node, session=9))
    assert (known.crashes, known.untold, known.first_kind, known.last_kind) == (1, 0, 0, 0)
    third = CNode(node.region)
    assert not any(isinstance(message, Start) for message in greeted(third))


def test_an_acknowledgement_changes_nothing_else() -> None:
    node = awake_node()
    state, due = node.state, node.next_due_us(0)
    node.receive(StartAck(1, 0), 0)
    assert (node.state, node.take_sent(), node.next_due_us(0)) == (state, [], due)


class CrashesAtStart(CNode):
    """A start that crashes after this many stores to retained memory. `left`: the memory then."""

    def __init__(self, region: Region, stores: int) -> None:
        self._stores = stores
        self.left: Region | None = None
        try:
            super().__init__(region)
        finally:
            library().glue_after_store(Hook())

    def _set_callbacks(self) -> None:
        super()._set_callbacks()
        self._hook = Hook(self._after_store)
        library().glue_after_store(self._hook)

    def _after_store(self) -> None:
        self._stores -= 1
        if self._stores == 0:
            library().glue_after_store(Hook())
            self.crashed(crash())
            self.left = type(self.region).from_buffer_copy(self.region)


@pytest.mark.parametrize("before", [0, 1])
def test_a_crash_during_the_start_is_kept_once_the_record_is_ready(before: int) -> None:
    """`before`: crashes that the memory knows. Without any, the start first writes the record."""
    earlier = CNode(slots=2)
    for _ in range(before):
        earlier.crashed(crash(CHECK))
    kept = []
    for stores in itertools.count(1):
        region = type(earlier.region).from_buffer_copy(earlier.region)
        start = CrashesAtStart(region, stores)
        if start.left is None:
            break
        node = CNode(start.left)
        node.started(RESET_CORE)
        found = start_of(greeted(node))
        kept.append(found.crashes - before)
        if kept[-1]:
            assert (found.last_kind, found.last_pc) == (BUS, 0x0A04_3210)
    not_yet = 0 if before else CRASH_BYTES // 4
    assert len(kept) > not_yet
    assert kept == [0] * not_yet + [1] * (len(kept) - not_yet)


def test_a_second_crash_before_the_first_was_told() -> None:
    before = awake_node()
    before.crashed(crash(BUS))
    second = CNode(before.region)
    second.started(RESET_CORE)
    second.crashed(crash(CHECK, line=77))
    third = CNode(second.region)
    start = start_of(greeted(third))
    assert (start.crashes, start.untold) == (2, 2)
    assert (start.first_kind, start.first_boot) == (BUS, 1)
    assert (start.last_kind, start.last_line, start.last_boot) == (CHECK, 77, 2)


def test_a_watchdog_that_bit_without_a_crash_is_one() -> None:
    before = awake_node()
    node = CNode(before.region)
    node.started(RESET_WATCHDOG)
    start = start_of(greeted(node))
    assert (start.untold, start.first_kind, start.first_boot) == (1, WATCHDOG, 1)
    assert start.first_pc == 0


def test_a_watchdog_that_ended_a_crash_is_no_second_one() -> None:
    before = awake_node()
    before.crashed(crash())
    node = CNode(before.region)
    node.started(RESET_WATCHDOG)
    start = start_of(greeted(node))
    assert (start.crashes, start.last_kind, start.reset) == (1, BUS, RESET_WATCHDOG)


def test_a_peer_of_another_spec_learns_of_the_crash() -> None:
    before = awake_node()
    before.crashed(crash())
    node = CNode(before.region)
    node.link(True, 0)
    node.receive(hello(spec=bytes(8)), 0)
    node.poll(0)
    assert start_of(node.take_sent()).untold == 1


def test_a_peer_of_another_format_gets_no_start() -> None:
    node = CNode()
    node.started(RESET_POWER)
    node.link(True, 0)
    node.receive(OtherPeerHello(FORMAT + 1, None, 5), 0)
    node.poll(0)
    kinds = [item[4] for item in node.sent]
    assert kinds[0] == Hello.TYPE and Start.TYPE not in kinds


def test_without_a_buffer_it_is_sent_later() -> None:
    node = CNode()
    node.started(RESET_POWER)
    node.buffers = 1  # for the hello
    sent = greeted(node)
    assert [type(message).__name__ for message in sent] == ["Hello"]
    node.buffers = None
    node.tx_ready(1000)
    node.poll(1000)
    assert start_of(node.take_sent()).reset == RESET_POWER


def test_a_region_with_unreadable_words_is_reported() -> None:
    """Of a crash record and of a log that were never written."""
    region = (ctypes.c_uint64 * ((CRASH_BYTES + 64 + 488 * 4) // 8))()
    count = ctypes.sizeof(region) // 4
    marks = (ctypes.c_uint8 * count)(*[1] * count)
    library().glue_unreadable(ctypes.addressof(region), ctypes.addressof(marks), count)
    try:
        node = CNode(region)
    finally:
        library().glue_unreadable(None, None, 0)
    assert not any(marks)
    start = start_of(greeted(node))
    found = (CRASH_BYTES + 64) // 4  # without the slots, which were written at once
    assert (start.memory, start.unreadable, start.damaged) == (2, found, 0)
