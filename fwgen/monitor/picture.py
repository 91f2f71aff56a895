"""The display as text, as large as fits the terminal."""

from __future__ import annotations

from typing import Final

from fwgen.live import View

_BRAILLE: Final = 0x2800
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each of a character's eight dots, row by row (Unicode, chapter 21.1)."""


def display_lines(view: View, columns: int, lines: int) -> list[str]:
    """Return lines with one pixel per column and two per line, or two and four to fit."""
    blocks = view.half_blocks.rstrip("\n").split("\n")
    width = len(blocks[0])
    if not view.picture or (width <= columns and len(blocks) <= lines):
        return blocks
    return braille(view.picture, width)


def braille(picture: bytes, width: int) -> list[str]:
    """Return lines of braille characters. `picture`: eight pixels a byte, the leftmost in the
    highest bit, row by row from the top."""
    height = len(picture) * 8 // width

    def dots(left: int, top: int) -> int:
        found = 0
        for y, pair in enumerate(_DOTS):
            for x, dot in enumerate(pair):
                place = (top + y) * width + left + x
                if picture[place // 8] & 0x80 >> place % 8:
                    found |= dot
        return found

    return [
        "".join(chr(_BRAILLE + dots(left, top)) for left in range(0, width, 2))
        for top in range(0, height, 4)
    ]
