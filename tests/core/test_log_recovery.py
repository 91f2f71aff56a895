"""How a start of the firmware recovers the log from its memory."""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import Data, Gap, Hello, PeerHello
from tests.core.clog import (
    KEEP_OLDEST,
    SLOT_BYTES,
    SUPERBLOCK_BYTES,
    Config,
    Log,
    Memory,
    View,
    after_every_store,
    decode,
)
from tests.core.cnode import CNode
from tests.core.plain_block import STREAM_BITS, PlainBlock
from tests.core.samples import full, samples
from tests.second_reader.reader import Superblock, crc16, read_region, recover

WRAP = 2**32
SLOTS = 6
CONFIG = Config(initial_seq=4000)


def filled(blocks: int, config: Config = CONFIG, slots: int = SLOTS) -> Memory:
    """Return a memory with a log of the given number of blocks, ten samples each."""
    memory = Memory(slots)
    log = Log(memory, config)
    for i in range(blocks):
        for j, (word, late) in enumerate(samples("walk", 10, Random(i))):
            log.append(i * 10_000_000 + j * config.period_us, word, late)
    return memory


def spans(views: list[View]) -> list[tuple[int, int, bool]]:
    """Return first number, count, and whether it is a block, of each view."""
    return [(view.first_seq, view.count, view.data is not None) for view in views]


def block_bytes(first_seq: int, count: int, boot: int = 1) -> bytes:
    block = PlainBlock(first_seq, 60_000, 0, boot, 100, 0)
    for i in range(count - 1):
        assert block.append(100 + i, 0)
    return block.data()


def superblock_gone(memory: Memory) -> None:
    memory.poke(memory.size - SUPERBLOCK_BYTES, bytes(SUPERBLOCK_BYTES))


def test_nothing_there() -> None:
    log = Log(Memory(SLOTS), CONFIG)
    assert (log.boot, log.next_seq, log.oldest_seq, log.used_slots) == (1, 4000, 4000, 0)
    assert log.drain() == []


@given(st.integers(0, 2**32), st.sampled_from((0.0, 0.2, 1.0)))
@settings(max_examples=60, deadline=None)
def test_garbage_gives_a_clean_start(seed: int, magics: float) -> None:
    """Also if slots begin like blocks, as far as a check of 16 bits can detect it."""
    random = Random(seed)
    memory = Memory(SLOTS)
    memory.poke(0, random.randbytes(memory.size))
    for slot in range(SLOTS):
        if random.random() < magics:
            memory.poke(memory.slot_at(slot), b"FWB3")
    if read_region(memory.content)[1]:
        return
    log = Log(memory, CONFIG)
    assert (log.boot, log.next_seq, log.used_slots) == (1, 4000, 0)
    log.append(0, 1234)
    assert spans(log.drain()) == [(4000, 1, True)]
    assert read_region(memory.content)[0] == Superblock(1, 4000, 1, 0)


@pytest.mark.parametrize("slots", [0, 1])
def test_hardly_any_memory(slots: int) -> None:
    log = Log(Memory(slots), CONFIG)
    for i in range(3):
        log.append(i * 60_000, 1500)
    assert log.slots == slots
    assert log.next_seq == 4003
    assert log.dropped_total == (3 if slots == 0 else 0)
    assert spans(log.drain()) == [(4000, 3, slots > 0)]


@pytest.mark.parametrize("size", [0, 8, 56])
def test_no_memory_at_all(size: int) -> None:
    memory = Memory(1)
    memory.poke(0, b"\xee" * memory.size)
    memory.size = size
    log = Log(memory, CONFIG)
    log.append(0, 1500)
    assert (log.slots, log.dropped_total, log.backlog) == (0, 1, 0)
    assert spans(log.drain()) == [(4000, 1, False)]
    assert log.release(4001) and not log.release(4002)
    assert memory.content == b"\xee" * (SUPERBLOCK_BYTES + SLOT_BYTES)


def test_what_was_there_stays_as_it_was() -> None:
    memory = filled(4)
    before = Log(memory.copy(), CONFIG).drain()
    log = Log(memory, CONFIG)
    assert log.drain() == before
    assert spans(before) == [(4000 + 10 * i, 10, True) for i in range(4)]
    assert log.boot == 2
    assert (log.next_seq, log.backlog, log.used_slots, log.peak_slots) == (4040, 40, 4, 4)


