"""What the screen shows where: `show`, its checks, and the numbers' decimals."""

from __future__ import annotations

import pytest

from fwgen.generate import render
from fwgen.plan import PlanErrors, plan_spec
from fwgen.plan.model import Plan
from fwgen.plan.screen import channels_of
from fwgen.sensors.zephyr.data import units
from fwgen.spec import SpecErrors, parse_spec
from fwgen.spec.examples import reference_spec
from tests.panels.picture import Moment, drawer
from tests.panels.specs import BOTH, TEMPERATURE, climate, motion, two_sensors
from tests.sensors.zephyr.night import SPECS

REFERENCE = reference_spec().read_text("utf-8")


def plan(text: str) -> Plan:
    return plan_spec(parse_spec(text, "node.yaml"))


def refused(text: str) -> str:
    with pytest.raises(PlanErrors) as caught:
        plan(text)
    return str(caught.value)


def test_without_show_the_first_channel_is_large_if_it_fits() -> None:
    (value,) = plan(climate("ssd1306", "128x64")).screen.values
    assert (value.shown.channel.name, value.large) == ("ambient-temp", True)
    (value,) = plan(climate("ssd1306", "64x48")).screen.values
    assert (value.shown.channel.name, value.large) == ("ambient-temp", False)


def test_a_lone_distance_keeps_the_simple_screen_and_the_spec_its_hash() -> None:
    shown = REFERENCE.replace("5 Hz", "5 Hz\n  show: [{channel: distance, size: large}]")
    assert plan(REFERENCE).screen.values == plan(shown).screen.values == ()
    assert "show" not in parse_spec(REFERENCE).canonical()["display"]
    small = plan(REFERENCE.replace("5 Hz", "5 Hz\n  show: [{channel: distance, size: small}]"))
    assert [value.large for value in small.screen.values] == [False]


def test_what_gives_way_when_there_is_no_room() -> None:
    """The number of samples first, then the log's line, then the bar."""
    room = {
        (TEMPERATURE,): (26, (34, 45, 56)),
        BOTH: (37, (45, 56, None)),
        (*BOTH, "{channel: light, size: small}"): (48, (56, None, None)),
    }
    for show, places in room.items():
        screen = plan(climate("ssd1306", "128x64", show)).screen
        assert (screen.bar_y, screen.line_y) == places
    assert plan(climate("ssd1306", "128x32", (TEMPERATURE,))).screen.bar_y is None


def test_a_panel_of_16_rows_has_room_for_one_small_value() -> None:
    for text in (climate("ssd1306", "96x16"), REFERENCE.replace("128x64", "96x16")):
        screen = plan(text).screen
        assert [(value.large, value.y) for value in screen.values] == [(False, 0)]
        assert (screen.bar_y, screen.line_y) == (None, (8, None, None))
    small = tuple(f"{{channel: {name}, size: small}}" for name in ("ambient-temp", "humidity"))
    found = refused(climate("ssd1306", "96x16", small))
    assert "need 24 rows, and the panel has 16" in found
    assert "there is room for 1 with `size: small`" in found
    assert "there is room for 1 with" in refused(climate("ssd1306", "96x16", (TEMPERATURE,)))


def test_a_value_that_is_too_wide() -> None:
    found = refused(climate("ssd1306", "64x48", (TEMPERATURE,)))
    assert "error[show-too-wide]: `-40.00 °C` needs 100 pixels large, and the panel has 64" in found
    assert "node.yaml:14:" in found and "help: write `size: small`" in found
    wide = climate("ssd1306", "64x48", (TEMPERATURE.replace("large", "small"),))
    wide = wide.replace("[-40 °C, 85 °C], resolution: 0.01", "[-4000 °C, 85 °C], resolution: 0.001")
    assert "write a coarser resolution" in refused(wide)


def test_values_that_are_too_tall() -> None:
    large = "{channel: humidity, size: large}"
    found = refused(climate("ssd1306", "128x32", (TEMPERATURE, large)))
    assert "error[show-too-tall]: these values and the state of Linux need 56 rows" in found
    assert "the panel has 32" in found


def test_a_channel_that_the_sensor_does_not_have() -> None:
    found = refused(climate("ssd1306", "128x64", ("{channel: humidty, size: small}",)))
    assert "no sensor has the channel `humidty`" in found and "did you mean `humidity`?" in found


