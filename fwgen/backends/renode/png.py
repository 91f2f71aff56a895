"""A display's picture as a PNG file, without an imaging library."""

from __future__ import annotations

import struct
import zlib
from typing import Final

LIT: Final = (0x9F, 0xD8, 0xFF)
DARK: Final = (0x05, 0x08, 0x0C)
SCALE: Final = 3
"""Width and height, in pixels of the file, of one pixel of the display."""
_PALETTE: Final = 3


def png_of(packed: bytes, width: int, height: int) -> bytes:
    """Return a PNG file. `packed`: eight pixels a byte, the leftmost in the highest bit, row by row
    from the top."""
    row_bytes = width // 8
    if len(packed) != row_bytes * height:
        raise ValueError(
            f"expected {row_bytes * height} bytes for {width} x {height} pixels, "
            f"found {len(packed)}"
        )
    rows = bytearray()
    for y in range(height):
        row = packed[y * row_bytes : (y + 1) * row_bytes]
        bits = "".join(f"{byte:08b}" for byte in row)
        wide = "".join(bit * SCALE for bit in bits)
        line = int(wide, 2).to_bytes(row_bytes * SCALE, "big")
        rows += (b"\0" + line) * SCALE
    header = struct.pack(">IIBBBBB", width * SCALE, height * SCALE, 1, _PALETTE, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes([*DARK, *LIT])),
            _chunk(b"IDAT", zlib.compress(bytes(rows), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