def test_slots_in_any_order() -> None:
    memory = filled(SLOTS)
    before = Log(memory.copy(), CONFIG).drain()
    order = [*range(SLOTS)]
    for seed in range(20):
        Random(seed).shuffle(order)
        shuffled = memory.copy()
        for at, slot in enumerate(order):
            shuffled.put_slot(at, memory.slot(slot))
        assert Log(shuffled, CONFIG).drain() == before


def test_numbers_wrap_inside_what_is_kept() -> None:
    memory = filled(5, Config(initial_seq=WRAP - 25))
    log = Log(memory, CONFIG)
    assert spans(log.drain()) == [((WRAP - 25 + 10 * i) % WRAP, 10, True) for i in range(5)]
    assert log.next_seq == 25


def test_blocks_of_another_period_are_handed_out_as_they_are() -> None:
    memory = filled(2)
    log = Log(memory, Config(period_us=100_000))
    log.append(0, 1500)
    log.append(100_000, 1500)
    found = [decode(view.data) for view in log.drain() if view.data]
    assert [block.period_us for block in found if block] == [60_000, 60_000, 100_000]
    assert [block.boot for block in found if block] == [1, 1, 2]
    assert [block.first_seq for block in found if block] == [4000, 4010, 4020]


@pytest.mark.parametrize("more", [-2, 0, 3])
def test_a_log_of_another_size_that_ends_at_the_same_place(more: int) -> None:
    memory = filled(3)
    bigger = Memory(SLOTS + more)
    content = memory.content.rjust(bigger.size, b"\xbb")[-bigger.size :]
    bigger.poke(0, content)
    log = Log(bigger, CONFIG)
    lost = max(0, -more)  # the first slots are gone, and with them the oldest blocks
    assert spans(log.drain()) == [(4000 + 10 * i, 10, True) for i in range(lost, 3)]
    assert log.next_seq == 4030


