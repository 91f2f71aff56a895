"""rings.h and peer_address.h of the core, compiled for this machine."""

from __future__ import annotations

import ctypes
import importlib.util
from ctypes import Structure, byref, c_bool, c_int64, c_uint8, c_uint32, c_uint64
from dataclasses import dataclass
from pathlib import Path

from tests.core.build import CORE, HERE, compile_c

EMPTY, BUFFER, BAD_BUFFER, BROKEN = range(4)
PAYLOAD_MAX = 496


class PeerAddress(Structure):
    """struct peer_address."""

    known: bool
    address: int
    session: int
    _fields_ = (("known", c_bool), ("address", c_uint32), ("session", c_uint32))


@dataclass(frozen=True)
class Look:
    """The result of ring_look(); `offset`: of the buffer in the shared memory, -1: none."""

    result: int
    index: int
    offset: int
    size_bytes: int


@dataclass(frozen=True)
class Message:
    source: int
    destination: int
    data: bytes


class Rings:
    def __init__(self, folder: Path) -> None:
        spec = importlib.util.find_spec("zcbor")
        assert spec is not None and spec.origin is not None
        zcbor = Path(spec.origin).parent
        sources = [HERE / "rings_glue.c", CORE / "rings.c", CORE / "peer_address.c"]
        sources += [CORE / "wire.c", *sorted((CORE / "generated").glob("*.c"))]
        sources += [zcbor / "src" / f"zcbor_{part}.c" for part in ("common", "decode", "encode")]
        library = compile_c(
            folder / "rings.so",
            sources,
            *("-O1", "-shared", "-fPIC", "-DZCBOR_CANONICAL"),
            *(f"-I{CORE / 'generated'}", f"-I{zcbor / 'include'}"),
            strict=False,
        )
        self._library = ctypes.CDLL(str(library))

    def look(
        self, ring: bytes, entries: int, shared: bytes, following: int, start: int = 0x8120_0000
    ) -> Look:
        index, offset, size = c_uint32(), c_int64(), c_uint32()
        result = self._library.glue_ring_look(
            ring,
            entries,
            c_uint64(start),
            shared,
            c_uint32(len(shared)),
            following,
            *(byref(index), byref(offset), byref(size)),
        )
        return Look(result, index.value, offset.value, size.value)

    def message(self, buffer: bytes) -> Message | None:
        source, destination = c_uint32(), c_uint32()
        out = (c_uint8 * PAYLOAD_MAX)()
        length = self._library.glue_message(
            buffer, c_uint32(len(buffer)), byref(source), byref(destination), out
        )
        if length < 0:
            return None
        return Message(source.value, destination.value, bytes(out[:length]))

    def accepts(self, peer: PeerAddress, source: int, data: bytes) -> bool:
        return bool(
            self._library.glue_accepts(byref(peer), c_uint32(source), data, c_uint32(len(data)))
        )
