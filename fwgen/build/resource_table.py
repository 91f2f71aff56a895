"""Parses a firmware's resource table: what the firmware requests, and where Linux writes its reply.

Source of the layouts: Linux include/linux/remoteproc.h. The checks have Linux's order and wording.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

SECTION: Final = ".resource_table"
VIRTIO_ID_RPMSG: Final = 7
FEATURE_NAME_SERVICE: Final = 1 << 0
"""VIRTIO_RPMSG_F_NS: the firmware announces its channels."""
ANY_ADDRESS: Final = 0xFFFF_FFFF
"""Device address that leaves the choice to Linux."""

_VERSION: Final = 1
_CARVEOUT, _DEVMEM, _TRACE, _VDEV = range(4)
_VRINGS_PER_VDEV: Final = 2
_TABLE_HEAD: Final = struct.Struct("<IIII")  # version, number, two reserved words
_KIND: Final = struct.Struct("<I")
_VDEV_ENTRY: Final = struct.Struct("<IIIIIBB2s")
_VRING_ENTRY: Final = struct.Struct("<IIIII")
_CARVEOUT_ENTRY: Final = struct.Struct("<IIIII32s")
_TRACE_ENTRY: Final = struct.Struct("<III32s")

# Where Linux writes into a vdev's entry: offsets from the first byte after its type
VDEV_GFEATURES: Final = 12
VDEV_STATUS: Final = 20
VDEV_VRINGS: Final = _VDEV_ENTRY.size
VRING_BYTES: Final = _VRING_ENTRY.size
VRING_DA: Final = 0
VRING_NOTIFYID: Final = 12


class TableError(Exception):
    """Linux refuses the table; the text is the message in its log."""


@dataclass(frozen=True)
class Vring:
    address: int
    align: int
    entries: int
    """Number of buffers."""

    @property
    def size_bytes(self) -> int:
        """As vring_size() of Linux include/uapi/linux/virtio_ring.h computes it."""
        driver = 16 * self.entries + 2 * (3 + self.entries)
        return -(-driver // self.align) * self.align + 2 * 3 + 8 * self.entries


@dataclass(frozen=True)
class Vdev:
    """`offset`: of the first byte after the entry's type, from the start of the table."""

    offset: int
    device_id: int
    features: int
    status: int
    vrings: tuple[Vring, ...]


@dataclass(frozen=True)
class Carveout:
    offset: int
    address: int
    size_bytes: int
    name: str


@dataclass(frozen=True)
class Resources:
    vdevs: tuple[Vdev, ...]
    carveouts: tuple[Carveout, ...]
    unsupported: tuple[int, ...]
    """Types of the entries that Linux skips with a warning."""


def check_head(table: bytes) -> None:
    """Check what Linux checks when it finds the table (rproc_elf_find_rsc_table).

    Raises TableError.
    """
    if len(table) < _TABLE_HEAD.size:
        raise TableError("header-less resource table")
    version, number, first, second = _TABLE_HEAD.unpack_from(table)
    if version != _VERSION:
        raise TableError(f"unsupported fw ver: {version}")
    if first or second:
        raise TableError("non zero reserved bytes")
    if _TABLE_HEAD.size + 4 * number > len(table):
        raise TableError("resource table incomplete")


def parse_table(table: bytes) -> Resources:
    """Return all entries, checked as Linux's handlers check them. Raises TableError."""
    check_head(table)
    number = _TABLE_HEAD.unpack_from(table)[1]
    vdevs: list[Vdev] = []
    carveouts: list[Carveout] = []
    unsupported: list[int] = []
    for offset in struct.unpack_from(f"<{number}I", table, _TABLE_HEAD.size):
        start = offset + _KIND.size
        available = len(table) - start
        if available < 0:
            raise TableError("rsc table is truncated")
        (kind,) = _KIND.unpack_from(table, offset)
        if kind == _VDEV:
            vdevs.append(_vdev(table, start, available))
        elif kind == _CARVEOUT:
            carveouts.append(_carveout(table, start, available))
        elif kind == _TRACE:
            _check(available, _TRACE_ENTRY, table, start, 2, "trace")
        elif kind == _DEVMEM:
            raise TableError("devmem rsc without an IOMMU")  # Linux itself logs nothing
        else:
            unsupported.append(kind)
    return Resources(tuple(vdevs), tuple(carveouts), tuple(unsupported))


def _vdev(table: bytes, start: int, available: int) -> Vdev:
    if available < _VDEV_ENTRY.size:
        raise TableError("vdev rsc is truncated")
    head = _VDEV_ENTRY.unpack_from(table, start)
    device_id, _, features, _, config_bytes, status, rings, reserved = head
    if _VDEV_ENTRY.size + rings * _VRING_ENTRY.size + config_bytes > available:
        raise TableError("vdev rsc is truncated")
    if any(reserved):
        raise TableError("vdev rsc has non zero reserved bytes")
    if rings > _VRINGS_PER_VDEV:
        raise TableError(f"too many vrings: {rings}")
    vrings = []
    for index in range(rings):
        place = start + _VDEV_ENTRY.size + index * _VRING_ENTRY.size
        address, align, entries, _, _ = _VRING_ENTRY.unpack_from(table, place)
        if not entries or not align:
            raise TableError(f"invalid qsz ({entries}) or alignment ({align})")
        vrings.append(Vring(address, align, entries))
    return Vdev(start, device_id, features, status, tuple(vrings))


def _carveout(table: bytes, start: int, available: int) -> Carveout:
    _check(available, _CARVEOUT_ENTRY, table, start, 4, "carveout")
    address, _, size, _, _, name = _CARVEOUT_ENTRY.unpack_from(table, start)
    return Carveout(start, address, size, name.split(b"\0")[0].decode("ascii", "replace"))


def _check(
    available: int, layout: struct.Struct, table: bytes, start: int, reserved: int, what: str
) -> None:
    """Raise TableError if the entry is truncated or its reserved word is not zero."""
    if available < layout.size:
        raise TableError(f"{what} rsc is truncated")
    if layout.unpack_from(table, start)[reserved]:
        raise TableError(f"{what} rsc has non zero reserved bytes")
