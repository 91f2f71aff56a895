"""What remoteproc reads in a firmware file, and what it refuses in Linux's words."""

from __future__ import annotations

import struct

import pytest

from fwgen.peer.linux.elf import Elf, RefusedError
from tests.peer.linux.plain import CODE, Part, elf, firmware


def patched(at: int, content: bytes) -> bytes:
    image = bytearray(firmware())
    image[at : at + len(content)] = content
    return bytes(image)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (b"", "Image is too small"),
        (firmware()[:51], "Image is too small"),
        (patched(0, b"\x7fELG"), "Image is corrupted (bad magic)"),
        (patched(4, b"\x03"), "Unsupported class: 3"),
        (patched(4, b"\x02"), "a Cortex-M33 has no 64-bit firmware"),
        (patched(5, b"\x02"), "Unsupported firmware endianness"),
        (patched(32, struct.pack("<I", len(firmware()))), "Image is too small"),
        (patched(44, b"\0\0"), "No loadable segments"),
        (patched(28, struct.pack("<I", len(firmware()) + 1)), "Firmware size is too small"),
    ],
)
def test_files_that_linux_refuses(image: bytes, message: str) -> None:
    with pytest.raises(RefusedError, match=f"^{message}$".replace("(", r"\(").replace(")", r"\)")):
        Elf(image)


def test_segments_and_sections() -> None:
    image = Elf(elf(Part(".isr_vectors", CODE, b"abcd"), Part("rest", CODE + 64, b"ef", 10)))
    assert [(part.address, part.file_bytes, part.memory_bytes) for part in image.segments] == [
        (CODE, 4, 4),
        (CODE + 64, 2, 10),
    ]
    section = image.section("A0", ".isr_vectors")
    assert section is not None
    assert image.contents(section) == b"abcd"
    assert image.section("none") is None


def test_a_segment_table_beyond_the_file_is_refused() -> None:
    size = len(firmware())
    with pytest.raises(RefusedError):
        _ = Elf(patched(28, struct.pack("<I", size - 8))).segments


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (CODE - 1, ""),
        (CODE, "first"),
        (CODE + 9, "first"),
        (CODE + 10, ""),
        (CODE + 16, "second"),
        (CODE + 40, ""),
    ],
)
def test_function_of_an_address(address: int, name: str) -> None:
    functions = {"second": (CODE + 16, 8), "first": (CODE, 10)}
    image = Elf(elf(Part("text", CODE, bytes(64)), functions=functions))
    assert image.function_at(address) == name


def test_without_symbols_there_are_no_names() -> None:
    assert Elf(elf(Part("text", CODE, bytes(64)))).function_at(CODE) == ""
