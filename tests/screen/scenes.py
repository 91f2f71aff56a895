"""Boards in the states that the pictures show, at a fixed time."""

from __future__ import annotations

import math
from typing import Any, Final

from fwgen.screen.board import Board
from fwgen.service.times import iso

NOW_US: Final = 1_795_096_800_000_000 + 3 * 3_600_000_000 + 22_000_000
"""2026-11-19, 17:00:22 UTC."""
PERIOD_US: Final = 60_000
LOG: Final = "00000000000a11ce"
SLEEP_S: Final = (150, 80)
"""The sleep began and ended so many seconds ago."""


class Clock:
    """A machine's clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def distance_mm(at_us: int) -> int:
    """A person walks to and fro; the hand trembles."""
    t = (at_us - NOW_US) / 1e6
    walk = 1480 + 760 * math.sin(t / 23) + 340 * math.sin(t / 7.3 + 1)
    return round(walk + 9 * math.sin(t * 13.7) * math.sin(t * 5.1))


def rows(first_us: int, last_us: int) -> list[dict[str, Any]]:
    """Return documents of the samples taken from `first_us` until before `last_us`."""
    first, last = -(-first_us // PERIOD_US), -(-last_us // PERIOD_US)
    return [
        {
            "log": LOG,
            "position": number - (NOW_US // PERIOD_US - 100_000),
            "boot": 3,
            "spec": "12345678",
            "device_us": number * PERIOD_US - (NOW_US - 6_000_000_000),
            "utc": iso(number * PERIOD_US),
            "within_us": 900,
            "basis": "pair",
            "status": "valid",
            "distance_mm": distance_mm(number * PERIOD_US),
            "late_16ths": 0,
        }
        for number in range(first, last)
    ]


def status(**changes: Any) -> dict[str, Any]:
    """Return the service's status, with changes."""
    found: dict[str, Any] = {
        "fwgen-peer-status": 1,
        "pid": 1,
        "utc": iso(NOW_US),
        "linux": {"state": "awake", "since": iso(NOW_US - SLEEP_S[1] * 1_000_000)},
        "tty": "/dev/ttyRPMSG0",
        "online": True,
        "other_spec": "",
        "backlog": 0,
        "last_sample": None,
        "firmware": {
            "log": LOG,
            "boot": 3,
            "spec": "1234567812345678",
            "period_us": PERIOD_US,
            "log_used": 3,
            "log_slots": 211,
            "dropped": 0,
            "calls": 0,
        },
        "counts": {"samples": 100_000, "lost": 0, "refused_suspends": 0},
        "waiting": {"sqlite": 0},
        "trouble": {},
        "sleeps": [nap()],
    }
    return {**found, **changes}


def nap(**changes: Any) -> dict[str, Any]:
    asked_us, ended_us = (NOW_US - ago * 1_000_000 for ago in SLEEP_S)
    found = {
        "asked": iso(asked_us),
        "ended": iso(ended_us),
        "by": "command",
        "acknowledged": True,
        "slept_s": 69.3,
        "causes": ["rtc0"],
        "refused": "",
        "warnings": [],
    }
    return {**found, **changes}


def board_of(documents: list[dict[str, Any]], clock: Clock | None = None) -> Board:
    board = Board(clock or Clock())
    board.connect()
    for document in documents:
        board.take(document)
    return board


def _ago(seconds: float) -> int:
    return NOW_US - round(seconds * 1e6)


def live() -> Board:
    return board_of([{"status": status()}, {"samples": rows(_ago(330), NOW_US)}])


def asleep() -> Board:
    """The last picture before, a while later."""
    since = {"state": "asleep", "since": iso(_ago(64))}
    before = rows(_ago(330), _ago(64))
    said = status(linux=since, last_sample=before[-1], sleeps=[])
    return board_of([{"status": said}, {"samples": before}])


def backlog() -> Board:
    """Half of the hole has been filled in."""
    awake = {"state": "awake", "since": iso(_ago(1))}
    sleeps = [nap(asked=iso(_ago(101)), ended=iso(_ago(1)), slept_s=99.1, causes=["firmware"])]
    said = status(linux=awake, backlog=858, sleeps=sleeps)
    return board_of([{"status": said}, {"samples": rows(_ago(330), _ago(52))}])


def no_link() -> Board:
    before = rows(_ago(330), _ago(41))
    trouble = {"tty": "/dev/ttyRPMSG0: no such device"}
    said = status(online=False, tty=None, last_sample=before[-1], trouble=trouble)
    return board_of([{"samples": before}, {"status": said}])


