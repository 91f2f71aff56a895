"""Drives the screen as a person does: needs the environment of conftest.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from fwgen.screen.app import Screen, application
from fwgen.screen.board import Board
from fwgen.screen.client import Client
from fwgen.screen.model import Model
from fwgen.screen.model import shown as shown_of
from tests.patience import wait_until

_touchscreen: list[QPointingDevice] = []


def connected(
    path: Path, *, language: str = "en_GB", pace: float = 1.0, size: tuple[int, int] = (1280, 720)
) -> Screen:
    """Return a screen that shows the service at this socket."""
    board = Board(time.monotonic, pace)
    screen = Screen(
        board,
        locale=QLocale(language),
        scheme="dark",
        size=size,
        make_model=lambda board, figures: Model(board, figures, Client(path, board)),
    )
    screen.show()
    screen.model.start(screen.curve)
    return screen


def wait(
    is_so: Callable[[], bool], what: str, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Let the screen run until something is so."""

    def run() -> None:
        application().processEvents()
        meanwhile()

    wait_until(is_so, what, meanwhile=run, look_s=0.002)


def shown(screen: Screen) -> dict[str, Any]:
    return shown_of(screen.model.board, screen.figures)


def find(screen: Screen, name: str) -> QQuickItem | None:
    """Return the item, if it is there; those of a Repeater are no children for findChild."""
    waiting = [screen.window.contentItem()]
    while waiting:
        found = waiting.pop()
        if found.objectName() == name:
            return found
        waiting += found.childItems()
    return None


def is_laid_out(screen: Screen, name: str) -> bool:
    """Return whether the item, which is not the first one of a row, is there and has its place."""
    found = find(screen, name)
    return found is not None and found.x() > 0


def item(screen: Screen, name: str) -> QQuickItem:
    found = find(screen, name)
    assert found is not None, name
    return found


def middle(screen: Screen, name: str) -> QPoint:
    there = item(screen, name)
    return there.mapToScene(QPointF(there.width() / 2, there.height() / 2)).toPoint()


def drawn(screen: Screen) -> list[str]:
    """Return the channels that have a curve."""
    return [trace.channel["name"] for trace in screen.curve.traces]


def click(screen: Screen, name: str = "sleep") -> None:
    where = middle(screen, name)
    QTest.mouseClick(screen.window, Qt.MouseButton.LeftButton, pos=where)


def touch(screen: Screen, name: str = "sleep") -> None:
    if not _touchscreen:
        _touchscreen.append(QTest.createTouchDevice())
    where = middle(screen, name)
    device = _touchscreen[0]
    QTest.touchEvent(screen.window, device).press(1, where, screen.window).commit()
    QTest.touchEvent(screen.window, device).release(1, where, screen.window).commit()


def press(screen: Screen, letter: str) -> None:
    QTest.keyClick(screen.window, Qt.Key[f"Key_{letter}"])


def tab_and_space(screen: Screen) -> None:
    QTest.keyClick(screen.window, Qt.Key.Key_Tab)
    QTest.keyClick(screen.window, Qt.Key.Key_Space)


WAYS: dict[str, Callable[[Screen], None]] = {
    "mouse": click,
    "touch": touch,
    "the key S": lambda screen: press(screen, "S"),
    "Tab and Space": tab_and_space,
}
