"""The last minutes of the main channel as a curve: the lowest and highest value for each column of
pixels.

Sleeps of Linux are shaded. What arrives later is drawn into them from left to right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Property, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QLinearGradient, QPainter, QPen, QPolygonF
from PySide6.QtQml import QmlElement
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

from fwgen.screen.board import Board
from fwgen.screen.figures import Figures, span
from fwgen.service.recent import BUCKET_US

QML_IMPORT_NAME = "Fwgen.Screen"
QML_IMPORT_MAJOR_VERSION = 1

WINDOW_US: Final = 300_000_000
_SWEEP_S: Final = 1.4
"""A whole window that arrives at once is drawn within this time."""
_SWEEPS_FROM_US: Final = 3_000_000
_LEAST_MM: Final = 1_000.0
_LEAST_STEPS: Final = 20
"""The axis of a distance begins at 0 and has at least that length; any other one has at least so
many of the steps in which its values are shown."""
_MINUTE_US: Final = 60_000_000
_MOST_COLUMNS: Final = 600


@dataclass(frozen=True)
class Column:
    """Values of the samples in a column of pixels. `at_us`: its middle."""

    at_us: int
    low: float
    high: float


def columns(board: Board, since_us: int, until_us: int, count: int) -> Iterator[list[Column]]:
    """Yield stretches without a hole; a whole window has at most `count` columns. They keep their
    place in time when the curve moves."""
    period_us = board.status.get("firmware", {}).get("period_us") or 0
    size = max(1, -(-WINDOW_US // (BUCKET_US * max(1, count))))
    most_us = max(2 * size * BUCKET_US, 3 * period_us)
    stretch: list[Column] = []
    number, low, high = -1, 0.0, 0.0
    for bucket, (_, bucket_low, bucket_high, _) in board.recent.between(since_us, until_us):
        if bucket_low is None or bucket_high is None:
            continue
        if bucket // size == number:
            low, high = min(low, bucket_low), max(high, bucket_high)
            stretch[-1] = Column(stretch[-1].at_us, low, high)
            continue
        number, low, high = bucket // size, bucket_low, bucket_high
        at_us = number * size * BUCKET_US + size * BUCKET_US // 2
        if stretch and at_us - stretch[-1].at_us > most_us:
            yield stretch
            stretch = []
        stretch.append(Column(at_us, low, high))
    if stretch:
        yield stretch


@QmlElement
class Curve(QQuickPaintedItem):
    """`board` and `figures` are set by the model before the first frame."""

    board: Board | None = None
    figures: Figures | None = None
    sweeps = True
    """Whether a hole fills within a second, for the eye, and not at once."""

    changed = Signal()

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self.setAntialiasing(True)
        self._accent = QColor("#3ddcb4")
        self._text = QColor("#8b95a5")
        self._night = QColor("#5b6cff")
        self._ground = QColor("#0e1116")
        self._family = ""
        self._unit = 1.0
        self._asleep_text = "%1"
        self._ends = (0.0, 0.0)  # of the axis
        self.drawn_us = 0
        """The curve is drawn up to here."""
        self._shown_us = 0  # when it was painted last

    # ---------------------------------------------------------------------------- for QML

    def _set(name: str) -> Any:  # type: ignore[misc]
        def change(self: Curve, value: Any) -> None:
            setattr(self, name, value)
            self.update()

        return change

    accent = Property(QColor, lambda self: self._accent, _set("_accent"), notify=changed)
    text = Property(QColor, lambda self: self._text, _set("_text"), notify=changed)
    night = Property(QColor, lambda self: self._night, _set("_night"), notify=changed)
    ground = Property(QColor, lambda self: self._ground, _set("_ground"), notify=changed)
    family = Property(str, lambda self: self._family, _set("_family"), notify=changed)
    unit = Property(float, lambda self: self._unit, _set("_unit"), notify=changed)
    asleepText = Property(str, lambda self: self._asleep_text, _set("_asleep_text"), notify=changed)
    del _set

    # -------------------------------------------------------------------------------- each frame

    def advance(self, passed_s: float, *, always: bool = False) -> None:
        """Let time pass; paint again if a pixel may change."""
        board = self.board
        if board is None or self.width() < 1:
            return
        newest_us = board.recent.newest_us + BUCKET_US
        behind_us = newest_us - self.drawn_us
        if not self.sweeps or behind_us < _SWEEPS_FROM_US or behind_us > 2 * WINDOW_US:
            sweeping = behind_us > 2 * WINDOW_US and self.sweeps
            self.drawn_us = newest_us - WINDOW_US if sweeping else newest_us
        else:
            step_us = round(WINDOW_US / _SWEEP_S * passed_s)
            self.drawn_us = min(newest_us, self.drawn_us + max(1, step_us))
            always = True
        pixel_us = WINDOW_US / self.width()
        if always or abs(board.now_us - self._shown_us) > pixel_us / 2:
            self.update()

    def paint(self, painter: QPainter) -> None:
        board, figures = self.board, self.figures
        if board is None or figures is None or board.now_us == 0:
            return
        now_us = self._shown_us = board.now_us
        frame = _Frame(self, painter, now_us)
        stretches = list(
            columns(
                board,
                frame.since_us - WINDOW_US // 50,
                min(now_us, self.drawn_us),
                min(_MOST_COLUMNS, int(frame.width)),
            )
        )
        self._fit(stretches, board)
        frame.ends = self._ends
        frame.draw_bands(board, self._asleep_text)
        frame.draw_axes(figures)
        frame.draw_stretches(stretches)
        if board.online and board.linux == "awake":
            frame.draw_end(stretches)

    def _fit(self, stretches: list[list[Column]], board: Board) -> None:
        """Let the axis follow the curve: at once when it is new, else smoothly."""
        wanted = _ends([each for one in stretches for each in one], board.main)
        if self._ends[0] == self._ends[1] or not self.sweeps:
            self._ends = wanted
            return
        near = (wanted[1] - wanted[0]) / 1_000
        low, high = (
            end if abs(end - now) < near else now + (end - now) * 0.18
            for now, end in zip(self._ends, wanted, strict=True)
        )
        self._ends = (low, high)


def _ends(columns: list[Column], main: dict[str, Any]) -> tuple[float, float]:
    """Return the ends of the axis: of distances from 0 on, of others around the values."""
    highest = max((each.high for each in columns), default=0.0)
    if main["unit"] == "mm":
        return 0.0, max(_LEAST_MM, -(-highest * 1.12 // 500) * 500)
    lowest = min((each.low for each in columns), default=0.0)
    width = max(highest - lowest, _LEAST_STEPS * 10.0 ** -main["decimals"])
    middle = (lowest + highest) / 2
    return middle - 0.6 * width, middle + 0.66 * width


class _Frame:
    """One picture of the curve. The space under it is for the times of day."""

    def __init__(self, item: Curve, painter: QPainter, now_us: int) -> None:
        self._painter = painter
        self._item = item
        self._u = item._unit
        self.width = item.width()
        self._height = item.height() - 26 * self._u
        self._now_us = now_us
        self.since_us = now_us - WINDOW_US
        self._pace = max(1.0, item.board.pace) if item.board else 1.0
        self.ends = (0.0, _LEAST_MM)
        self._unit = item.board.main["unit"] if item.board else ""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(item._family)
        font.setPixelSize(max(13, round(15 * self._u)))
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        self._font = font

    def _x(self, at_us: float) -> float:
        return (at_us - self.since_us) / WINDOW_US * (self.width - 10 * self._u)

    def _y(self, value: float) -> float:
        low, high = self.ends
        return self._height * (high - value) / (high - low)

    def draw_bands(self, board: Board, label: str) -> None:
        now_us, since_us = self._now_us, board.asleep_since_us
        for nap in board.naps:
            if nap.end_us > self.since_us:
                self._draw_band(nap.start_us, nap.end_us, label.replace("%1", span(nap.slept_s)))
        if since_us is not None:
            text = label.replace("%1", span((now_us - since_us) / 1e6))
            self._draw_band(since_us, now_us, text)

    def _draw_band(self, start_us: int, end_us: int, text: str) -> None:
        left, right = max(0.0, self._x(start_us)), self._x(end_us)
        painter, night = self._painter, QColor(self._item._night)
        fade = QLinearGradient(0, 0, 0, self._height)
        for at, alpha in ((0.0, 0.30), (1.0, 0.06)):
            night.setAlphaF(alpha)
            fade.setColorAt(at, night)
        painter.fillRect(QRectF(left, 0, right - left, self._height), QBrush(fade))
        night.setAlphaF(0.9)
        painter.fillRect(QRectF(left, 0, right - left, 2 * self._u), night)
        painter.setFont(self._font)
        left = max(left, 64 * self._u)  # the axis' numbers are there
        room = QRectF(left, 8 * self._u, max(0.0, right - left), 24 * self._u)
        needs = painter.fontMetrics().horizontalAdvance(text)
        if needs < room.width() - 8 * self._u:
            painter.setPen(QPen(night))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def draw_axes(self, figures: Figures) -> None:
        painter, text = self._painter, self._item._text
        painter.setFont(self._font)
        line = QColor(text)
        line.setAlphaF(0.18)
        painter.setPen(QPen(line, 1))
        ticks = figures.ticks(*self.ends, self._unit)
        ticks = [value for value in ticks if self._y(value) > 18 * self._u]  # room for the number
        for value in (self.ends[0], *ticks):
            y = round(self._y(value)) - 0.5
            painter.drawLine(QPointF(0, y), QPointF(self.width, y))
        painter.setPen(QPen(text))
        for value in ticks:
            room = QRectF(0, self._y(value) - 20 * self._u, 120 * self._u, 20 * self._u)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft, figures.tick(value, self._unit))
        minute_us = -(-self.since_us // _MINUTE_US) * _MINUTE_US
        while minute_us < self._now_us:
            x, half = self._x(minute_us), 60 * self._u
            if half / 2 < x < self.width - half / 2:
                room = QRectF(x - half, self._height + 6 * self._u, 2 * half, 20 * self._u)
                said = figures.clock(minute_us, seconds=False)
                painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, said)
            minute_us += _MINUTE_US

    def draw_stretches(self, stretches: list[list[Column]]) -> None:
        painter, accent = self._painter, self._item._accent
        area = QLinearGradient(0, 0, 0, self._height)
        for at, alpha in ((0.0, 0.28), (1.0, 0.02)):
            shade = QColor(accent)
            shade.setAlphaF(alpha)
            area.setColorAt(at, shade)
        for stretch in stretches:
            xs = [self._x(each.at_us) for each in stretch]
            high = [QPointF(x, self._y(one.high)) for x, one in zip(xs, stretch, strict=True)]
            low = [QPointF(x, self._y(one.low)) for x, one in zip(xs, stretch, strict=True)]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(area))
            floor = [QPointF(xs[-1], self._height), QPointF(xs[0], self._height)]
            painter.drawPolygon(QPolygonF([*low, *floor]))
            painter.setPen(QPen(accent, 2.2 * self._u, j=Qt.PenJoinStyle.RoundJoin))
            painter.setBrush(QBrush(accent))
            painter.drawPolygon(QPolygonF([*high, *reversed(low)]))

    def draw_end(self, stretches: list[list[Column]]) -> None:
        """The newest sample, as a point."""
        if not stretches:
            return
        last = stretches[-1][-1]
        if self._now_us - last.at_us > 3 * BUCKET_US * self._pace:
            return
        middle = QPointF(self._x(last.at_us), self._y((last.low + last.high) / 2))
        painter, halo = self._painter, QColor(self._item._accent)
        halo.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(middle, 10 * self._u, 10 * self._u)
        painter.setBrush(self._item._accent)
        painter.drawEllipse(middle, 4.5 * self._u, 4.5 * self._u)
