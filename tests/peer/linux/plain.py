"""A board for the kernel's tests without an emulator: plain memory, a firmware's side of the rings
written from the virtio specification, and the smallest ELF file that Linux takes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from fwgen.peer.linux.kernel import Kernel, Wiring
from fwgen.peer.linux.remoteproc import Carveout

CODE, CODE_BYTES = 0x0A04_3000, 0x1D000
DATA, DATA_BYTES = 0x0A08_0000, 0x1F000
VRING0, VRING1, BUFFERS = 0x812F_8000, 0x812F_9000, 0x812F_A000
TABLE = CODE + 0x400
DDR = 0x8000_0000


class PlainMemory:
    """Two regions: on-chip memory and some DDR. Other addresses raise IndexError."""

    def __init__(self) -> None:
        self.pieces = {
            0x0A04_0000: bytearray(0x60000),
            0x8120_0000: bytearray(0x100000),
        }

    def _place(self, address: int, size: int) -> tuple[bytearray, int]:
        for start, piece in self.pieces.items():
            if start <= address and address + size <= start + len(piece):
                return piece, address - start
        raise IndexError(f"nothing at 0x{address:x}")

    def read(self, address: int, size: int) -> bytes:
        piece, at = self._place(address, size)
        return bytes(piece[at : at + size])

    def write(self, address: int, data: bytes) -> None:
        piece, at = self._place(address, len(data))
        piece[at : at + len(data)] = data

    def u16(self, address: int) -> int:
        return int.from_bytes(self.read(address, 2), "little")

    def u32(self, address: int) -> int:
        return int.from_bytes(self.read(address, 4), "little")


def vdev(
    *,
    features: int = 1,
    da: tuple[int, ...] = (0xFFFF_FFFF, 0xFFFF_FFFF),
    num: int = 8,
    align: int = 16,
    reserved: bytes = b"\0\0",
    rings: int | None = None,
) -> bytes:
    """A vdev entry with its type."""
    count = len(da) if rings is None else rings
    head = struct.pack("<IIIIIIBB2s", 3, 7, 0, features, 0, 0, 0, count, reserved)
    return head + b"".join(struct.pack("<IIIII", at, align, num, 0, 0) for at in da)


def carveout(name: bytes, da: int, size: int) -> bytes:
    return struct.pack("<IIIIII32s", 0, da, 0, size, 0, 0, name)


def table(*entries: bytes, version: int = 1, reserved: int = 0) -> bytes:
    head = 16 + 4 * len(entries)
    offsets, at = [], head
    for entry in entries:
        offsets.append(at)
        at += len(entry)
    words = struct.pack(f"<IIII{len(entries)}I", version, len(entries), reserved, 0, *offsets)
    return words + b"".join(entries)


@dataclass
class Part:
    """A section that is also a segment, unless `load` is False."""

    name: str
    address: int
    content: bytes
    memory_bytes: int | None = None
    load: bool = True


def elf(*parts: Part, functions: dict[str, tuple[int, int]] | None = None) -> bytes:
    names = b"\0" + b"".join(part.name.encode() + b"\0" for part in parts) + b".shstrtab\0"
    loaded = [part for part in parts if part.load]
    offset = 52 + 32 * len(loaded)
    places: list[int] = []
    for part in parts:
        places.append(offset)
        offset += len(part.content)
    phdrs = b"".join(
        struct.pack(
            "<IIIIIIII",
            *(1, places[parts.index(part)], part.address, part.address, len(part.content)),
            len(part.content) if part.memory_bytes is None else part.memory_bytes,
            *(7, 4),
        )
        for part in loaded
    )
    symbols, strings = bytes(16), b"\0"
    for name, (value, size) in (functions or {}).items():
        symbols += struct.pack("<IIIBBH", len(strings), value | 1, size, 0x12, 0, 1)
        strings += name.encode() + b"\0"
    symbols_at, strings_at = offset, offset + len(symbols)
    names_at = strings_at + len(strings)
    headers_at = names_at + len(names)
    count = len(parts)
    headers = [bytes(40)]
    for part, place in zip(parts, places, strict=True):
        name_at = names.index(b"\0" + part.name.encode() + b"\0") + 1
        headers.append(
            struct.pack(
                "<IIIIIIIIII", name_at, 1, 2, part.address, place, len(part.content), 0, 0, 4, 0
            )
        )
    headers.append(
        struct.pack("<IIIIIIIIII", 0, 2, 0, 0, symbols_at, len(symbols), count + 2, 1, 4, 16)
    )
    headers.append(struct.pack("<IIIIIIIIII", 0, 3, 0, 0, strings_at, len(strings), 0, 0, 1, 0))
    headers.append(struct.pack("<IIIIIIIIII", 0, 3, 0, 0, names_at, len(names), 0, 0, 1, 0))
    ident = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    header = struct.pack(
        "<16sHHIIIIIHHHHHH",
        *(ident, 2, 40, 1, CODE, 52, headers_at, 0, 52, 32),
        *(len(loaded), 40, len(headers), len(headers) - 1),
    )
    body = b"".join(part.content for part in parts)
    return header + phdrs + body + symbols + strings + names + b"".join(headers)


def firmware(resource_table: bytes | None = None) -> bytes:
    """Vectors, a resource table, some data."""
    content = table(vdev()) if resource_table is None else resource_table
    return elf(
        Part(".isr_vectors", CODE, b"VECTORS!"),
        Part(".resource_table", TABLE, content),
        Part("datas", DATA, b"\x11\x22\x33\x44", memory_bytes=64),
    )


@dataclass
class FakeCore:
    """Records what is done to the core; `start` starts the firmware again."""

    happened: list[str] = field(default_factory=list)

    def start(self, vector_table: int) -> None:
        self.happened.append(f"start 0x{vector_table:x}")

    def stop(self) -> None:
        self.happened.append("stop")


def carveouts() -> list[Carveout]:
    return [
        Carveout("cm33_sram1", CODE, CODE_BYTES),
        Carveout("cm33_retram", DATA, DATA_BYTES),
        Carveout("vdev0vring0", VRING0, 0x1000),
        Carveout("vdev0vring1", VRING1, 0x1000),
        Carveout("vdev0buffer", BUFFERS, 0x6000, mapped=False),
    ]


class DeviceRing:
    """The firmware's side of a virtqueue (virtio 1.0, 2.4): num 8, align 16."""

    def __init__(self, memory: PlainMemory, address: int, num: int = 8, align: int = 16) -> None:
        self.memory, self.address, self.num = memory, address, num
        self.avail = address + 16 * num
        self.used = -(-(self.avail + 6 + 2 * num) // align) * align
        self.seen = self.done = 0

    def suppress_kicks(self, on: bool) -> None:
        self.memory.write(self.used, bytes([on, 0]))

    def wants_interrupt(self) -> bool:
        return not self.memory.u16(self.avail) & 1

    def take(self) -> tuple[int, int, int] | None:
        """Head, address, length of the next buffer that the driver made available."""
        if self.seen == self.memory.u16(self.avail + 2):
            return None
        head = self.memory.u16(self.avail + 4 + 2 * (self.seen % self.num))
        self.seen = (self.seen + 1) & 0xFFFF
        raw = self.memory.read(self.address + 16 * head, 16)
        address, length = struct.unpack("<QIHH", raw)[:2]
        return head, address, length

    def give(self, head: int, length: int) -> None:
        place = self.used + 4 + 8 * (self.done % self.num)
        self.memory.write(place, struct.pack("<II", head, length))
        self.done = (self.done + 1) & 0xFFFF
        self.memory.write(self.used + 2, struct.pack("<H", self.done))


class Firmware:
    """Speaks rpmsg over the rings of the resource table."""

    ADDRESS = 0x400

    def __init__(self, memory: PlainMemory) -> None:
        rings = TABLE + 20 + 4 + 24
        self.out = DeviceRing(memory, memory.u32(rings))
        self.inward = DeviceRing(memory, memory.u32(rings + 20))
        self.memory = memory
        self.peer = 0

    def announce(self, name: bytes = b"rpmsg-tty", destroy: bool = False) -> bool:
        return self.send(struct.pack("<32sII", name, self.ADDRESS, destroy), to=53)

    def send(self, data: bytes, to: int | None = None, claim: int | None = None) -> bool:
        """False: no buffer. `claim`: a length to lie with."""
        buffer = self.out.take()
        if buffer is None:
            return False
        head, address, _ = buffer
        size = len(data) if claim is None else claim
        destination = self.peer if to is None else to
        self.memory.write(
            address, struct.pack("<IIIHH", self.ADDRESS, destination, 0, size, 0) + data
        )
        self.out.give(head, 16 + len(data))
        return True

    def read(self, give_back: bool = True) -> bytes | None:
        buffer = self.inward.take()
        if buffer is None:
            return None
        head, address, _ = buffer
        source, _, _, size, _ = struct.unpack("<IIIHH", self.memory.read(address, 16))
        self.peer = source
        if give_back:
            self.inward.give(head, 512)
        return self.memory.read(address + 16, size)


class Bench:
    """A kernel over plain memory; `rung`: channels that it rang, in order."""

    def __init__(self) -> None:
        self.memory = PlainMemory()
        self.core = FakeCore()
        self.rung: list[int] = []
        self.log: list[str] = []
        all_ = carveouts()
        self.kernel = Kernel(
            self.memory,
            self.core,
            Wiring(all_, all_[-1], vq0_channel=0, vq1_channel=1),
            self.rung.append,
            self.log.append,
        )

    def free(self) -> list[int]:
        """The M33 has taken all rings: what was rung since the last time."""
        seen: list[int] = []
        while self.rung:
            channel = self.rung.pop(0)
            seen.append(channel)
            self.kernel.freed(channel)
        return seen

    @property
    def status(self) -> int:
        return self.memory.read(TABLE + 20 + 4 + 20, 1)[0]

    def up(self) -> Firmware:
        """Started, bound, announced; the tty is there."""
        self.kernel.start(firmware())
        self.kernel.bind()
        self.free()
        device = Firmware(self.memory)
        device.announce()
        self.kernel.rang(0)
        self.free()
        device.peer = 1024  # a firmware learns it from the first message
        return device
