#!/usr/bin/env python3
"""Draws the screen's two fonts: scripts/draw_fonts.py > fwgen/generate/templates/app/src/fonts.c

The small one is 5 by 7 dots and what stands below is how it looks. The figures are seven segments.
"""

from __future__ import annotations

from collections.abc import Iterator

INDENT = "\t\t  "  # of a call that goes on
SMALL_WIDTH, SMALL_HEIGHT = 6, 8
FIGURE_WIDTH, FIGURE_HEIGHT = 16, 24

# Seven rows; characters beside each other, named by the line above them.
SMALL = """
0     1     2     3     4     5     6     7     8     9
.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###.
#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...#
#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...#
#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .####
##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....#
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#.
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##..

A     B     C     D     E     F     G     H     I     J
.###. ####. .###. ####. ##### ##### .###. #...# .###. ..###
#...# #...# #...# #...# #.... #.... #...# #...# ..#.. ...#.
#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#.
##### ####. #.... #...# ####. ####. #.### ##### ..#.. ...#.
#...# #...# #.... #...# #.... #.... #...# #...# ..#.. ...#.
#...# #...# #...# #...# #.... #.... #...# #...# ..#.. #..#.
#...# ####. .###. ####. ##### #.... .#### #...# .###. .##..

K     L     M     N     O     P     Q     R     S     T
#...# #.... #...# #...# .###. ####. .###. ####. .#### #####
#..#. #.... ##.## #...# #...# #...# #...# #...# #.... ..#..
#.#.. #.... #.#.# ##..# #...# #...# #...# #...# #.... ..#..
##... #.... #.#.# #.#.# #...# ####. #...# ####. .###. ..#..
#.#.. #.... #...# #..## #...# #.... #.#.# #.#.. ....# ..#..
#..#. #.... #...# #...# #...# #.... #..#. #..#. ....# ..#..
#...# ##### #...# #...# .###. #.... .##.# #...# ####. ..#..

U     V     W     X     Y     Z     %     ,     .     -
#...# #...# #...# #...# #...# ##### ##... ..... ..... .....
#...# #...# #...# #...# #...# ....# ##..# ..... ..... .....
#...# #...# #...# .#.#. .#.#. ...#. ...#. ..... ..... .....
#...# #...# #.#.# ..#.. ..#.. ..#.. ..#.. ..... ..... #####
#...# #...# #.#.# .#.#. ..#.. .#... .#... .##.. ..... .....
#...# .#.#. #.#.# #...# ..#.. #.... #..## ..#.. .##.. .....
.###. ..#.. .#.#. #...# ..#.. ##### ...## .#... .##.. .....

a     b     c     d     e     f     g     h     i     j
..... #.... ..... ....# ..... ..##. ..... #.... ..#.. ...#.
..... #.... ..... ....# ..... .#..# .#### #.... ..... .....
.###. #.##. .###. .##.# .###. .#... #...# #.##. .##.. ..##.
....# ##..# #.... #..## #...# ###.. #...# ##..# ..#.. ...#.
.#### #...# #.... #...# ##### .#... .#### #...# ..#.. ...#.
#...# #...# #...# #...# #.... .#... ....# #...# ..#.. #..#.
.#### ####. .###. .#### .###. .#... .###. #...# .###. .##..

k     l     m     n     o     p     q     r     s     t
#.... .##.. ..... ..... ..... ..... ..... ..... ..... .#...
#.... ..#.. ..... ..... ..... ..... ..... ..... ..... .#...
#..#. ..#.. ##.#. #.##. .###. ####. .##.# #.##. .###. ###..
#.#.. ..#.. #.#.# ##..# #...# #...# #..## ##..# #.... .#...
##... ..#.. #.#.# #...# #...# ####. .#### #.... .###. .#...
#.#.. ..#.. #...# #...# #...# #.... ....# #.... ....# .#..#
#..#. .###. #...# #...# .###. #.... ....# #.... ####. ..##.

u     v     w     x     y     z     ?     :     /     (
..... ..... ..... ..... ..... ..... .###. ..... ..... ...#.
..... ..... ..... ..... ..... ..... #...# .##.. ....# ..#..
#...# #...# #...# #...# #...# ##### ....# .##.. ...#. .#...
#...# #...# #...# .#.#. #...# ...#. ...#. ..... ..#.. .#...
#...# #...# #.#.# ..#.. .#### ..#.. ..#.. .##.. .#... .#...
#..## .#.#. #.#.# .#.#. ....# .#... ..... .##.. #.... ..#..
.##.# ..#.. .#.#. #...# .###. ##### ..#.. ..... ..... ...#.

°     Ω     µ     ²     ³
.##.. ..... ..... .##.. .##..
#..#. ..... ..... #..#. ...#.
#..#. .###. #..#. ..#.. .##..
.##.. #...# #..#. .#... ...#.
..... #...# #..#. ####. .##..
..... .#.#. ###.# ..... .....
..... ##.## #.... ..... .....
"""

