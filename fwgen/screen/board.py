"""What the screen knows of the board: from the service's documents to what is shown. Without Qt.

Times are microseconds since 1970 on the service's clock, `*_s` are seconds of this machine's clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fwgen.service.power.sleeping import ASLEEP, AWAKE
from fwgen.service.recent import DISTANCE_COLUMN, Recent, Value, main_column

SILENT: Final = "silent"
"""The service is connected and does not answer, though Linux is awake."""
ABSENT: Final = "absent"
"""No service answers at the socket."""
NEARLY_FULL: Final = 0.8
_SILENT_S: Final = 6.0
_LEAP_US: Final = 1_500_000
"""The service's clock differs by more: it leapt."""
_MOST_SLEEPS: Final = 40
_REFUSAL_S: Final = 8.0

Document = dict[str, Any]


@dataclass(frozen=True)
class Nap:
    """A sleep of Linux."""

    start_us: int
    end_us: int
    slept_s: float
    causes: tuple[str, ...]


def utc_us(text: str) -> int:
    """Return "2026-11-26T09:41:37.123456Z" as microseconds since 1970."""
    moment = datetime.fromisoformat(text)
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


class Board:
    """`seconds` is this machine's clock, which goes on during a sleep. `pace`: the service's clock
    runs that many times faster than it (a demonstration's)."""

    def __init__(self, seconds: Callable[[], float], pace: float = 1.0) -> None:
        self._seconds = seconds
        self._main = DISTANCE_COLUMN
        self.recents = {self._main: Recent(self._main)}
        """Of each channel, by name."""
        self._chosen = ""
        self.status: Document = {}
        self.sample: Document | None = None
        self.sample_us: int | None = None
        self.values: dict[str, Any] = {}
        """The last quantity of each channel but the main one, by name; None: without a value."""
        self.naps: deque[Nap] = deque(maxlen=_MOST_SLEEPS)
        self.connected = False
        self.pace = pace
        self.wants_recent = False
        """Whether lines were missed, so that the thinned curve must be asked for."""
        self._heard_s = 0.0
        self._base: tuple[int, float] | None = None  # the service's clock at a second of ours
        self._refused: tuple[str, float] = ("", 0.0)
        self._asked = False

    # --------------------------------------------------------------------------- from the service

    def connect(self) -> None:
        self.connected, self._heard_s, self.wants_recent = True, self._seconds(), True

    def disconnect(self) -> None:
        """What is known of the board stays visible; nothing of it is current."""
        self.connected, self._asked = False, False

    def take(self, document: Document) -> None:
        """Take over a line of the service; what it does not know is ignored."""
        self._heard_s = self._seconds()
        if "status" in document:
            self._take_status(document["status"])
        if "samples" in document:
            self._take_samples(document["samples"])
        if "recent" in document:
            self._take_recent(document)
        if "sleep" in document:
            self._take_sleep(document["sleep"])
        if "error" in document:
            self._refuse(str(document["error"]))
        self.wants_recent = self.wants_recent or "missed" in document

    def ask_for_sleep(self) -> bool:
        """Return whether a suspend may be asked for now, and note it."""
        may = self.connected and self.linux == AWAKE and not self._asked
        self._asked = self._asked or may
        return may

    def _take_status(self, status: Document) -> None:
        self.status = status
        if "channels" in status:
            self._take_channels([str(channel["name"]) for channel in status["channels"]])
        self._set_clock(utc_us(status["utc"]))
        self._asked = self._asked and status["linux"]["state"] != AWAKE
        last = status["last_sample"]
        if last is not None:
            self._note_values(last)
        if last is not None and self._is_main(last) and self._is_newer(last):
            self.sample = last
            self.sample_us = None if last["utc"] is None else utc_us(last["utc"])
        for sleep in status["sleeps"]:
            self._note_nap(sleep)

    def _take_channels(self, names: list[str]) -> None:
        new = [name for name in names if name not in self.recents]
        self.recents = {name: self.recents.get(name, Recent(name)) for name in names}
        self._main = main_column(self.status["channels"])
        self.wants_recent = self.wants_recent or bool(new)

    def _take_recent(self, document: Document) -> None:
        """An older service names no channel: it is the main one."""
        recent = self.recents.get(document.get("channel", self._main))
        if recent is not None:
            recent.merge(document["recent"])
            recent.period_us = recent.period_us or document.get("period_us", 0)

    def _take_samples(self, rows: list[Document]) -> None:
        for row in rows:
            self._note_values(row)
        times_us = [None if row["utc"] is None else utc_us(row["utc"]) for row in rows]
        lasts_us = {
            name: recent.add(rows, times_us, self.now_us) for name, recent in self.recents.items()
        }
        own = [row for row in rows if self._is_main(row)]
        if own and self._is_newer(own[-1]):
            self.sample, self.sample_us = own[-1], lasts_us.get(self._main)

    def _is_main(self, row: Document) -> bool:
        """Whether it is a sample of the sensor with the main channel."""
        return self._main == DISTANCE_COLUMN or self._main in row

    def _note_values(self, row: Document) -> None:
        for channel in self.channels:
            if channel["name"] in row:
                self.values[channel["name"]] = row[channel["name"]]

    def _is_newer(self, row: Document) -> bool:
        old = self.sample
        return old is None or old["log"] != row["log"] or old["position"] <= row["position"]

    def _take_sleep(self, sleep: Document) -> None:
        self._asked = False
        if sleep["refused"]:
            self._refuse(sleep["refused"])
        self._note_nap(sleep)

    def _note_nap(self, sleep: Document) -> None:
        if sleep["refused"]:
            return
        start_us, end_us = utc_us(sleep["asked"]), utc_us(sleep["ended"])
        nap = Nap(start_us, end_us, float(sleep["slept_s"]), tuple(sleep["causes"]))
        if nap not in self.naps:
            self.naps.append(nap)

    def _refuse(self, why: str) -> None:
        self._refused, self._asked = (why, self._seconds()), False

    # --------------------------------------------------------------------------------- what it is

    def _set_clock(self, service_us: int) -> None:
        if self._base is None or abs(service_us - self.now_us) > _LEAP_US * max(1.0, self.pace):
            self._base = (service_us, self._seconds())
        else:  # small differences are of the way: follow them slowly, so that the curve is smooth
            ahead_us = (service_us - self.now_us) // 8
            self._base = (self.now_us + ahead_us, self._seconds())

    @property
    def now_us(self) -> int:
        """The service's clock; 0: not known."""
        if self._base is None:
            return 0
        base_us, base_s = self._base
        return base_us + round((self._seconds() - base_s) * self.pace * 1e6)

    @property
    def linux(self) -> str:
        """A phase of power.sleeping, SILENT or ABSENT."""
        if not self.connected or not self.status:
            return ABSENT
        state = str(self.status["linux"]["state"])
        if state != ASLEEP and self._seconds() - self._heard_s > _SILENT_S:
            return SILENT
        return state

    @property
    def asking(self) -> bool:
        """Whether a request to sleep waits for its outcome."""
        return self._asked or self.linux == "asking"

    @property
    def refused(self) -> str:
        """Why the last request to sleep was refused, for some seconds."""
        why, at_s = self._refused
        return why if self._seconds() - at_s < _REFUSAL_S else ""

    @property
    def linux_since_us(self) -> int:
        """When Linux has entered its state, as far as the service has said."""
        return utc_us(self.status["linux"]["since"]) if self.status else 0

    @property
    def asleep_since_us(self) -> int | None:
        return self.linux_since_us if self.linux == ASLEEP else None

    @property
    def online(self) -> bool:
        return self.connected and bool(self.status.get("online"))

    @property
    def other_spec(self) -> bool:
        return self.connected and bool(self.status.get("other_spec"))

    @property
    def log_share(self) -> float | None:
        """How full the firmware's log is, 0 to 1; None: not known."""
        firmware = self.status.get("firmware", {})
        slots = firmware.get("log_slots")
        return firmware["log_used"] / slots if slots else None

    @property
    def channels(self) -> list[Document]:
        """Name, unit and decimals of each channel of all sensors, but the main one."""
        known: list[Document] = self.status.get("channels", [])
        return [channel for channel in known if channel["name"] != self._main]

    @property
    def main(self) -> Document:
        """Name, unit and decimals of the channel that is large and drawn: a distance, or else the
        first channel."""
        known: list[Document] = self.status.get("channels", [])
        own = (channel for channel in known if channel["name"] == self._main)
        return next(own, {"name": DISTANCE_COLUMN, "unit": "mm", "decimals": 0})

    @property
    def value(self) -> Value:
        """The last sample's value of the main channel."""
        found: Value = self.sample.get(self._main) if self.sample else None
        return found

    # ------------------------------------------------------------------------------ what is drawn

    def choose(self, name: str) -> None:
        """Draw this channel: below the main one, or in its place where only one has room."""
        self._chosen = name

    def choose_next(self, most: int) -> None:
        """Choose the channel after the one that is drawn last. `most`: curves that have room."""
        drawn = self.drawn(most)
        names = [one["name"] for one in ([] if most > 1 else [self.main]) + self.channels]
        if drawn and drawn[-1]["name"] in names:
            self._chosen = names[(names.index(drawn[-1]["name"]) + 1) % len(names)]

    def drawn(self, most: int) -> list[Document]:
        """Return the channels whose curves are drawn, at most `most`: the main one, and the chosen
        one, which at first is of the other sensor if there are two."""
        if not self._main:
            return []
        main, others = self.main, self.channels
        chosen = next((one for one in [main, *others] if one["name"] == self._chosen), main)
        if most < 2 or not others:
            return [chosen]
        if chosen is main:
            sensor = main.get("sensor", "")
            chosen = next((one for one in others if one.get("sensor", "") != sensor), others[0])
        return [main, chosen]

    @property
    def period_us(self) -> int:
        """Between two samples of the first sensor; 0: not known."""
        return self.status.get("firmware", {}).get("period_us") or 0

    @property
    def trouble(self) -> str:
        """What is wrong with the service's tty or a sink; "": nothing."""
        found = self.status.get("trouble", {}) if self.connected else {}
        return "; ".join(f"{name}: {text}" for name, text in found.items())
