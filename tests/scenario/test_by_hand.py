"""What the sensors of a board see that a person drives."""

from __future__ import annotations

import pytest

from fwgen.errors import InputError
from fwgen.plan import plan_file
from fwgen.plan.model import Plan
from fwgen.scenario.by_hand import aim, by_hand
from fwgen.scenario.seen import seen_by
from tests.backends.running import reference_plan
from tests.sensors.two import RANGE_AND_CLIMATE, two_climates


def signals(plan: Plan, **given: str) -> list[dict[str, tuple[tuple[int, int], ...]]]:
    named = {name.replace("__", "."): value for name, value in given.items()}
    return [dict(scene.signals) for scene in seen_by(by_hand(plan, "x", named), plan, 1)]


def test_a_channel_that_is_not_named_sees_what_its_sensor_usually_does() -> None:
    assert signals(reference_plan()) == [{"distance": ((0, 1_500_000),)}]
    climate = {"ambient-temp": ((0, 22_500_000),), "humidity": ((0, 50_000_000),)}
    assert signals(two_climates()) == [climate, {"ambient-temp": ((0, 22_500_000),)}]
    assert signals(plan_file(RANGE_AND_CLIMATE)) == [{"distance": ((0, 1_500_000),)}, climate]


def test_a_value_and_a_path_can_be_given() -> None:
    first, second = signals(
        two_climates(),
        **{"cellar.ambient-temp": "-5 °C", "humidity": "0 s: 40 %, 1 min: 62.5 %"},
    )
    assert second == {"ambient-temp": ((0, -5_000_000),)}
    assert first["humidity"] == ((0, 40_000_000), (60_000, 62_500_000))
    assert first["ambient-temp"] == ((0, 22_500_000),)
    assert signals(reference_plan(), distance="0 s: 2 m, 3 s: 300 mm") == [
        {"distance": ((0, 2_000_000), (3_000, 300_000))}
    ]


def test_what_is_of_echoes_is_dropped_where_nothing_hears_them() -> None:
    assert by_hand(reference_plan(), "x", {}, noise="2 mm").noise_um == 2000
    assert by_hand(two_climates(), "x", {}, noise="2 mm").noise_um == 0


@pytest.mark.parametrize(
    ("channel", "value", "found"),
    [
        ("humidity", "40 %", (0, "humidity", 40_000_000)),
        ("cellar.ambient-temp", "-5.5 °C", (1, "ambient-temp", -5_500_000)),
    ],
)
def test_a_value_finds_its_channel(channel: str, value: str, found: tuple[int, str, int]) -> None:
    assert aim(two_climates(), channel, value) == found


@pytest.mark.parametrize(
    ("channel", "value", "message", "hint"),
    [
        ("humidit", "40 %", "no sensor of the spec has a channel `humidit`", "humidity"),
        ("ambient-temp", "4 °C", "both sensors have a channel", "`cellar.ambient-temp`"),
        ("humidity", "4 °C", "humidity is in %, found `4 °C`", "write it in %"),
        ("humidity", "wet", "expected a number with the channel's unit, found `wet`", "20 %"),
    ],
)
def test_a_mistake_is_one_sentence(channel: str, value: str, message: str, hint: str) -> None:
    for read in (aim, lambda plan, name, text: by_hand(plan, "x", {name: text})):
        with pytest.raises(InputError) as caught:
            read(two_climates(), channel, value)
        assert caught.value.message.startswith(message)
        assert hint in caught.value.hint
