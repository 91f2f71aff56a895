"""Reads display pictures from the PNG files that fwgen has written."""

from __future__ import annotations

import struct
import zlib

from fwgen.backends.renode.png import SCALE

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class NotAGoldenError(Exception):
    """The file was not written by fwgen."""


def read_picture(png: bytes) -> bytes:
    """Return eight pixels a byte, the leftmost in the highest bit, row by row from the top.

    Raises NotAGoldenError."""
    chunks = dict(_chunks(png))
    try:
        width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
        rows = zlib.decompress(chunks[b"IDAT"])
    except (KeyError, struct.error, zlib.error) as error:
        raise NotAGoldenError(f"the PNG file is incomplete: {error}") from error
    line_bytes = width // 8 + 1
    if (depth, kind) != (1, 3) or len(rows) != line_bytes * height or any(rows[::line_bytes]):
        raise NotAGoldenError("expected a PNG file of fwgen's (one bit a pixel, no filter)")
    packed = bytearray()
    for y in range(0, height, SCALE):
        line = rows[y * line_bytes + 1 : (y + 1) * line_bytes]
        bits = "".join(f"{byte:08b}" for byte in line)[::SCALE]
        packed += int(bits, 2).to_bytes(len(bits) // 8, "big")
    return bytes(packed)


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    if not png.startswith(_SIGNATURE):
        raise NotAGoldenError("this is not a PNG file")
    found, at = [], len(_SIGNATURE)
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += 12 + size
    return found