def other_spec() -> Board:
    before = rows(_ago(330), _ago(41))
    said = status(other_spec="fedcba9876543210", last_sample=before[-1])
    return board_of([{"status": said}, {"samples": before}])


def nearly_full() -> Board:
    firmware = {**status()["firmware"], "log_used": 196}
    said = status(firmware=firmware, backlog=48_213, trouble={"sqlite": "disk full"})
    return board_of([{"status": said}, {"samples": rows(_ago(330), NOW_US)}])


def no_service() -> Board:
    board = live()
    board.disconnect()
    return board


CHANNELS: Final = [
    {"sensor": "range", "name": "range.distance", "unit": "mm", "decimals": 0},
    {"sensor": "climate", "name": "climate.ambient-temp", "unit": "°C", "decimals": 2},
    {"sensor": "climate", "name": "climate.humidity", "unit": "%", "decimals": 1},
]
"""With names that the service's settings give."""
CLIMATE_US: Final = 1_000_000


def range_rows(first_us: int, last_us: int) -> list[dict[str, Any]]:
    """Return documents of the first of two sensors."""
    return [
        {name: value for name, value in row.items() if name != "distance_mm"}
        | {"range.distance": row["distance_mm"]}
        for row in rows(first_us, last_us)
    ]


def climate_rows(first_us: int, last_us: int) -> list[dict[str, Any]]:
    """Return documents of the second sensor: a window is opened every few minutes."""
    found = []
    for number in range(-(-first_us // CLIMATE_US), -(-last_us // CLIMATE_US)):
        at_us = number * CLIMATE_US
        cold = math.sin((at_us - NOW_US) / 1e6 / 31) ** 5
        row = rows(at_us, at_us + 2 * PERIOD_US)[0]
        del row["distance_mm"]
        row |= {"log": f"{LOG}/1", "position": number - NOW_US // CLIMATE_US + 5_000}
        row |= {"device_us": at_us - (NOW_US - 6_000_000_000), "utc": iso(at_us)}
        row |= {"climate.ambient-temp": round(-12.34 - 1.5 * cold, 2)}
        found.append(row | {"climate.humidity": round(45.2 + 9 * cold, 1)})
    return found


def two_sensors() -> Board:
    """A second sensor of two channels; it gave no values for a while."""
    near = range_rows(_ago(330), NOW_US)
    climate = climate_rows(_ago(330), NOW_US)
    fails = {"climate.ambient-temp": None, "climate.humidity": None, "status": "sensor fault"}
    away = [row | fails for row in climate_rows(_ago(245), _ago(215))]
    climate = [row for row in climate if not away[0]["utc"] <= row["utc"] <= away[-1]["utc"]]
    both = sorted(climate + away, key=lambda row: str(row["utc"]))
    return board_of([{"status": status(channels=CHANNELS)}, {"samples": near}, {"samples": both}])


def humidity_chosen() -> Board:
    board = two_sensors()
    board.choose("climate.humidity")
    return board


def two_sensors_backlog() -> Board:
    """The first sensor's hole is filled in by half, the second one's not yet."""
    awake = {"state": "awake", "since": iso(_ago(1))}
    sleeps = [nap(asked=iso(_ago(101)), ended=iso(_ago(1)), slept_s=99.1, causes=["firmware"])]
    said = status(linux=awake, backlog=858, sleeps=sleeps, channels=CHANNELS)
    near, climate = range_rows(_ago(330), _ago(52)), climate_rows(_ago(330), _ago(101))
    return board_of([{"status": said}, {"samples": near}, {"samples": climate}])


def climate_alone() -> Board:
    """A node without a distance."""
    channels = [
        {"sensor": "", "name": "ambient-temp", "unit": "°C", "decimals": 2},
        {"sensor": "", "name": "humidity", "unit": "%", "decimals": 1},
    ]
    found = [
        {name: value for name, value in row.items() if name != "distance_mm"}
        | {"ambient-temp": round(-14.55 + row["distance_mm"] / 800, 2), "humidity": 45.2}
        for row in rows(_ago(330), NOW_US)
    ]
    return board_of([{"status": status(channels=channels)}, {"samples": found}])


SCENES: Final = {
    scene.__name__: scene
    for scene in (
        live,
        asleep,
        backlog,
        no_link,
        other_spec,
        nearly_full,
        no_service,
        two_sensors,
        humidity_chosen,
        two_sensors_backlog,
        climate_alone,
    )
}
