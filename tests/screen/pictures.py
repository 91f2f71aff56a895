"""Renders scenes offscreen and compares them with the pictures in golden/.

    python -m tests.screen.pictures          # write golden/ and docs/screen.png again; look at them
    python -m tests.screen.pictures FOLDER   # all scenes, sizes, languages and colours

Needs the environment of conftest.py; run as a program it sets it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    from tests.screen.conftest import ENVIRONMENT

    os.environ.update(ENVIRONMENT)
    time.tzset()

from PySide6.QtCore import QLocale
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickItem

from fwgen.screen.app import Screen, application
from fwgen.screen.board import Board
from tests.screen.scenes import SCENES

GOLDEN: Final = Path(__file__).parent / "golden"
DOCS: Final = Path(__file__).parents[2] / "docs/screen.png"
LARGE, MIDDLE, SMALL, TINY = (1280, 720), (1024, 600), (800, 480), (480, 272)
LANGUAGES: Final = ("en_GB", "fr_FR", "de_DE")
PICTURES: Final = {
    "live-large": ("live", LARGE, "dark", "en_GB"),
    "live-small": ("live", SMALL, "light", "de_DE"),
    "asleep-large": ("asleep", LARGE, "dark", "de_DE"),
    "asleep-small": ("asleep", SMALL, "light", "fr_FR"),
    "backlog-large": ("backlog", LARGE, "light", "en_US"),
    "backlog-small": ("backlog", SMALL, "dark", "fr_FR"),
    "no-link-small": ("no_link", SMALL, "dark", "en_GB"),
    "other-spec-small": ("other_spec", SMALL, "light", "fr_FR"),
    "nearly-full-large": ("nearly_full", LARGE, "light", "fr_FR"),
    "two-sensors-large": ("two_sensors", LARGE, "dark", "en_GB"),
    "two-sensors-small": ("two_sensors", SMALL, "light", "de_DE"),
    "two-sensors-backlog-large": ("two_sensors_backlog", LARGE, "dark", "en_GB"),
    "two-sensors-tiny": ("two_sensors", TINY, "dark", "en_GB"),
    "humidity-middle": ("humidity_chosen", MIDDLE, "light", "en_US"),
    "humidity-tiny": ("humidity_chosen", TINY, "light", "en_GB"),
    "climate-small": ("climate_alone", SMALL, "dark", "en_GB"),
    "no-service-small": ("no_service", SMALL, "dark", "de_DE"),
}
_TILE: Final = 8
_MOST_DIFFERENCE: Final = 28.0
"""Mean difference of a colour, 0 to 255, over a tile: other versions of FreeType draw the edges of
letters differently, by half of this at most; a missing dot or letter is more."""


def render(
    board: Board, size: tuple[int, int], scheme: str, language: str, hidden: str = ""
) -> QImage:
    """Return the screen's picture. `hidden`: the name of an item that is left out."""
    screen = Screen(board, locale=QLocale(language), scheme=scheme, size=size, still=True)
    if hidden:
        item = screen.window.findChild(QQuickItem, hidden)
        assert isinstance(item, QQuickItem), hidden
        item.setVisible(False)
    screen.show()
    application().processEvents()
    screen.curve.advance(0, always=True)
    image = screen.window.grabWindow().convertToFormat(QImage.Format.Format_RGB32)
    screen.close()
    return image


def picture(name: str, hidden: str = "") -> QImage:
    scene, size, scheme, language = PICTURES[name]
    return render(SCENES[scene](), size, scheme, language, hidden)


def for_docs() -> QImage:
    """Return the picture of README and docs/screen.md."""
    return render(SCENES["backlog"](), LARGE, "dark", "en_GB")


def differences(image: QImage, golden: QImage) -> list[tuple[int, int, float]]:
    """Return the tiles that differ: x, y, mean difference. All, if the sizes differ."""
    import numpy as np

    if image.size() != golden.size():
        return [(0, 0, 255.0)]
    one, two = (
        np.frombuffer(each.constBits(), np.uint8).reshape(each.height(), each.width(), 4)[..., :3]
        for each in (image, golden.convertToFormat(QImage.Format.Format_RGB32))
    )
    apart = np.abs(one.astype(np.int16) - two).mean(axis=2)
    found = []
    for y in range(0, image.height(), _TILE):
        for x in range(0, image.width(), _TILE):
            mean = float(apart[y : y + _TILE, x : x + _TILE].mean())
            if mean > _MOST_DIFFERENCE:
                found.append((x, y, round(mean, 1)))
    return found


def main(folder: Path | None) -> None:
    if folder is None:
        GOLDEN.mkdir(exist_ok=True)
        for name in PICTURES:
            picture(name).save(str(GOLDEN / f"{name}.png"))
        for_docs().save(str(DOCS))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for scene, make in SCENES.items():
        for size in (LARGE, SMALL):
            for scheme in ("dark", "light"):
                for language in LANGUAGES:
                    name = f"{scene}-{size[0]}-{scheme}-{language[:2]}.png"
                    render(make(), size, scheme, language).save(str(folder / name))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
