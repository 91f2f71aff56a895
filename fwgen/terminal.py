"""What the user's terminal can show: used by everything that prints for people."""

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


def _replacement(error: UnicodeError) -> tuple[str, int]:
    """Return an ASCII replacement for characters that the encoding lacks, else their number."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    similar = lacking.translate(_ASCII)
    return similar.encode("ascii", "backslashreplace").decode("ascii"), error.end


codecs.register_error("fwgen", _replacement)


def make_safe(stream: TextIO) -> None:
    """Make the stream accept any text: characters that its encoding lacks and file names that are
    not UTF-8 are replaced."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="fwgen")


@dataclass(frozen=True)
class Style:
    """`unicode`: characters beyond ASCII can be shown; `colour`: colours can."""

    unicode: bool = True
    colour: bool = False

    def paint(self, text: str, code: str) -> str:
        """Return the text in the colour of an SGR code."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def fit(self, text: str) -> str:
        """Return the text in ASCII if the terminal cannot show more."""
        return text if self.unicode else text.translate(_ASCII)


def style_of(stream: TextIO) -> Style:
    """Return the stream's style: colour only on a terminal without NO_COLOR, ASCII only if the
    encoding has no box characters."""
    colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    try:
        _PROBE.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return Style(unicode=False, colour=colour)
    return Style(unicode=True, colour=colour)


def bar(columns: float) -> str:
    """Return a bar of that many columns, rounded to an eighth; at least one eighth."""
    eighths = max(1, round(columns * 8))
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
