"""What the reader's terminal can show: shared by everything that prints for people."""

from __future__ import annotations

import codecs
import io
import os
from dataclasses import dataclass
from typing import Final, TextIO

_PROBE: Final = "│█▒✓"
_ASCII: Final[dict[int, str]] = str.maketrans(
    {
        **{"█": "#", "▓": "%", "▒": "=", "▚": "&", "░": "/", "·": "."},
        **{"┌": "+", "┐": "+", "└": "+", "┘": "+", "┬": "+", "┴": "+", "─": "-", "│": "|"},
        **{"▏": " ", "▎": " ", "▍": " ", "▌": " ", "▋": "#", "▊": "#", "▉": "#"},
        **{
            "✓": "yes",
            "✗": "NO",
            "°": " ",
            "…": "...",
            "µ": "u",
            "\u00d7": "x",
            "\u2013": "-",
            "→": "->",
        },
    }
)


def _instead(error: UnicodeError) -> tuple[str, int]:
    """What is written where the encoding lacks a character: its like, else its number."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    like = lacking.translate(_ASCII)
    return like.encode("ascii", "backslashreplace").decode("ascii"), error.end


codecs.register_error("fwgen", _instead)


def make_safe(stream: TextIO) -> None:
    """Nothing that is printed there can fail for the terminal's encoding, nor a name of a file that
    is no UTF-8."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="fwgen")


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
