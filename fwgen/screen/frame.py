"""Paints one picture of the curves: bands, axes and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QLinearGradient, QPainter, QPen, QPolygonF

from fwgen.screen.board import Board
from fwgen.screen.figures import Figures, span
from fwgen.screen.trace import WINDOW_US, Stretch

_MINUTE_US: Final = 60_000_000
_LOW_PLOT: Final = 100
"""A plot below this height, in units, has at most two ticks, or three if none of two has room."""


@dataclass(frozen=True)
class Look:
    """`unit`: pixels of a unit, 1 on a large window. `asleep`: the band's label, with %1."""

    accent: QColor
    text: QColor
    night: QColor
    family: str
    unit: float
    asleep: str


@dataclass(frozen=True)
class Plot:
    """A channel's place in the picture. `top` and `height`: pixels; `ends`: of its axis."""

    top: float
    height: float
    ends: tuple[float, float]
    unit: str
    colour: QColor

    @property
    def floor(self) -> float:
        return self.top + self.height

    def y(self, value: float) -> float:
        low, high = self.ends
        return self.top + self.height * (high - value) / (high - low)


class Frame:
    """One picture. The space under the plots is for the times of day."""

    AXIS: Final = 26
    """Units under the plots."""
    BETWEEN: Final = 24
    """Units between two plots: for the bands' labels. One plot alone has them in it."""

    def __init__(
        self, painter: QPainter, look: Look, size: tuple[float, float], now_us: int
    ) -> None:
        self._painter = painter
        self._look = look
        self._u = look.unit
        self._width = size[0]
        self._height = size[1] - self.AXIS * self._u
        self._now_us = now_us
        self._since_us = now_us - WINDOW_US
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(look.family)
        font.setPixelSize(max(13, round(15 * self._u)))
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        painter.setFont(font)
        self._label_top = 8 * self._u

    def places(self, count: int) -> list[tuple[float, float]]:
        """Return top and height of each of so many plots, one below the other."""
        between = self.BETWEEN * self._u
        height = (self._height - between * (count - 1)) / count
        self._label_top = height if count > 1 else self._label_top
        return [(number * (height + between), height) for number in range(count)]

    def _x(self, at_us: float) -> float:
        return (at_us - self._since_us) / WINDOW_US * (self._width - 10 * self._u)

    def draw_bands(self, board: Board) -> None:
        """Shade the sleeps, through all plots."""
        now_us, since_us, label = self._now_us, board.asleep_since_us, self._look.asleep
        for nap in board.naps:
            if nap.end_us > self._since_us:
                self._draw_band(nap.start_us, nap.end_us, label.replace("%1", span(nap.slept_s)))
        if since_us is not None:
            text = label.replace("%1", span((now_us - since_us) / 1e6))
            self._draw_band(since_us, now_us, text)

    def _draw_band(self, start_us: int, end_us: int, text: str) -> None:
        left, right = max(0.0, self._x(start_us)), self._x(end_us)
        painter, night = self._painter, QColor(self._look.night)
        fade = QLinearGradient(0, 0, 0, self._height)
        for at, alpha in ((0.0, 0.30), (1.0, 0.06)):
            night.setAlphaF(alpha)
            fade.setColorAt(at, night)
        painter.fillRect(QRectF(left, 0, right - left, self._height), QBrush(fade))
        night.setAlphaF(0.9)
        painter.fillRect(QRectF(left, 0, right - left, 2 * self._u), night)
        left = max(left, 64 * self._u)  # the axis' numbers are there
        room = QRectF(left, self._label_top, max(0.0, right - left), 24 * self._u)
        needs = painter.fontMetrics().horizontalAdvance(text)
        if needs < room.width() - 8 * self._u:
            painter.setPen(QPen(night))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def draw_axis(self, plot: Plot, figures: Figures) -> None:
        """Draw the plot's lines and their values."""
        painter, text = self._painter, self._look.text
        line = QColor(text)
        line.setAlphaF(0.18)
        painter.setPen(QPen(line, 1))
        ticks = self._ticks(plot, figures)
        lowest = plot.y(ticks[0]) if ticks else plot.top
        for value in ([] if plot.floor - lowest < 8 * self._u else [plot.ends[0]]) + ticks:
            y = round(plot.y(value)) - 0.5
            painter.drawLine(QPointF(0, y), QPointF(self._width, y))
        painter.setPen(QPen(text))
        for value in ticks:
            place = QRectF(0, plot.y(value) - 20 * self._u, 120 * self._u, 20 * self._u)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, figures.tick(value, plot.unit))

    def _ticks(self, plot: Plot, figures: Figures) -> list[float]:
        """Return the values, each of which has room for its number."""
        room, low = 18 * self._u, plot.height < _LOW_PLOT * self._u
        ticks: list[float] = []
        for below in (3, 4) if low else (5,):
            if ticks:
                break
            floor = plot.floor + room
            for value in figures.ticks(*plot.ends, plot.unit, below):
                if plot.top + room < plot.y(value) <= floor - room:
                    ticks.append(value)
                    floor = plot.y(value)
        return ticks

    def draw_times(self, figures: Figures) -> None:
        """Write the times of day under the lowest plot."""
        self._painter.setPen(QPen(self._look.text))
        minute_us = -(-self._since_us // _MINUTE_US) * _MINUTE_US
        while minute_us < self._now_us:
            x, half = self._x(minute_us), 60 * self._u
            if half / 2 < x < self._width - half / 2:
                room = QRectF(x - half, self._height + 6 * self._u, 2 * half, 20 * self._u)
                said = figures.clock(minute_us, seconds=False)
                self._painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, said)
            minute_us += _MINUTE_US

    def draw_stretches(self, plot: Plot, stretches: list[Stretch]) -> None:
        painter = self._painter
        area = QLinearGradient(0, plot.top, 0, plot.floor)
        for at, alpha in ((0.0, 0.28), (1.0, 0.02)):
            shade = QColor(plot.colour)
            shade.setAlphaF(alpha)
            area.setColorAt(at, shade)
        for stretch in stretches:
            xs = [self._x(each.at_us) for each in stretch]
            high = [QPointF(x, plot.y(one.high)) for x, one in zip(xs, stretch, strict=True)]
            low = [QPointF(x, plot.y(one.low)) for x, one in zip(xs, stretch, strict=True)]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(area))
            floor = [QPointF(xs[-1], plot.floor), QPointF(xs[0], plot.floor)]
            painter.drawPolygon(QPolygonF([*low, *floor]))
            painter.setPen(QPen(plot.colour, 2.2 * self._u, j=Qt.PenJoinStyle.RoundJoin))
            painter.setBrush(QBrush(plot.colour))
            painter.drawPolygon(QPolygonF([*high, *reversed(low)]))

    def draw_end(self, plot: Plot, stretches: list[Stretch], most_us: float) -> None:
        """Draw the newest sample as a point, if it is not older than that."""
        if not stretches:
            return
        last = stretches[-1][-1]
        if self._now_us - last.at_us > most_us:
            return
        middle = QPointF(self._x(last.at_us), plot.y((last.low + last.high) / 2))
        painter, halo = self._painter, QColor(plot.colour)
        halo.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(middle, 10 * self._u, 10 * self._u)
        painter.setBrush(plot.colour)
        painter.drawEllipse(middle, 4.5 * self._u, 4.5 * self._u)
