"""The last minutes of one or two channels as curves, one below the other over one axis of time: the
lowest and highest value for each column of pixels.

Sleeps of Linux are shaded. What arrives later is drawn into them from left to right.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Property, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtQml import QmlElement
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

from fwgen.screen.board import Board
from fwgen.screen.figures import Figures
from fwgen.screen.frame import Frame, Look, Plot
from fwgen.screen.trace import WINDOW_US, Trace
from fwgen.service.recent import BUCKET_US

QML_IMPORT_NAME = "Fwgen.Screen"
QML_IMPORT_MAJOR_VERSION = 1

_LEAST_PLOT: Final = 44
"""The height of a plot, in units: where two of them have no room there is one."""
_NAMES: Any = "QStringList"


@QmlElement
class Curve(QQuickPaintedItem):
    """`board` and `figures` are set by the model before the first frame."""

    board: Board | None = None
    figures: Figures | None = None
    sweeps = True
    """Whether a hole fills within a second, for the eye, and not at once."""

    changed = Signal()
    drawnChanged = Signal()

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self.setAntialiasing(True)
        self._accent = QColor("#3ddcb4")
        self._second = QColor("#f08bd0")
        self._text = QColor("#8b95a5")
        self._night = QColor("#5b6cff")
        self._family = ""
        self._unit = 1.0
        self._asleep_text = "%1"
        self.traces: list[Trace] = []
        self._shown_us = 0  # when it was painted last

    # ---------------------------------------------------------------------------- for QML

    def _set(name: str) -> Any:  # type: ignore[misc]
        def change(self: Curve, value: Any) -> None:
            setattr(self, name, value)
            self.update()

        return change

    accent = Property(QColor, lambda self: self._accent, _set("_accent"), notify=changed)
    second = Property(QColor, lambda self: self._second, _set("_second"), notify=changed)
    text = Property(QColor, lambda self: self._text, _set("_text"), notify=changed)
    night = Property(QColor, lambda self: self._night, _set("_night"), notify=changed)
    family = Property(str, lambda self: self._family, _set("_family"), notify=changed)
    unit = Property(float, lambda self: self._unit, _set("_unit"), notify=changed)
    asleepText = Property(str, lambda self: self._asleep_text, _set("_asleep_text"), notify=changed)
    del _set

    @Property(_NAMES, notify=drawnChanged)
    def drawn(self) -> list[str]:
        """The channels that have a curve."""
        return [trace.channel["name"] for trace in self.traces]

    @property
    def room(self) -> int:
        """How many curves there is room for."""
        least = (2 * _LEAST_PLOT + Frame.BETWEEN + Frame.AXIS) * self._unit
        return 2 if self.height() >= least else 1

    # -------------------------------------------------------------------------------- each frame

    def advance(self, passed_s: float, *, always: bool = False) -> None:
        """Let time pass; paint again if a pixel may change."""
        board = self.board
        if board is None or self.width() < 1:
            return
        always = self._choose(board) or always
        for trace in self.traces:
            always = trace.advance(passed_s, sweeps=self.sweeps) or always
        pixel_us = WINDOW_US / self.width()
        if always or abs(board.now_us - self._shown_us) > pixel_us / 2:
            self.update()

    def _choose(self, board: Board) -> bool:
        """Follow the board's choice of channels; return whether it has changed."""
        wanted = board.drawn(self.room)
        if wanted == [trace.channel for trace in self.traces]:
            return False
        old = {trace.channel["name"]: trace for trace in self.traces}
        self.traces = [
            old[one["name"]]
            if one["name"] in old and old[one["name"]].channel == one
            else Trace(board, one)
            for one in wanted
        ]
        self.drawnChanged.emit()
        return True

    def paint(self, painter: QPainter) -> None:
        board, figures = self.board, self.figures
        if board is None or figures is None or board.now_us == 0 or not self.traces:
            return
        now_us = self._shown_us = board.now_us
        look = Look(
            self._accent, self._text, self._night, self._family, self._unit, self._asleep_text
        )
        frame = Frame(painter, look, (self.width(), self.height()), now_us)
        places = frame.places(len(self.traces))
        frame.draw_bands(board)
        frame.draw_times(figures)
        for trace, (top, height) in zip(self.traces, places, strict=True):
            stretches = trace.stretches(now_us, self.width(), smooth=self.sweeps)
            main = trace.channel["name"] == board.main["name"]
            colour = self._accent if main else self._second
            plot = Plot(top, height, trace.ends, trace.channel["unit"], colour)
            frame.draw_axis(plot, figures)
            frame.draw_stretches(plot, stretches)
            if board.online and board.linux == "awake":
                pace = max(1.0, board.pace)
                frame.draw_end(plot, stretches, 3 * pace * max(BUCKET_US, trace.period_us))
