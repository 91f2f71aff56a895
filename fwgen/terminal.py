"""What the reader's terminal can show: shared by everything that prints for people."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, TextIO

_PROBE: Final = "│█▒✓"
_ASCII: Final[dict[int, str]] = str.maketrans(
    {
        **{"█": "#", "▓": "%", "▒": "=", "▚": "&", "░": "/", "·": "."},
        **{"┌": "+", "┐": "+", "└": "+", "┘": "+", "┬": "+", "┴": "+", "─": "-", "│": "|"},
        **{"▏": " ", "▎": " ", "▍": " ", "▌": " ", "▋": "#", "▊": "#", "▉": "#"},
        **{"✓": "yes", "✗": "NO", "°": " ", "…": "..."},
    }
)


@dataclass(frozen=True)
class Style:
    """Characters beyond ASCII, colours."""

    unicode: bool = True
    colour: bool = False

    def paint(self, text: str, code: str) -> str:
        """In the colour of an SGR code."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def fit(self, text: str) -> str:
        """In ASCII where the terminal has no more."""
        return text if self.unicode else text.translate(_ASCII)


def style_of(stream: TextIO) -> Style:
    """Colour on a terminal alone and not against NO_COLOR; ASCII where the encoding has no more."""
    colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    try:
        _PROBE.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return Style(unicode=False, colour=colour)
    return Style(unicode=True, colour=colour)


def bar(columns: float) -> str:
    """A bar of so many columns, to an eighth; never nothing."""
    eighths = max(1, round(columns * 8))
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
