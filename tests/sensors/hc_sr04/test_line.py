"""The echoes that each kind of sensor gives, trigger by trigger."""

from __future__ import annotations

import numpy as np
import pytest

from fwgen.sensors.hc_sr04.kinds import ENDLESS, HELD, KINDS, NO_PULSE
from fwgen.sensors.hc_sr04.line import EchoLine
from fwgen.sensors.hc_sr04.world import World

AWAY = 6_000_000
HEARD = 8741


def seen(name: str, period_ms: int, *, pulled_low: bool = False, parts: int = 1) -> list[int]:
    """Three samples with an obstacle at 1500 mm, six without, then with the obstacle again."""
    ends = (3 * period_ms - 1, 3 * period_ms, 9 * period_ms - 1, 9 * period_ms)
    points = tuple(zip(ends, (1_500_000, AWAY, AWAY, 1_500_000), strict=True))
    world = World(points, kind=KINDS[name])
    line = EchoLine(world.kind, period_ms * 1000, pulled_low)
    times = np.arange(14, dtype=np.int64) * period_ms
    found: list[int] = []
    for part in np.array_split(times, parts):
        echoes = world.echo_us(part)
        line.hold_old_echoes(part * 1000, echoes)
        found += echoes.tolist()
    return found


H = HELD


@pytest.mark.parametrize("parts", [1, 5, 14])
@pytest.mark.parametrize(
    ("name", "period_ms", "pulled_low", "away", "back"),
    [
        ("original", 60, False, [38_000] * 6, []),
        ("original", 30, False, [38_000, H] * 3, []),
        ("original", 15, False, [38_000, H, H] * 2, []),
        ("slow-timeout", 60, False, [200_000, H, H, H, 200_000, H], [H, H]),
        ("holds-until-triggered", 60, False, [ENDLESS, H] * 3, []),
        ("holds-until-pulled-low", 60, True, [ENDLESS, H] * 3, []),
        ("holds-until-pulled-low", 60, False, [ENDLESS] + [H] * 5, [H] * 5),
        ("no-pulse", 60, False, [NO_PULSE] * 6, []),
        ("spikes", 60, False, [38_000] * 6, []),
        ("jsn-sr04t", 60, False, [60_000, H] * 3, []),
        ("jsn-sr04t", 80, False, [60_000] * 6, []),
    ],
)
def test_an_empty_room(
    name: str, period_ms: int, pulled_low: bool, away: list[int], back: list[int], parts: int
) -> None:
    found = seen(name, period_ms, pulled_low=pulled_low, parts=parts)
    assert found[:3] == [HEARD] * 3
    assert found[3:9] == away
    assert found[9:] == back + [HEARD] * (5 - len(back))


def test_the_first_reading_may_be_wrong() -> None:
    times = np.arange(3, dtype=np.int64) * 60
    world = World(((0, 1_500_000),), missed_ppm=1_000_000, kind=KINDS["first-wrong"])
    assert world.echo_us(times).tolist() == [449, 38_000, 38_000]


def test_a_blind_zone_reports_its_limit() -> None:
    times = np.array([0], dtype=np.int64)
    near, far = (World(((0, um),), kind=KINDS["jsn-sr04t"]) for um in (50_000, 200_000))
    assert near.echo_us(times) == far.echo_us(times) == 1165
