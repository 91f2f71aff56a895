"""Where a part of a YAML scalar is in the text of the document.

YAML changes only the white space of a scalar (it folds lines, and removes indents), unless the
scalar has escapes. So the n-th character that is not white space is the same in the file and in
the value, and each word has an exact place in the file.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+)*")
"""An anchor and a tag."""
_HEADER: Final = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?")
"""The first line of a block scalar."""


class Span(NamedTuple):
    """A part of a text: characters, from `start`, which counts from 0."""

    start: int
    length: int


def locate(source: str, value: str, part: Span) -> Span | None:
    """Return where a part of a scalar's value is in `source`, the scalar as it is in the file, from
    its first character to its end. None: not known, because the scalar has escapes.

    The white space of `value` may differ from that of the file, and may be reduced.
    """
    begin, end = _content(source)
    places = [at for at in range(begin, end) if not source[at].isspace()]
    if "".join(source[at] for at in places) != "".join(value.split()):
        return None
    before = len("".join(value[: part.start].split()))
    length = len("".join(value[part.start : part.start + part.length].split()))
    if not length:
        return None
    first, last = places[before], places[before + length - 1]
    return Span(first, last + 1 - first)


def _content(source: str) -> tuple[int, int]:
    """Return begin and end of what is not an anchor, a tag, a quote or a block scalar's header."""
    begin, end = 0, len(source)
    if found := _PROPERTIES.match(source):
        begin = found.end()
    if found := _HEADER.match(source, begin):
        return found.end(), end
    if source[begin : begin + 1] in ("'", '"'):
        return begin + 1, end - 1
    return begin, end
