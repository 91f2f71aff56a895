"""Renders scenes offscreen; `python -m tests.screen.pictures FOLDER` writes them all.

With a fixed time zone, font, size and time, so that they can be compared.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["TZ"] = "UTC"
time.tzset()

from PySide6.QtCore import QLocale  # noqa: E402
from PySide6.QtGui import QImage  # noqa: E402

from fwgen.screen.app import Screen, application  # noqa: E402
from fwgen.screen.board import Board  # noqa: E402
from tests.screen.scenes import SCENES  # noqa: E402

SIZES = ((1280, 720), (800, 480))
LANGUAGES = ("en_GB", "fr_FR", "de_DE")


def render(board: Board, size: tuple[int, int], scheme: str, language: str) -> QImage:
    """Return the screen's picture."""
    screen = Screen(board, locale=QLocale(language), scheme=scheme, size=size)
    screen.curve.sweeps = False
    screen.show()
    application().processEvents()
    screen.curve.advance(0, always=True)
    image = screen.window.grabWindow()
    screen.close()
    return image


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in SCENES.items():
        for size in SIZES:
            for scheme in ("dark", "light"):
                image = render(scene(), size, scheme, "en_GB")
                image.save(str(folder / f"{name}-{size[0]}-{scheme}-en.png"))
        for language in LANGUAGES[1:]:
            image = render(scene(), SIZES[1], "dark", language)
            image.save(str(folder / f"{name}-800-dark-{language[:2]}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
