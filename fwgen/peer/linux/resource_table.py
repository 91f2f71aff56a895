"""The resource table of a firmware: what it asks of Linux, and what Linux answers in it.

Layouts are those of include/linux/remoteproc.h.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from fwgen.peer.linux.elf import Elf, RefusedError

RSC_CARVEOUT, RSC_DEVMEM, RSC_TRACE, RSC_VDEV = range(4)
ANY_ADDRESS: Final = 0xFFFF_FFFF
VRINGS_PER_VDEV: Final = 2
_TABLE: Final = struct.Struct("<IIII")  # version, number, two reserved words
_KIND: Final = struct.Struct("<I")
_VDEV: Final = struct.Struct("<IIIIIBB2s")
_VRING: Final = struct.Struct("<IIIII")
_CARVEOUT: Final = struct.Struct("<IIIII32s")
_DEVMEM: Final = struct.Struct("<IIIII32s")
_TRACE: Final = struct.Struct("<III32s")

# Of a vdev's entry, from its beginning behind the type
VDEV_GFEATURES: Final = 12
VDEV_STATUS: Final = 20
VDEV_VRINGS: Final = _VDEV.size
VRING_BYTES: Final = _VRING.size
VRING_DA: Final = 0
VRING_NOTIFYID: Final = 12


@dataclass(frozen=True)
class VringEntry:
    address: int
    align: int
    entries: int


@dataclass(frozen=True)
class VdevEntry:
    """`offset` of the entry, behind its type, from the table's beginning."""

    offset: int
    device_id: int
    features: int
    vrings: tuple[VringEntry, ...]


@dataclass(frozen=True)
class CarveoutEntry:
    offset: int
    address: int
    size_bytes: int
    name: str


@dataclass(frozen=True)
class Resources:
    vdevs: tuple[VdevEntry, ...]
    carveouts: tuple[CarveoutEntry, ...]
    unsupported: tuple[int, ...]
    """Types that Linux skips with a warning."""


def find_table(elf: Elf) -> bytes:
    """The table as the firmware brings it. Raises RefusedError where Linux finds no usable one."""
    section = elf.section(".resource_table")
    if section is None:
        raise RefusedError("no resource table found for this firmware")
    if section.offset + section.size_bytes > len(elf.data):
        raise RefusedError("resource table truncated")
    table = elf.contents(section)
    if len(table) < _TABLE.size:
        raise RefusedError("header-less resource table")
    version, number, first, second = _TABLE.unpack_from(table)
    if version != 1:
        raise RefusedError(f"unsupported fw ver: {version}")
    if first or second:
        raise RefusedError("non zero reserved bytes")
    if _TABLE.size + 4 * number > len(table):
        raise RefusedError("resource table incomplete")
    return table


def parse_table(table: bytes) -> Resources:
    """Every entry, checked as Linux's handlers check them; raises RefusedError."""
    number = _TABLE.unpack_from(table)[1]
    vdevs: list[VdevEntry] = []
    carveouts: list[CarveoutEntry] = []
    unsupported: list[int] = []
    for offset in struct.unpack_from(f"<{number}I", table, _TABLE.size):
        start = offset + _KIND.size
        available = len(table) - start
        if available < 0:
            raise RefusedError("rsc table is truncated")
        (kind,) = _KIND.unpack_from(table, offset)
        if kind == RSC_VDEV:
            vdevs.append(_vdev(table, start, available))
        elif kind == RSC_CARVEOUT:
            carveouts.append(_carveout(table, start, available))
        elif kind == RSC_TRACE:
            _check(available, _TRACE, table, start, 2, "trace")
        elif kind == RSC_DEVMEM:
            raise RefusedError("devmem rsc without an IOMMU")  # Linux says nothing: -EINVAL alone
        else:
            unsupported.append(kind)
    return Resources(tuple(vdevs), tuple(carveouts), tuple(unsupported))


def _vdev(table: bytes, start: int, available: int) -> VdevEntry:
    if available < _VDEV.size:
        raise RefusedError("vdev rsc is truncated")
    device_id, _, features, _, config_bytes, _, rings, reserved = _VDEV.unpack_from(table, start)
    if _VDEV.size + rings * _VRING.size + config_bytes > available:
        raise RefusedError("vdev rsc is truncated")
    if any(reserved):
        raise RefusedError("vdev rsc has non zero reserved bytes")
    if rings > VRINGS_PER_VDEV:
        raise RefusedError(f"too many vrings: {rings}")
    vrings = []
    for index in range(rings):
        address, align, entries, _, _ = _VRING.unpack_from(
            table, start + _VDEV.size + index * _VRING.size
        )
        if not entries or not align:
            raise RefusedError(f"invalid qsz ({entries}) or alignment ({align})")
        vrings.append(VringEntry(address, align, entries))
    return VdevEntry(start, device_id, features, tuple(vrings))


def _carveout(table: bytes, start: int, available: int) -> CarveoutEntry:
    _check(available, _CARVEOUT, table, start, 4, "carveout")
    address, _, size, _, _, name = _CARVEOUT.unpack_from(table, start)
    return CarveoutEntry(start, address, size, name.split(b"\0")[0].decode("ascii", "replace"))


def _check(
    available: int, layout: struct.Struct, table: bytes, start: int, reserved: int, what: str
) -> None:
    """The entry is whole and its reserved word zero."""
    if available < layout.size:
        raise RefusedError(f"{what} rsc is truncated")
    if layout.unpack_from(table, start)[reserved]:
        raise RefusedError(f"{what} rsc has non zero reserved bytes")
