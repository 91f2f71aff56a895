"""The resource table as Linux reads it (include/linux/remoteproc.h, struct resource_table)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

VERSION = 1
RSC_VDEV = 3
VIRTIO_ID_RPMSG = 7
FEATURE_NAME_SERVICE = 1 << 0
"""VIRTIO_RPMSG_F_NS: the firmware announces its channels."""

ANY_ADDRESS = 0xFFFF_FFFF
"""Linux chooses the place."""

_HEADER = struct.Struct("<4I")
_VDEV = struct.Struct("<5I2B2s")
_VRING = struct.Struct("<5I")

_KINDS = {0: "carveout", 1: "devmem", 2: "trace", RSC_VDEV: "vdev"}


class TableError(Exception):
    """What Linux would refuse, in a sentence."""


@dataclass(frozen=True)
class Vring:
    address: int
    align_bytes: int
    buffers: int
    notify_id: int

    @property
    def size_bytes(self) -> int:
        """vring_size() of include/uapi/linux/virtio_ring.h."""
        if not self.align_bytes:
            return 0
        driver = 16 * self.buffers + 2 * (3 + self.buffers)
        return -(-driver // self.align_bytes) * self.align_bytes + 2 * 3 + 8 * self.buffers


@dataclass(frozen=True)
class Vdev:
    id: int
    features: int
    status: int
    vrings: tuple[Vring, ...]


@dataclass(frozen=True)
class ResourceTable:
    """`others`: kinds of the entries beside the vdevs."""

    size_bytes: int
    vdevs: tuple[Vdev, ...]
    others: tuple[str, ...]


def parse(data: bytes) -> ResourceTable:
    """Raises TableError where Linux's rproc_elf_find_rsc_table or rproc_handle_resources would."""
    if len(data) < _HEADER.size:
        raise TableError(f"{len(data)} bytes are no header (Linux: `header-less resource table`)")
    version, count, *reserved = _HEADER.unpack_from(data)
    if version != VERSION:
        raise TableError(f"version {version} (Linux: `unsupported fw ver: {version}`)")
    if any(reserved):
        raise TableError("reserved words are not zero (Linux: `non zero reserved bytes`)")
    end = _HEADER.size + 4 * count
    if end > len(data):
        raise TableError(f"{count} entries do not fit (Linux: `resource table incomplete`)")
    vdevs: list[Vdev] = []
    others: list[str] = []
    for offset in struct.unpack_from(f"<{count}I", data, _HEADER.size):
        if offset + 4 > len(data):
            raise TableError(f"an entry at {offset} (Linux: `rsc table is truncated`)")
        (kind,) = struct.unpack_from("<I", data, offset)
        if kind == RSC_VDEV:
            vdevs.append(_vdev(data, offset + 4))
        else:
            others.append(_KINDS.get(kind, f"kind {kind}"))
    return ResourceTable(len(data), tuple(vdevs), tuple(others))


def _vdev(data: bytes, at: int) -> Vdev:
    """`at`: behind the entry's kind."""
    if at + _VDEV.size > len(data):
        raise TableError("a vdev is cut off (Linux: `vdev rsc is truncated`)")
    number, _, features, _, config_bytes, status, rings, reserved = _VDEV.unpack_from(data, at)
    at += _VDEV.size
    if at + _VRING.size * rings + config_bytes > len(data):
        raise TableError("a vdev is cut off (Linux: `vdev rsc is truncated`)")
    if any(reserved):
        raise TableError("the vdev's reserved bytes are not zero (Linux refuses it)")
    vrings = []
    for index in range(rings):
        address, align, buffers, notify_id, _ = _VRING.unpack_from(data, at + _VRING.size * index)
        vrings.append(Vring(address, align, buffers, notify_id))
    return Vdev(number, features, status, tuple(vrings))
