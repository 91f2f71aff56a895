"""Read the example of docs/SPEC.md with the reader that was written from it."""

import re
from pathlib import Path

import pytest

from tests.second_reader.reader import Broken, Superblock, crc16, read_block, read_record

SPEC = (Path(__file__).parents[2] / "docs/SPEC.md").read_text()


def example(kind: str) -> bytes:
    found = re.search(rf"```hex {kind}\n(.*?)```", SPEC, re.DOTALL)
    assert found
    return bytes.fromhex(found[1])


def test_the_block_holds_what_the_text_says() -> None:
    samples, length = read_block(example("block"))
    assert length == len(example("block")) == 52
    assert [(s.status, *s.values, s.lateness) for s in samples] == [
        (0, 1500, 0),
        (0, 1502, 0),
        (0, 1575, 0),
        (0, 1646, 0),
        (3, 0),
        (3, 0),
        (0, 1861, 0),
        (0, 1934, 2),
        (4, 0),
        (2, 4012, 0),
    ]
    assert [s.seq for s in samples] == list(range(1000, 1010))
    assert [s.time_us for s in samples] == [480_000_000 + i * 60_000 for i in range(10)]
    assert {(s.boot, s.spec) for s in samples} == {(1, bytes.fromhex("00112233"))}


def test_the_bits_of_the_table_are_the_bits_of_the_block() -> None:
    rows = re.findall(r"^\| +\d \| [^|]*\| (`[01 ]+`[^|]*)\|", SPEC, re.MULTILINE)
    table = ["".join(re.findall(r"`([01 ]+)`", row)).replace(" ", "") for row in rows]
    assert len(table) == 15
    for kind, begin, end, count in (("block", 0, 10, 123), ("channels", 10, 15, 95)):
        bits = "".join(table[begin:end])
        data = example(kind)[36:]
        assert len(bits) == count
        assert f"{int.from_bytes(data):0{8 * len(data)}b}".startswith(bits)


def test_the_block_of_two_channels() -> None:
    samples, length = read_block(example("channels"))
    assert length == len(example("channels")) == 48
    assert [(s.seq, s.status, *s.values) for s in samples] == [
        (70, 0, 6512, 456),
        (71, 0, 6513, 455),
        (72, 0, 6513, 901),
        (73, 5),
        (74, 0, 6540, 452),
    ]
    assert {s.stream for s in samples} == {1}
    assert [s.time_us for s in samples] == [3_000_000 + i * 1_000_000 for i in range(5)]


def test_the_bits_behind_the_last_sample_mean_nothing() -> None:
    block = bytearray(example("block"))
    block[-1] ^= 0b11111
    assert read_block(bytes(block)) == read_block(example("block"))
    block[-1] ^= 0b100000
    with pytest.raises(Broken):
        read_block(bytes(block))


def test_the_superblock_record() -> None:
    assert read_record(example("superblock")) == Superblock(2, 1010, 1, 0x1122334455667788, 75)


def test_the_crc() -> None:
    assert crc16(b"123456789") == 0x31C3
