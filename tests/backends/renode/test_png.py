"""Pictures of the display, read by the PNG specification."""

from __future__ import annotations

import struct
import zlib

import pytest

from fwgen.backends.renode.png import DARK, LIT, SCALE, png_of


def chunks(png: bytes) -> dict[bytes, bytes]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", png, at + 8 + length)
        assert check == zlib.crc32(kind + content)
        found[kind] = content
        at += 12 + length
    return found


def test_each_pixel_is_in_the_file() -> None:
    width, height = 16, 2
    png = chunks(png_of(b"\x80\x01" + b"\x00\xff", width, height))
    assert struct.unpack(">IIBBBBB", png[b"IHDR"]) == (16 * SCALE, 2 * SCALE, 1, 3, 0, 0, 0)
    assert png[b"PLTE"] == bytes([*DARK, *LIT])
    rows = zlib.decompress(png[b"IDAT"])
    row_bytes = 1 + width * SCALE // 8
    assert len(rows) == row_bytes * height * SCALE
    lit = set()
    for y in range(height * SCALE):
        row = rows[y * row_bytes : (y + 1) * row_bytes]
        assert row[0] == 0, "no filter"
        for x in range(width * SCALE):
            if row[1 + x // 8] & 0x80 >> x % 8:
                lit.add((x // SCALE, y // SCALE))
    assert lit == {(0, 0), (15, 0), *((x, 1) for x in range(8, 16))}
    assert list(png) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


def test_a_picture_of_another_size_is_rejected() -> None:
    with pytest.raises(ValueError, match="expected 4 bytes for 16 x 2 pixels, found 2"):
        png_of(b"ab", 16, 2)
