"""The screen's pictures: compared with golden/, and that the comparison finds what is missing."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.needs("qt")
NAMES = (
    *("live-large", "live-small", "asleep-large", "asleep-small", "backlog-large"),
    *("backlog-small", "no-link-small", "other-spec-small", "nearly-full-large"),
    *("no-service-small", "two-sensors-large", "two-sensors-small", "climate-small"),
    *("two-sensors-backlog-large", "two-sensors-tiny", "humidity-middle", "humidity-tiny"),
)


def golden(name: str):  # type: ignore[no-untyped-def]
    from PySide6.QtGui import QImage

    from tests.screen import pictures

    found = QImage(str(pictures.GOLDEN / f"{name}.png"))
    assert not found.isNull(), name
    return found


def test_all_pictures_are_compared() -> None:
    from tests.screen import pictures

    assert sorted(NAMES) == sorted(pictures.PICTURES)
    assert {path.stem for path in pictures.GOLDEN.glob("*.png")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_as_it_was(name: str) -> None:
    """If the change is wanted: `python -m tests.screen.pictures`, and look at golden/."""
    from tests.screen import pictures

    assert pictures.differences(pictures.picture(name), golden(name)) == []


@pytest.mark.parametrize("hidden", ["sleep", "moon", "number", "date", "caption", "curve", "wake"])
def test_the_comparison_finds_what_is_missing(hidden: str) -> None:
    from tests.screen import pictures

    assert pictures.differences(pictures.picture("live-small", hidden), golden("live-small"))


def test_the_picture_of_the_readme_is_the_screen() -> None:
    from PySide6.QtGui import QImage

    from tests.screen import pictures

    assert pictures.differences(pictures.for_docs(), QImage(str(pictures.DOCS))) == []
    assert "docs/screen.png" in (pictures.DOCS.parents[1] / "README.md").read_text("utf-8")


def test_the_hole_is_seen_to_be_filled() -> None:
    from tests.screen import pictures

    assert pictures.differences(golden("live-small"), golden("backlog-small"))


@pytest.mark.parametrize("language", ["en_GB", "en_US", "fr_FR", "de_DE"])
@pytest.mark.parametrize("size", [(1280, 720), (800, 480)])
def test_no_text_is_cut_off(language: str, size: tuple[int, int]) -> None:
    """Only what programs say (the name of a disk fault) may be too long."""
    from PySide6.QtCore import QLocale
    from PySide6.QtQuick import QQuickItem

    from fwgen.screen.app import Screen, application
    from tests.screen.scenes import SCENES

    for name, scene in SCENES.items():
        screen = Screen(scene(), locale=QLocale(language), scheme="dark", size=size, still=True)
        screen.show()
        application().processEvents()
        for each in screen.window.findChildren(QQuickItem):
            if each.property("truncated"):
                assert not each.isVisible(), f"{name}: {each.property('text')}"
        screen.close()
