"""What QML shows: the board's state as values, and the way back: the request to sleep."""

from __future__ import annotations

import time
from typing import Any, Final

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot

from fwgen.screen.board import NEARLY_FULL, Board
from fwgen.screen.client import Client
from fwgen.screen.curve import Curve
from fwgen.screen.figures import Figures, span
from fwgen.service.power.sleeping import AWAKE

_SHOW_MS: Final = 100
"""Texts change at most this often: nobody reads faster."""
_FRAME_MS: Final = 16
_MAP: Any = "QVariantMap"
_OLD_US: Final = 3_000_000
"""A sample is no longer current; it waits in the firmware for less than a second."""


class Model(QObject):
    """Without a client the board's state does not change (tests)."""

    changed = Signal()

    def __init__(self, board: Board, figures: Figures, client: Client | None = None) -> None:
        super().__init__()
        self.board = board
        self._figures = figures
        self._client = client
        self._curve: Curve | None = None
        self._shows = QTimer(self, interval=_SHOW_MS)
        self._shows.timeout.connect(self.changed)
        self._frames = QTimer(self, interval=_FRAME_MS)
        self._frames.timeout.connect(self._advance)
        self._last_s = time.monotonic()

    def start(self, curve: Curve) -> None:
        self._curve = curve
        if self._client is not None:
            self._client.start()
        self._shows.start()
        self._frames.start()

    def stop(self) -> None:
        self._shows.stop()
        self._frames.stop()
        if self._client is not None:
            self._client.stop()

    def _advance(self) -> None:
        now_s = time.monotonic()
        passed_s, self._last_s = now_s - self._last_s, now_s
        if self._curve is not None:
            self._curve.advance(min(passed_s, 0.1))

    @Slot()
    def sleep(self) -> None:
        """Ask for a suspend."""
        if self._client is not None:
            self._client.ask_for_sleep()
        self.changed.emit()

    @Slot(str)
    def choose(self, channel: str) -> None:
        """Draw the curve of this channel."""
        self.board.choose(channel)

    @Slot()
    def choose_next(self) -> None:
        """Draw the curve of the next channel."""
        self.board.choose_next(self._curve.room if self._curve is not None else 1)

    @Property(_MAP, notify=changed)
    def shown(self) -> dict[str, Any]:
        return shown(self.board, self._figures)


def shown(board: Board, figures: Figures) -> dict[str, Any]:
    """Return everything that the screen says, numbers as text; words are QML's."""
    now_us, sample = board.now_us, board.sample
    known = now_us != 0
    return {
        "clock": figures.clock(now_us) if known else "",
        "date": figures.date(now_us) if known else "",
        "pace": figures.count(round(board.pace)) if board.pace != 1 else "",
        **_number(board, figures),
        "values": [_value(board, channel, figures) for channel in board.channels],
        "curve": bool(board.drawn(1)),
        "sample_status": sample["status"] if sample else "",
        "current": _is_current(board),
        "age": span((now_us - board.sample_us) / 1e6) if board.sample_us else "",
        "linux": board.linux,
        "linux_since": _since(board),
        "asking": board.asking,
        "can_sleep": board.linux == AWAKE and board.online and not board.asking,
        "refused": board.refused,
        "trouble": board.trouble,
        **_link(board, figures),
        **_last_wake(board, figures),
    }


def _number(board: Board, figures: Figures) -> dict[str, str]:
    """Return the large number and its unit."""
    main, value = board.main, board.value
    shown = "" if value is None else figures.number(value, main["unit"], main["decimals"])
    return {"distance": shown, "unit": figures.unit_of(main["unit"]), "channel": main["name"]}


def _value(board: Board, channel: dict[str, Any], figures: Figures) -> dict[str, str]:
    value, unit = board.values.get(channel["name"]), channel["unit"]
    shown = None if value is None else figures.number(value, unit, channel["decimals"])
    return {
        "channel": channel["name"],
        "name": channel["name"].replace(".", " ").replace("-", " "),
        "value": "\N{EN DASH}" if shown is None else shown,
        "unit": figures.unit_of(unit),
    }


def _is_current(board: Board) -> bool:
    if board.linux != AWAKE or not board.online or board.sample_us is None:
        return False
    return board.now_us - board.sample_us < _OLD_US * max(1.0, board.pace)


def _since(board: Board) -> str:
    linux = board.status.get("linux")
    if not linux or not board.connected:
        return ""
    return span((board.now_us - board.linux_since_us) / 1e6)


def _link(board: Board, figures: Figures) -> dict[str, Any]:
    counts = board.status.get("counts", {})
    backlog = board.status.get("backlog")
    share = board.log_share
    return {
        "online": board.online,
        "other_spec": board.other_spec,
        "samples": figures.count(counts["samples"]) if counts else "",
        "lost": counts.get("lost", 0),
        "lost_text": figures.count(counts.get("lost", 0)),
        "log": "" if share is None else figures.percent(share),
        "log_share": share or 0.0,
        "nearly_full": share is not None and share >= NEARLY_FULL,
        "backlog": -1 if backlog is None else backlog,
        "backlog_text": "" if backlog is None else figures.count(backlog),
    }


def _last_wake(board: Board, figures: Figures) -> dict[str, Any]:
    if not board.naps:
        return {"wake": "", "wake_span": "", "wake_causes": []}
    nap = board.naps[-1]
    return {
        "wake": figures.clock(nap.end_us, seconds=False),
        "wake_span": span(nap.slept_s),
        "wake_causes": list(nap.causes),
    }