@pytest.mark.parametrize(
    ("show", "says"),
    [
        ("[{channel: distance}]", "`size`"),
        ("[{channel: distance, size: huge}]", "expected one of `large`, `small`"),
        ("[]", "a list of at least 1"),
        ("distance", "expected a list"),
    ],
)
def test_bad_forms(show: str, says: str) -> None:
    with pytest.raises(SpecErrors, match=says):
        parse_spec(REFERENCE.replace("5 Hz", f"5 Hz\n  show: {show}"))


@pytest.mark.parametrize(
    ("resolution", "decimals"),
    [("0.01", 2), ("0.0625", 2), ("0.1", 1), ("0.25", 1), ("0.5", 1), ("1", 0), ("0.001", 3)],
)
def test_the_decimals_are_those_of_the_resolution(resolution: str, decimals: int) -> None:
    text = climate("ssd1306", "128x64", ("{channel: humidity, size: small}",))
    text = text.replace("resolution: 0.1 %", f"resolution: {resolution} %")
    (value,) = plan(text).screen.values
    assert value.shown.channel.decimals == decimals


def test_the_small_font_has_every_unit_s_signs() -> None:
    from fwgen.generate.context import _FONT

    library = drawer(REFERENCE).library
    signs = set("".join(units().values()).translate(_FONT))
    assert {sign for sign in signs if library.glue_small_glyph_is_empty(ord(sign))} == set()
    assert library.glue_small_glyph_is_empty(ord("@"))


def test_three_axes_fit_beside_each_other_s_state() -> None:
    show = [f"{{channel: accel-{axis}, size: small}}" for axis in "xyz"]
    values = plan(motion("ssd1306", "128x64", show)).screen.values
    assert [value.label for value in values] == ["accel-x", "accel-y", "accel-z"]
    assert [value.y for value in values] == [2, 13, 24]


def test_transfers_are_short_on_a_bus_with_a_sensor() -> None:
    """At 100 kHz: 8 bytes of picture, their address and at most 7 bytes before them, 1.44 ms."""
    shared = plan(climate("ssd1306", "128x64"))
    assert shared.bus and shared.bus.most_bytes == 8
    assert shared.bus.frame_bytes == 8 * (128 + 8 + 15 * 2)
    alone = plan(REFERENCE)
    assert alone.bus and alone.bus.most_bytes is None and alone.bus.frame_bytes == 8 * 136
    for drawn, has in ((shared, True), (alone, False)):
        (overlay,) = [text for path, text in render(drawn).items() if path.endswith(".overlay")]
        assert (b"most-bytes = <8>;" in overlay) == has


def test_two_sensors_channels_are_told_apart_by_the_sensor_s_name() -> None:
    text = two_sensors("{channel: distance, size: large}")
    known = channels_of(parse_spec(text))
    places = {name: (one.stream, one.index) for name, one in known.items()}
    assert places == {
        "ambient-temp": (0, 0),
        "inside.ambient-temp": (0, 0),
        "humidity": (0, 1),
        "inside.humidity": (0, 1),
        "distance": (1, 0),
        "near.distance": (1, 0),
    }
    same = text.replace("name: humidity", "name: distance").replace("0 %, 100 %", "0 m, 100 m")
    known = channels_of(parse_spec(same.replace("0.1 %", "0.1 m")))
    assert "distance" not in known and {"inside.distance", "near.distance"} <= set(known)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (0, "-40.00"),
        (1, "-39.94"),  # -39.9375: halves away from zero, as people round
        (2, "-39.88"),
        (640, "0.00"),
        (639, "-0.06"),
        (641, "0.06"),
        (2000, "85.00"),
    ],
)
def test_a_number_is_rounded_to_its_last_decimal(raw: int, text: str) -> None:
    cellar = (SPECS / "cellar.yaml").read_text("utf-8")
    display = "{type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64, refresh: 5 Hz}"
    drawn = drawer(cellar.replace("link:", f"display: {display}\nlink:"))
    assert drawn.number(Moment((raw,))) == text


def test_while_linux_sleeps_a_distance_is_rounded_to_a_centimetre() -> None:
    small = REFERENCE.replace("5 Hz", "5 Hz\n  show: [{channel: distance, size: small}]")
    assert drawer(small).number(Moment((1234,))) == "1234"
    assert drawer(small).number(Moment((1235,), state="asleep", asleep=True)) == "1240"