SIGNS = {"#": "°", "$": "Ω", "&": "µ", "*": "²", "!": "³"}
"""Codes of signs that ASCII does not have; the screen shows none of these characters."""

# Segments: a the upper one, b and c on the right, d the lower, e and f on the left, g the middle.
FIGURES = {
    "0": "abcdef", "1": "bc", "2": "abdeg", "3": "abcdg", "4": "bcfg", "5": "acdfg",
    "6": "acdefg", "7": "abc", "8": "abcdefg", "9": "abcdfg", "-": "g",
    "a": "abcefg", "e": "adefg", "f": "aefg", "l": "def", "n": "ceg", "r": "eg", "t": "defg",
    "u": "bcdef",
}  # fmt: skip
FIRST_FIGURE = "0"
THICK = 3
LEFT, RIGHT, TOP, BOTTOM = 0, 13, 1, 22


def small_glyphs() -> dict[str, list[str]]:
    glyphs: dict[str, list[str]] = {}
    for block in SMALL.strip().split("\n\n"):
        names, *rows = block.splitlines()
        for column in range(0, len(rows[0]), SMALL_WIDTH):
            glyphs[names[column]] = [row[column : column + 5] for row in rows]
    return glyphs


def in_segment(segment: str, x: int, y: int) -> bool:
    middle = (TOP + BOTTOM) / 2
    across = {"a": TOP + 1, "g": middle, "d": BOTTOM - 1}
    along = {"f": LEFT + 1, "e": LEFT + 1, "b": RIGHT - 1, "c": RIGHT - 1}
    if segment in across:
        off = abs(y - across[segment])
        return off < THICK / 2 and LEFT + 1.5 + off <= x <= RIGHT - 1.5 - off
    off = abs(x - along[segment])
    low, high = (TOP, middle) if segment in "bf" else (middle, BOTTOM)
    return off < THICK / 2 and low + 1 + off <= y <= high - 1 - off


def figure_glyph(segments: str) -> list[str]:
    return [
        "".join(
            "#" if any(in_segment(segment, x, y) for segment in segments) else "."
            for x in range(FIGURE_WIDTH)
        )
        for y in range(FIGURE_HEIGHT)
    ]


def columns(rows: list[str], width: int, height: int) -> Iterator[int]:
    """A byte for eight dots below each other, the upper one in bit 0; column by column."""
    for x in range(width):
        for page in range(0, height, 8):
            yield sum(
                1 << bit
                for bit in range(8)
                if page + bit < len(rows)
                and x < len(rows[page + bit])
                and rows[page + bit][x] == "#"
            )


def table(name: str, glyphs: list[tuple[str, list[str]]], width: int, height: int) -> str:
    lines = [f"static const uint8_t {name}[][{width * height // 8}] = {{"]
    for character, rows in glyphs:
        data = [f"0x{byte:02x}" for byte in columns(rows, width, height)]
        title = {"\\": "backslash", " ": "space"}.get(character, character)
        lines.append(f"\t/* {title} */")
        for at in range(0, len(data), 12):
            start = "\t{" if at == 0 else "\t "
            end = "}," if at + 12 >= len(data) else ","
            lines.append(start + ", ".join(data[at : at + 12]) + end)
    return "\n".join([*lines, "};"])


def main() -> None:
    known = small_glyphs()
    empty = ["....."] * 7
    codes = [chr(code) for code in range(ord(" "), ord("z") + 1)]
    small = [(SIGNS.get(code, code), known.get(SIGNS.get(code, code), empty)) for code in codes]
    figures = [(character, figure_glyph(segments)) for character, segments in FIGURES.items()]
    last = chr(ord(FIRST_FIGURE) + len(figures) - 1)
    print(
        f"""/* SPDX-License-Identifier: Apache-2.0 */
/* Drawn by scripts/draw_fonts.py. */
#include "fonts.h"

#include <string.h>

#include <zephyr/display/cfb.h>

/* clang-format off */
{table("figures", figures, FIGURE_WIDTH, FIGURE_HEIGHT)}

{table("small", small, SMALL_WIDTH, SMALL_HEIGHT)}
/* clang-format on */

FONT_ENTRY_DEFINE(font_1_figures, FONT_FIGURES_WIDTH, FONT_FIGURES_HEIGHT, CFB_FONT_MONO_VPACKED,
{INDENT}figures, '{FIRST_FIGURE}', '{last}');
FONT_ENTRY_DEFINE(font_2_small, FONT_SMALL_WIDTH, FONT_SMALL_HEIGHT, CFB_FONT_MONO_VPACKED, small,
{INDENT}' ', 'z');

char font_figure(char character)
{{
	static const char order[] = "{"".join(FIGURES)}";
	const char *found = strchr(order, character);

	return found != NULL && character != '\\0' ? (char)('{FIRST_FIGURE}' + (found - order)) : ' ';
}}"""
    )


if __name__ == "__main__":
    main()
