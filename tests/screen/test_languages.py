"""The texts: every one translated, and the compiled files made from the present sources."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from fwgen.screen import __file__ as package

pytestmark = pytest.mark.needs("qt")
ROOT = Path(__file__).parents[2]
I18N = Path(package).parent / "i18n"
LANGUAGES = ("de", "fr")
TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources after scripts/translate."""
    tree = tmp_path_factory.mktemp("tree")
    for folder in ("fwgen/screen/qml", "fwgen/screen/i18n"):
        shutil.copytree(ROOT / folder, tree / folder)
    (tree / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts/translate", tree / "scripts/translate")
    subprocess.run([script, TOOLS], check=True)
    return tree / "fwgen/screen/i18n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_and_compiled_texts_are_current(language: str, updated: Path) -> None:
    """If not: `scripts/translate`, translate what is new, and again."""
    for ending in ("ts", "qm"):
        name = f"fwgen_screen_{language}.{ending}"
        assert (updated / name).read_bytes() == (I18N / name).read_bytes(), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_places(language: str) -> None:
    root = ElementTree.parse(I18N / f"fwgen_screen_{language}.ts").getroot()
    messages = root.findall(".//message")
    assert len(messages) > 40
    for message in messages:
        source, translation = message.findtext("source"), message.find("translation")
        assert source and translation is not None and translation.text, source
        assert translation.get("type") is None, f"{source}: {translation.get('type')}"
        assert sorted(re.findall("%[0-9]", source)) == sorted(
            re.findall("%[0-9]", translation.text)
        )


@pytest.mark.parametrize(
    ("language", "distance", "percent", "clock", "words"),
    [
        ("en_GB", "1.765 m", "1%", "17:00:22", {"Sleep", "awake", "live"}),
        ("en_US", "69.5 in", "1%", "5:00:22 PM", {"Sleep", "awake", "live"}),
        ("fr_FR", "1,765 m", "1\u00a0%", "17:00:22", {"Mettre en veille", "éveillé", "en direct"}),
        ("de_DE", "1,765 m", "1\u00a0%", "17:00:22", {"Schlafen", "wach", "live"}),
        ("ja_JP", "1.765 m", "1\u00a0%", "17:00:22", {"Sleep", "awake", "live"}),
    ],
)
def test_texts_and_units_are_the_locale_s(
    language: str, distance: str, percent: str, clock: str, words: set[str]
) -> None:
    from PySide6.QtCore import QLocale
    from PySide6.QtQuick import QQuickItem

    from fwgen.screen.app import Screen, application
    from fwgen.screen.model import shown
    from tests.screen.scenes import live

    board = live()
    screen = Screen(board, locale=QLocale(language), scheme="dark", still=True)
    screen.show()
    application().processEvents()
    said = shown(board, screen.figures)
    assert f"{said['distance']} {said['unit']}" == distance
    assert (said["log"], said["clock"]) == (percent, clock)
    found = {str(each.property("text")) for each in screen.window.findChildren(QQuickItem)}
    screen.close()
    assert words <= found
