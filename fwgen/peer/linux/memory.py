"""The memory interface of the layers above: bytes at the M33's addresses."""

from __future__ import annotations

from typing import Protocol


class Memory(Protocol):
    """Linux's view. It is always accessible: DDR is closed only while Linux sleeps."""

    def read(self, address: int, size: int) -> bytes: ...

    def write(self, address: int, data: bytes) -> None: ...


def read_u16(memory: Memory, address: int) -> int:
    return int.from_bytes(memory.read(address, 2), "little")


def read_u32(memory: Memory, address: int) -> int:
    return int.from_bytes(memory.read(address, 4), "little")


def write_u16(memory: Memory, address: int, value: int) -> None:
    memory.write(address, value.to_bytes(2, "little"))


def write_u32(memory: Memory, address: int, value: int) -> None:
    memory.write(address, value.to_bytes(4, "little"))