class TestSuperblock:
    def test_lost(self) -> None:
        memory = filled(3)
        Log(memory, CONFIG)
        log = Log(memory, CONFIG)
        log.append(0, 1500)
        superblock_gone(memory)
        log = Log(memory, CONFIG)
        assert (log.boot, log.next_seq) == (4, 4031)  # by the newest block, of boot 3

    def test_one_record_damaged(self) -> None:
        """The other record, one boot older, is used; the blocks have the rest."""
        memory = filled(3)
        Log(memory, CONFIG)
        for record in (0, 32):
            damaged = memory.copy()
            damaged.poke(memory.size - SUPERBLOCK_BYTES + record + 5, b"\x99")
            log = Log(damaged, CONFIG)
            assert (log.boot, log.next_seq) == ((2, 3)[record // 32], 4030)

    def test_numbers_and_boots_outlive_an_empty_log(self) -> None:
        memory = filled(3)
        log = Log(memory, CONFIG)
        log.drain()
        assert log.release(4030)
        for boot in range(3, 8):
            log = Log(memory, CONFIG)
            assert (log.boot, log.next_seq, log.used_slots) == (boot, 4030, 0)

    def test_dropped_samples_are_told_after_a_reset(self) -> None:
        config = Config(when_full=KEEP_OLDEST)
        memory = filled(4, config, slots=2)
        log = Log(memory, config)
        assert spans(log.drain()) == [(0, 10, True), (10, 10, True), (20, 20, False)]
        assert log.release(40)
        log.append(0, 1500)
        assert spans(log.drain()) == [(40, 1, True)]

    def test_a_record_without_the_magic_is_none(self) -> None:
        memory = Memory(1)
        memory.poke(memory.size - 32, sealed([int.from_bytes(b"FWL0"), 1, 100, 7, 0, 0, 0]))
        assert Log(memory, CONFIG).next_seq == CONFIG.initial_seq

    @pytest.mark.parametrize("place", [0, 1])
    def test_magic_and_check_alone_make_a_record_whole(self, place: int) -> None:
        """Neither its place nor the other zero fields matter."""
        memory = Memory(1)
        record = sealed([int.from_bytes(b"FWL1", "little"), 2, 100, 7, 1, 2, 3])
        memory.poke(memory.size - SUPERBLOCK_BYTES + 32 * place, record)
        told = recover(memory.content, CONFIG.initial_seq)
        log = Log(memory, CONFIG)
        assert (log.next_seq, log.boot) == (told.next_seq, told.boot) == (100, 8)
        assert log.id == told.log == 1 | 2 << 32

    def test_boots_wrap(self) -> None:
        memory = Memory(1)
        memory.put_slot(0, block_bytes(50, 3, boot=WRAP - 1))
        assert Log(memory, CONFIG).boot == 0
        assert Log(memory, CONFIG).boot == 1

    @pytest.mark.parametrize("generations", [(0, 1), (2, 1), (WRAP - 2, WRAP - 1), (0, WRAP - 1)])
    def test_the_later_generation_is_in_force(self, generations: tuple[int, int]) -> None:
        later = generations.index({(2, 1): 2, (0, WRAP - 1): 0}.get(generations, generations[1]))
        memory = Memory(1)
        for i, generation in enumerate(generations):
            seed = filled(0).content[-32:]
            words = [int.from_bytes(seed[j : j + 4], "little") for j in range(0, 32, 4)]
            words[1:4] = generation, 100 * (i + 1), 10 * (i + 1)
            memory.poke(memory.size - 64 + 32 * i, sealed(words))
        log = Log(memory, CONFIG)
        assert (log.next_seq, log.boot) == (100 * (later + 1), 10 * (later + 1) + 1)


def sealed(words: list[int]) -> bytes:
    """Return a superblock record with its check."""
    body = b"".join(word.to_bytes(4, "little") for word in words[:7])
    crc = crc16(body)
    return body + (crc | (crc ^ 0xFFFF) << 16).to_bytes(4, "little")


@dataclass(frozen=True)
class Old:
    """The examples of an earlier format's SPEC.md."""

    record: bytes
    """Generation 2, next_seq 1010, boot 1."""
    block: bytes
    """1000 to 1009."""
    log: int

    def claim(self, first_seq: int, count: int) -> bytes:
        """The beginning is all that other formats look at."""
        return self.block[:4] + struct.pack("<II", count, first_seq) + self.block[12:]


FORMAT_1 = Old(
    bytes.fromhex("46574c31 02000000 f2030000 01000000 00000000 00000000 00000000 fab90546"),
    bytes.fromhex(
        "46574231 0a004a24 e8030000 60ea0000 00389c1c 00000000 0100dc05"
        "c03af580 e0745031 03c70109 f580"
    ),
    0,
)
FORMAT_2 = Old(
    bytes.fromhex("46574c31 02000000 f2030000 01000000 88776655 44332211 00000000 6eb1914e"),
    bytes.fromhex(
        "46574232 0a00dca9 e8030000 60ea0000 00389c1c 00000000 01000000 00112233 0000dc05"
        "c03af580 e0745031 03c70109 f580"
    ),
    0x1122334455667788,
)


@pytest.mark.parametrize("old", [FORMAT_1, FORMAT_2], ids=["format 1", "format 2"])
class TestAnotherFormat:
    """Memory as a firmware of an earlier format leaves it."""

    def test_it_goes_on_numbering_and_tells_the_rest_as_lost(self, old: Old) -> None:
        memory = Memory(SLOTS)
        memory.poke(memory.size - 64, old.record)
        memory.put_slot(4, old.block)
        for slot, first in ((3, 1010), (0, 60_000), (1, 120_000), (2, 180_000)):
            memory.put_slot(slot, old.claim(first, 4095))
        told = recover(memory.content, 0)
        log = Log(memory, Config(initial_seq=0))
        assert (log.boot, log.id, log.next_seq, log.oldest_seq) == (2, old.log, 184_095, 1000)
        assert (told.boot, told.log, told.next_seq, told.oldest_seq) == (2, old.log, 184_095, 1000)
        log.append(0, 1500)
        assert spans(log.drain()) == [(1000, 183_095, False), (184_095, 1, True)]
        assert [memory.slot(i)[:3] for i in range(SLOTS)].count(b"FWB") == 1
        assert log.release(184_095)
        assert log.oldest_seq == 184_095

    def test_it_is_told_to_a_peer_that_knows_nothing(self, old: Old) -> None:
        memory = Memory(SLOTS)
        memory.poke(memory.size - 64, old.record)
        memory.put_slot(4, old.block)
        region = (ctypes.c_uint64 * (memory.size // 8)).from_buffer_copy(memory.content)
        node = CNode(region)
        node.link(True, 0)
        node.receive(PeerHello(FORMAT, None, 5, None, None, 9), 0)
        node.sample(0, 1500)
        node.poll(0)
        node.poll(1_000_000)
        sent = [message for message in node.take_sent() if isinstance(message, Hello | Gap | Data)]
        assert isinstance(sent[0], Hello) and (sent[0].oldest_seq, sent[0].next_seq) == (1000, 1011)
        assert sent[1] == Gap(1000, 10)
        assert isinstance(sent[2], Data)


def test_what_it_leaves_itself_format_1_can_go_on_from() -> None:
    """Its words 0 to 3 and 7, and a boot that fits into 16 bits."""
    memory = filled(0)
    log = Log(memory, CONFIG)
    log.identify(0x1122334455667788)
    records = (memory.content[-64:-32], memory.content[-32:])
    record = max(records, key=lambda record: record[4])
    magic, _, next_seq, boot, check = struct.unpack("<4sIII12xI", record)
    crc = crc16(record[:28])
    assert (magic, next_seq, boot) == (b"FWL1", log.next_seq, log.boot)
    assert check == crc | (crc ^ 0xFFFF) << 16


class TestHalfTheCircle:
    """Of two numbers 2^31 apart each is before the other, as the text says."""

    def test_a_superblock_half_the_circle_from_the_blocks(self) -> None:
        memory = filled(1)
        record = sealed([int.from_bytes(b"FWL1", "little"), 9, 4010 + WRAP // 2, 3, 0, 0, 0])
        memory.poke(memory.size - 64, record)
        memory.poke(memory.size - 32, bytes(32))
        told = recover(memory.content, 0)
        log = Log(memory, CONFIG)
        # the blocks' end is before it
        assert log.next_seq == told.next_seq == 4010 + WRAP // 2

    @pytest.mark.parametrize("first", [0, 7, WRAP - 1])
    def test_generations_half_the_circle_apart(self, first: int) -> None:
        memory = Memory(1)
        for i, generation in enumerate((first, (first + WRAP // 2) % WRAP)):
            words = [int.from_bytes(b"FWL1", "little"), generation, 100 * (i + 1), 1, 0, 0, 0]
            memory.poke(memory.size - 64 + 32 * i, sealed(words))
        told = recover(memory.content, 0)
        assert Log(memory, CONFIG).next_seq == told.next_seq == 100

    @pytest.mark.parametrize("off", range(-12, 13))
    def test_an_acknowledgement_half_the_circle_away_frees_nothing(self, off: int) -> None:
        log = Log(filled(2), CONFIG)
        log.drain()
        log.release((log.next_seq + off + WRAP // 2) % WRAP)
        assert (log.used_slots, log.backlog) == (2, 20)


class TestAttribution:
    def test_a_block_of_another_spec_is_kept_and_never_added_to(self) -> None:
        """The firmware was replaced while samples waited."""
        memory = Memory(SLOTS)
        old = Log(memory, Config(spec=b"old!"))
        for i in range(5):
            old.append(i * 60_000, 1500)
        new = Log(memory, Config(spec=b"new!"))
        new.append(5 * 60_000, 1500)
        found = [decode(view.data or b"") for view in new.drain()]
        assert [(b.spec, b.boot, len(b.words)) for b in found if b] == [
            (b"old!", 1, 5),
            (b"new!", 2, 1),
        ]

    @pytest.mark.parametrize("boot", [0xFFFF, 0x1_0000, WRAP - 2])
    def test_a_crash_loop_does_not_use_boots_again(self, boot: int) -> None:
        """65,536 starts of the firmware are a day of a watchdog that bites."""
        memory = Memory(SLOTS)
        memory.put_slot(0, block_bytes(50, 3, boot=boot))
        log = Log(memory, CONFIG)
        assert log.boot == boot + 1
        log.append(0, 1500)
        found = [decode(view.data or b"") for view in log.drain()]
        assert [block.boot for block in found if block] == [boot, boot + 1]

    def test_the_identity_outlives_each_reset(self) -> None:
        memory = Memory(2)
        log = Log(memory, CONFIG)
        assert log.id == 0
        log.identify(0xFEDCBA9876543210)
        for _ in range(3):
            assert Log(memory, CONFIG).id == 0xFEDCBA9876543210
        superblock_gone(memory)
        assert Log(memory, CONFIG).id == 0

    def test_a_reset_while_it_is_given_leaves_it_or_none(self) -> None:
        memory = Memory(2)
        log = Log(memory, CONFIG)
        log.append(0, 1500)
        seen = set()

        def look() -> None:
            again = Log(memory.copy(), CONFIG)
            seen.add(again.id)
            assert (again.next_seq, again.backlog) == (log.next_seq, 1)

        with after_every_store(look):
            log.identify(7)
        assert seen == {0, 7}


class TestDamage:
    def test_a_block_in_the_middle_becomes_a_gap(self) -> None:
        memory = filled(3)
        memory.poke(memory.slot_at(1) + 38, b"\xff")
        log = Log(memory, CONFIG)
        assert spans(log.drain()) == [(4000, 10, True), (4010, 10, False), (4020, 10, True)]

    def test_the_numbers_of_a_damaged_last_block_are_not_used_again(self) -> None:
        memory = filled(3)
        memory.poke(memory.slot_at(2) + 38, b"\xff")
        log = Log(memory, CONFIG)
        log.append(0, 1500)
        assert spans(log.drain()) == [
            (4000, 10, True),
            (4010, 10, True),
            (4020, 10, False),
            (4030, 1, True),
        ]

    def test_a_damaged_header_is_not_believed_far(self) -> None:
        memory = filled(2)
        memory.put_slot(3, b"FWB3" + b"\x05\x00\x00\x00" + (4020 + 65_532).to_bytes(4, "little"))
        assert Log(memory, CONFIG).next_seq == 4020

    def test_nor_where_nothing_else_is_known(self) -> None:
        memory = Memory(SLOTS)
        memory.put_slot(3, b"FWB3" + b"\x05\x00\x00\x00" + (4000).to_bytes(4, "little"))
        assert Log(memory, CONFIG).next_seq == 4000

    def test_a_stream_that_would_go_on_behind_the_slot(self) -> None:
        """Only zeros are missing, and its CRC is right."""
        block = PlainBlock(4000, 60_000, 0, 1, 0, 1)
        while len(block.bits) <= STREAM_BITS:
            distance = 0 if len(block.bits) >= STREAM_BITS - 29 else 8000 * (len(block.samples) % 2)
            assert block.append(distance, 1, limit=4000)
        assert set(block.bits[STREAM_BITS:]) == {"0"}
        memory = Memory(2)
        memory.put_slot(0, block.data()[:SLOT_BYTES])
        assert Log(memory, CONFIG).used_slots == 0
        assert read_region(memory.content)[1] == []

    def test_what_is_not_kept_is_wiped(self) -> None:
        memory = filled(2)
        memory.put_slot(4, b"FWB3 and nonsense")
        memory.put_slot(5, memory.slot(0))
        log = Log(memory, CONFIG)
        assert spans(log.drain()) == [(4000, 10, True), (4010, 10, True)]
        magics = [memory.slot(i)[:4] == b"FWB3" for i in range(SLOTS)]
        assert magics.count(True) == 2

    def test_of_blocks_that_overlap_the_first_is_kept_then_the_longer(self) -> None:
        memory = Memory(SLOTS)
        memory.put_slot(0, block_bytes(105, 10))
        memory.put_slot(1, block_bytes(100, 4))
        memory.put_slot(2, block_bytes(100, 8))
        memory.put_slot(3, block_bytes(108, 1))
        log = Log(memory, CONFIG)
        assert log.next_seq == 115  # the numbers of the block left out stay used
        assert spans(log.drain()) == [(100, 8, True), (108, 1, True), (109, 6, False)]

    @given(st.integers(0, 2**32), st.integers(1, 12))
    @settings(max_examples=150, deadline=None)
    def test_any_damage_leaves_whole_blocks_alone(self, seed: int, wounds: int) -> None:
        """What is handed out afterwards is what was there, or a gap."""
        random = Random(seed)
        memory = filled(SLOTS)
        before = {v.first_seq: decode(v.data or b"") for v in Log(memory.copy(), CONFIG).drain()}
        hurt = set()
        for _ in range(wounds):
            at = random.randrange(memory.size)
            memory.poke(at, bytes([memory.content[at] ^ 1 << random.randrange(8)]))
            hurt.add(at // SLOT_BYTES)
        log = Log(memory, CONFIG)
        views = log.drain()
        blocks = {view.first_seq: decode(view.data) for view in views if view.data}
        assert all(before[first_seq] == block for first_seq, block in blocks.items())
        assert len(blocks) >= SLOTS - len(hurt)
        total = sum(v.count for v in views)
        assert views == [] or views[0].first_seq + total == log.next_seq
        assert log.next_seq <= 4060 + 65_536


def test_round_and_round_with_resets_the_second_reader_finds_the_same() -> None:
    """The region as the text describes it, read by who wrote the reader from the text."""
    random = Random(5)
    memory, config = Memory(4), Config(initial_seq=WRAP - 3000)
    log = Log(memory, config)
    taken = []
    for run in range(40):
        count = random.randrange(1, 300)
        for i, (word, late) in enumerate(samples("any", count, random)):
            if log.used_slots < 4 or log.open_samples:
                taken.append(((log.next_seq, i * 60_000, log.boot), full(word, late)))
                dropped = log.dropped_total
                log.append(i * 60_000, word, late)
                if log.dropped_total != dropped:
                    taken.pop()
        _, blocks = read_region(memory.content)
        held = sorted(
            (
                ((s.seq, s.time_us, s.boot), (s.status, s.values, s.lateness))
                for block in blocks
                for s in block
            ),
            key=lambda sample: (sample[0][0] - WRAP // 2) % WRAP,
        )
        assert held == (taken[-len(held) :] if held else [])
        assert len(held) == log.backlog
        if run % 3 == 2:
            log.drain()
            log.release((log.next_seq - random.randrange(100)) % WRAP)
        if run % 7 == 6:
            log = Log(memory, config)


@given(
    st.integers(0, 2**32),
    st.sampled_from((0, 4000, WRAP - 30)),
    st.sampled_from(("nothing", "bits", "superblock", "slots", "claim")),
)
@settings(max_examples=200, deadline=None)
def test_whatever_lies_there_the_second_reader_makes_the_same_of_it(
    seed: int, initial_seq: int, damage: str
) -> None:
    """By the steps of docs/SPEC.md: which blocks are kept, the next number, the boot."""
    random = Random(seed)
    memory, config = Memory(random.randrange(1, 8)), Config(initial_seq=initial_seq)
    slots = (memory.size - SUPERBLOCK_BYTES) // SLOT_BYTES
    for _ in range(random.randrange(4)):
        log = Log(memory, config)
        for i, (word, late) in enumerate(samples("any", random.randrange(1, 500), random)):
            log.append(i * 60_000, word, late)
        if random.random() < 0.4 and log.drain():
            assert log.release((log.next_seq - random.randrange(log.backlog + 1)) % WRAP)
    if random.random() < 0.2 or damage == "superblock":
        superblock_gone(memory)
    if damage == "bits":
        for _ in range(random.randrange(1, 6)):
            at = random.randrange(memory.size)
            memory.poke(at, bytes([memory.content[at] ^ 1 << random.randrange(8)]))
    if damage == "slots":
        memory.put_slot(random.randrange(slots), memory.slot(random.randrange(slots)))
    if damage == "claim":
        for _ in range(random.randrange(1, 4)):
            first_seq = (initial_seq + random.randrange(-100_000, 200_000)) % WRAP
            magic = random.choice((b"FWB1", b"FWB2", b"FWB3", b"FWC2"))
            claim = struct.pack("<4sII", magic, random.randrange(1 << 12), first_seq)
            memory.put_slot(random.randrange(slots), claim)
    told = recover(memory.content, initial_seq)
    log = Log(memory, config)
    assert (log.next_seq, log.boot, log.id) == (told.next_seq, told.boot, told.log)
    assert log.oldest_seq == told.oldest_seq
    blocks = [view for view in log.drain() if view.data]
    assert spans(blocks) == [(block[0].seq, len(block), True) for block in told.blocks]
