"""Linux's checks of a resource table, in its words."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

import fwgen
from fwgen.peer.linux.elf import Elf, RefusedError
from fwgen.peer.linux.resource_table import find_table, parse_table
from tests.peer.linux.plain import CODE, Part, carveout, elf, firmware, table, vdev

SOURCES = Path(fwgen.__file__).parent


def test_a_table_with_all_entries_that_linux_supports() -> None:
    trace = struct.pack("<IIII32s", 2, 0x1000, 64, 0, b"trace")
    resources = parse_table(table(carveout(b"shm", 0x81200000, 0x1000), vdev(), trace))
    assert [(item.name, item.address, item.size_bytes) for item in resources.carveouts] == [
        ("shm", 0x81200000, 0x1000)
    ]
    (device,) = resources.vdevs
    assert (device.device_id, device.features) == (7, 1)
    assert [(ring.address, ring.align, ring.entries) for ring in device.vrings] == [
        (0xFFFFFFFF, 16, 8),
        (0xFFFFFFFF, 16, 8),
    ]


def test_types_that_linux_does_not_support_are_skipped() -> None:
    assert parse_table(table(struct.pack("<I", 9), vdev())).unsupported == (9,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (vdev()[:-1], "vdev rsc is truncated"),
        (vdev()[:20], "vdev rsc is truncated"),
        (vdev(reserved=b"\0\x01"), "vdev rsc has non zero reserved bytes"),
        (vdev(da=(0, 0, 0)), "too many vrings: 3"),
        (vdev(num=0), r"invalid qsz \(0\) or alignment \(16\)"),
        (vdev(align=0), r"invalid qsz \(8\) or alignment \(0\)"),
        (carveout(b"a", 0, 1)[:-1], "carveout rsc is truncated"),
        (struct.pack("<IIIIII32s", 0, 0, 0, 1, 0, 1, b"a"), "carveout rsc has non zero"),
        (struct.pack("<IIII32s", 2, 0, 0, 1, b"t"), "trace rsc has non zero reserved bytes"),
        (struct.pack("<IIIIII32s", 1, 0, 0, 0, 0, 0, b"d"), "devmem"),
    ],
)
def test_entries_that_linux_refuses(content: bytes, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        parse_table(table(content))


def test_an_entry_after_the_end() -> None:
    content = bytearray(table(vdev()))
    content[16:20] = struct.pack("<I", len(content))
    with pytest.raises(RefusedError, match="rsc table is truncated"):
        parse_table(bytes(content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (table(vdev())[:15], "header-less resource table"),
        (table(vdev(), version=2), "unsupported fw ver: 2"),
        (table(vdev(), reserved=1), "non zero reserved bytes"),
        (table()[:4] + struct.pack("<III", 1, 0, 0), "resource table incomplete"),
    ],
)
def test_tables_that_linux_does_not_find(content: bytes, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        find_table(Elf(firmware(content)))


def test_no_table_at_all() -> None:
    with pytest.raises(RefusedError, match="no resource table found"):
        find_table(Elf(elf(Part(".isr_vectors", CODE, b"abcd"))))


def test_the_layout_is_defined_once() -> None:
    """The audit before Linux sees the table and the emulated Linux read it with the same code."""
    formats = [
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if "fw ver" in path.read_text(encoding="utf-8")
    ]
    assert formats == ["build/resource_table.py"]
