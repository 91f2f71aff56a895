"""Compare the three readers: C, Python, and the one written from docs/SPEC.md.

They read blocks that the log wrote, damaged blocks, and random streams with a correct CRC.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fwgen.wire.block import BlockError, decode_block
from tests.core.clog import Config, Decoded, Log, Memory, decode
from tests.core.plain_block import STREAM_BITS, PlainBlock
from tests.core.samples import DISTANCE, KINDS, full, samples, wide
from tests.second_reader.reader import Broken, crc16, read_block, read_unchecked
from tests.second_reader.test_spec_example import example

WRAP = 2**32


def by_python(data: bytes) -> Decoded | None:
    try:
        block = decode_block(data)
    except BlockError as error:
        assert str(error)
        return None
    samples = list(block.samples())
    assert block.count == len(samples) == len(block.statuses) == len(block.late)
    assert {len(channel) for channel in block.values} == {block.count}
    assert block.size_bytes == len(data)
    return Decoded(
        block.first_seq,
        block.period_us,
        block.start_us,
        block.boot,
        block.spec,
        block.stream,
        block.widths,
        [(status, values, late) for status, values, late in samples],
    )


def by_second_reader(data: bytes) -> Decoded | None:
    if len(data) > 488:
        return None
    try:
        reading = read_unchecked(data)
        found, length = read_block(data)
    except Broken:
        return None
    if length != len(data):
        return None
    period_us = int.from_bytes(data[12:16], "little")
    assert [s.seq for s in found] == [(found[0].seq + i) % WRAP for i in range(len(found))]
    return Decoded(
        found[0].seq,
        period_us,
        found[0].time_us,
        found[0].boot,
        found[0].spec,
        found[0].stream,
        reading.widths,
        [(s.status, s.values, s.lateness) for s in found],
    )


def agreed(data: bytes) -> Decoded | None:
    found = decode(data)
    assert by_python(data) == found
    assert by_second_reader(data) == found
    return found


def written(kind: str, count: int, seed: int) -> tuple[list[bytes], list[tuple[int, int]]]:
    """Return blocks that the log wrote, and their samples."""
    random = Random(seed)
    log = Log(Memory(20), Config(period_us=random.choice((1, 60_000, WRAP - 1)), initial_seq=seed))
    run = samples(kind, count, random)
    for i, (word, late) in enumerate(run):
        log.append((1 << 60) + i * log.config.period_us, word, late)
    return [view.data or b"" for view in log.drain()], run


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_is_read(kind: str) -> None:
    for seed, count in enumerate((1, 2, 10, 700)):
        blocks, run = written(kind, count, seed)
        found = [agreed(data) for data in blocks]
        assert all(found)
        assert [pair for b in found if b for pair in zip(b.words, b.late, strict=True)] == run


@given(st.sampled_from(KINDS), st.integers(1, 200), st.integers(0, WRAP), st.integers(1, 3))
@settings(max_examples=250, deadline=None)
def test_damaged_blocks(kind: str, count: int, seed: int, wounds: int) -> None:
    random = Random(seed)
    data = bytearray(random.choice(written(kind, count, seed)[0]))
    for _ in range(wounds):
        data[random.randrange(len(data))] = random.randrange(256)
    agreed(bytes(data))
    agreed(bytes(data[: random.randrange(len(data) + 1)]))
    agreed(bytes(data) + random.randbytes(random.randrange(1, 9)))


@given(st.binary(max_size=600), st.booleans())
@settings(max_examples=150, deadline=None)
def test_random_bytes(data: bytes, magic: bool) -> None:
    agreed(b"FWB3" + data[4:] if magic else data)


def with_right_crc(data: bytes) -> bytes | None:
    """Return the bytes cut to the length of the block, with the correct CRC.

    None if the second reader cannot read them.
    """
    try:
        reading = read_unchecked(data)
    except Broken:
        return None
    return data[:6] + reading.crc.to_bytes(2, "little") + data[8 : reading.length]


SHAPES = st.one_of(
    st.just(DISTANCE),
    st.lists(st.integers(1, 24), min_size=1, max_size=8).map(tuple),
    st.lists(st.sampled_from((1, 8, 9, 16, 17, 24)), min_size=2, max_size=4).map(tuple),
)
"""Widths of channels."""


@given(st.integers(0, WRAP), st.integers(0, 400), SHAPES, st.floats(0.3, 0.95))
@settings(max_examples=400, deadline=None)
def test_nonsense_under_a_right_crc(
    seed: int, count: int, widths: tuple[int, ...], ones: float
) -> None:
    """Valid streams that no writer would write: all readers read the same."""
    random = Random(seed)
    stream = sum((random.random() < ones) << i for i in range(STREAM_BITS)).to_bytes(
        STREAM_BITS // 8
    )
    commit = count | (random.random() < 0.05) << random.randrange(12, 16)
    shape = bytes([random.randrange(4) | len(widths) << 4, *widths])
    shape += bytes(-len(shape) % 4)
    if random.random() < 0.05:
        shape = shape[:-1] + b"\x01"
    data = b"FWB3" + commit.to_bytes(4, "little") + random.randbytes(24) + shape + stream
    data = data[:488]
    whole = with_right_crc(data)
    if whole is None:
        # Not a block for one reader: for none, whatever the CRC.
        assert agreed(data) is None
    else:
        assert agreed(whole)
        assert agreed(whole[:6] + bytes([whole[6] ^ 1]) + whole[7:]) is None


@given(st.integers(0, WRAP), SHAPES, st.sampled_from(("drift", "wild")), st.integers(0, 1))
@settings(max_examples=150, deadline=None)
def test_several_channels_are_read_as_they_were_written(
    seed: int, widths: tuple[int, ...], kind: str, stream: int
) -> None:
    """The C log, a simple writer and all three readers agree."""
    run = wide(kind, widths, 300, Random(seed))
    log = Log(Memory(60), Config(widths=widths))
    plain = [PlainBlock(0, 60_000, 0, 1, run[0], widths=widths)]
    for i, sample in enumerate(run):
        log.add(i * 60_000, sample)
        if i and not plain[-1].add(sample):
            plain.append(PlainBlock(i, 60_000, i * 60_000, 1, sample, widths=widths))
    blocks = [view.data or b"" for view in log.drain()]
    assert blocks == [block.data() for block in plain]
    found = [agreed(data) for data in blocks]
    assert [sample for block in found if block for sample in block.samples] == run
    for block in plain:
        block.stream = stream
        one = agreed(block.data())
        assert one and (one.stream, one.widths) == (stream, widths)


def test_wrong_in_one_thing_alone() -> None:
    """The CRC is always correct; the error is one that docs/SPEC.md forbids."""
    good = PlainBlock(7, 60_000, 5, 1, 1500, 3)
    assert agreed(good.data())
    assert agreed(PlainBlock(7, 0, 5, 1, 1500, 3).data()) is None  # period
    for status in (6, 7):
        assert agreed(PlainBlock(7, 1, 5, 1, (status, (1500,), 0)).data()) is None
    assert agreed(PlainBlock(7, 1, 5, 1, 1500, stream=1).data())
    for stream in (2, 4, 15):
        assert agreed(PlainBlock(7, 1, 5, 1, 1500, stream=stream).data()) is None
    for widths in ((0,), (25,), (255,), (13, 0), (1,) * 9, ()):
        wrong = PlainBlock(7, 1, 5, 1, (3, (), 0), widths=(13,))
        wrong.widths = widths
        assert agreed(wrong.data()) is None
    none = good.data()
    none = none[:4] + bytes(2) + crc16(none[8:36]).to_bytes(2, "little") + none[8:]
    assert agreed(none) is None  # no sample


def test_a_count_beyond_what_fits_is_broken() -> None:
    """3614 samples fill a slot, the first of 3 bits and the others of one; the twelve bits of the
    count allow more."""
    block = PlainBlock(7, 60_000, 5, 1, 3 << 13, 0)
    while block.append(3 << 13, 0):
        pass
    full = block.data()
    assert len(full) == 488
    found = agreed(full)
    assert found and len(found.words) == 3614
    for count in (3615, 4095):
        commit = int.from_bytes(full[4:8], "little") & ~0xFFF | count
        assert agreed(full[:4] + commit.to_bytes(4, "little") + full[8:]) is None


def test_lateness_0_may_be_spelt_out() -> None:
    """`110 0000` before a status: on time, and no bytes for it in the CRC."""
    block = PlainBlock(7, 60_000, 5, 1, 3 << 13, 0)
    plain, spelt = block, "0" + "110" + "0000" + "000" + f"{1234:013b}"
    plain.bits += spelt
    plain.samples.append(full(1234))
    found = agreed(plain.data())
    assert found
    assert (found.words, found.late) == ([3 << 13, 1234], [0, 0])


def test_a_stream_that_is_too_long_or_too_short() -> None:
    """A block with too many bits, and one that is cut where only zeros are missing."""
    block = PlainBlock(7, 60_000, 5, 1, 1500, 0)
    while len(block.bits) <= STREAM_BITS:
        assert block.append(0 if len(block.samples) % 2 else 8191, 1, limit=4000)
    assert agreed(block.data()) is None
    block = PlainBlock(7, 60_000, 5, 1, 1500, 0)
    assert block.append(0, 1)
    assert block.data()[-1] == 0
    assert agreed(block.data())
    assert agreed(block.data()[:-1]) is None


def test_every_bit_counts() -> None:
    """Flip any bit of a block: the block is rejected, or the bit was padding."""
    block = PlainBlock(7, 60_000, 5, 1, 1500, 3)
    for word, late in samples("any", 40, Random(2)):
        block.append(word, late)
    data = block.data()
    padding = -len(block.bits) % 8
    assert agreed(data)
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        found = agreed(bytes(flipped))
        if bit >= len(data) * 8 - padding:
            assert found == decode(data)
        else:
            assert found is None


@pytest.mark.parametrize(
    ("wound", "says"),
    [
        (lambda b: b[:20], "expected 36 to 488 bytes, found 20"),
        (lambda b: b + bytes(500), "expected 36 to 488 bytes, found 552"),
        (lambda b: b"\0" + b[1:], "a block begins with 'FWB3', found 00 57 42 33"),
        (lambda b: b[:4] + b"\0\0" + b[6:], "the block has no sample"),
        (lambda b: b[:12] + bytes(4) + b[16:], "the period is 0"),
        (lambda b: b[:5] + b"\x10" + b[6:], "bits 12 to 15 of the commit word must be 0, found 0x"),
        (lambda b: b[:32] + b"\x15" + b[33:], "a log has 2 streams, found a block of stream 5"),
        (lambda b: b[:32] + b"\x90" + b[33:], "expected 1 to 8 channels, found 9"),
        (lambda b: b[:32] + b"\x80" + b"\x05" * 4, "expected a header of 44 bytes, found 37"),
        (lambda b: b[:33] + b"\x19" + b[34:], "a channel has 1 to 24 bits, found 25"),
        (lambda b: b[:35] + b"\x01" + b[36:], "bytes 34 to 35 must be 0"),
        (lambda b: b[:36] + b"\xe0" + b[37:], "sample 0 has kind 7, which is not allowed here"),
        (lambda b: b[:-1], "the stream ends before the 10 samples do"),
        (lambda b: b + b"\0", "the block has 53 bytes, but its samples end after 52"),
        (lambda b: b[:8] + b"\0" + b[9:], "expected the CRC 0x[0-9a-f]{4}, found 0x[0-9a-f]{4}$"),
        (lambda b: b[:38] + b"\x03\x07" + b[40:], "sample 1 has kind 7, which is not allowed here"),
    ],
)
def test_the_error_says_what_is_wrong(wound: Callable[[bytes], bytes], says: str) -> None:
    data = wound(example("block"))
    with pytest.raises(BlockError, match=says):
        decode_block(data)
    assert decode(data) is None
