"""The plan of a node with two sensors, and the rules that look at both."""

from __future__ import annotations

import re

import pytest

from fwgen.plan import PlanErrors, plan_spec
from fwgen.plan.draw import draw
from fwgen.plan.model import Plan
from fwgen.spec import parse_spec
from fwgen.terminal import Style
from fwgen.wire.log_format import worst_samples

HEAD = "fwgen: 1\nname: two\nboard: stm32mp257f_dk\n"
RANGE = (
    "  - {name: range, type: hc-sr04, trigger: PG5, echo: PF15, period: 60 ms, "
    "range: [20 mm, 4000 mm]}\n"
)
CLIMATE = """\
  - name: climate
    type: zephyr
    compatible: "silabs,si7006"
    bus: i2c8
    address: 0x40
    period: 1 s
    channels:
      - {name: ambient-temp, range: [-40 °C, 85 °C], resolution: 0.01 °C}
      - {name: humidity, range: [0 %, 100 %], resolution: 0.1 %}
"""
CELLAR = """\
  - name: cellar
    type: zephyr
    compatible: "ti,tmp108"
    bus: i2c8
    address: 0x48
    period: 700 ms
    channels:
      - {name: ambient-temp, range: [-40 °C, 85 °C], resolution: 0.0625 °C}
"""
TAIL = """\
link: {channel: rpmsg-tty, latency: 200 ms}
memory: {code: sram1, data: retram}
sleep: {mode: lp-stop2, when_full: wake}
"""


def broken(first: str, second: str, tail: str = TAIL) -> str:
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(f"{HEAD}sensors:\n{first}{second}{tail}"))
    return str(caught.value)


def planned(first: str, second: str, tail: str = TAIL) -> Plan:
    return plan_spec(parse_spec(f"{HEAD}sensors:\n{first}{second}{tail}"))


def test_the_wiring_of_each_sensor_on_a_bus_is_shown() -> None:
    alone = CLIMATE.replace("  - name: climate\n    type", "sensor:\n    type")
    spec = parse_spec(f"{HEAD}{alone}{TAIL}".replace("200 ms", "2 s"))
    one = draw(plan_spec(spec), Style()).partition("Wiring")[2]
    assert re.search(r"bus +i2c8 at 0x40: SCL PZ4 \(CN5 pin 5\), SDA PZ3", one)
    assert re.search(r"driver +silabs,si7006", one)
    both = draw(planned(CLIMATE, CELLAR, TAIL.replace("200 ms", "2 s")), Style()).partition(
        "Wiring"
    )[2]
    for address, wait, driver in (
        ("40", "0.5 ms for `cellar`", "silabs,si7006"),
        ("48", "23.3 ms for `climate`", "ti,tmp108"),
    ):
        waits = f"\n +waits up to {wait}"
        assert re.search(rf"i2c8 at 0x{address}: SCL.*{waits}\n +driver +{driver}", both)


def test_the_log_has_room_for_both() -> None:
    one = plan_spec(parse_spec(f"{HEAD}sensor: {RANGE[4:].replace('name: range, ', '')}{TAIL}"))
    both = planned(RANGE, CLIMATE)
    assert [(one.number, one.name, one.period_us) for one in both.sensors] == [
        (0, "range", 60_000),
        (1, "climate", 1_000_000),
    ]
    assert both.timing.reserve_slots > one.timing.reserve_slots
    blocks = both.log_slots - both.timing.window_blocks - 2 - both.timing.reserve_slots
    rate = 1 / (worst_samples([13]) * 0.06) + 1 / (worst_samples([14, 10]) * 1.0)
    assert both.endurance.worst_s == pytest.approx(blocks / rate)
    assert both.endurance.reference_s < one.endurance.reference_s
    assert both.pins.keys() == {"range.trigger", "range.echo"}
    text = draw(both, Style(colour=False))
    assert "range: hc-sr04, distance every 60 ms" in text
    assert "climate: zephyr, ambient-temp, humidity every 1,000 ms" in text


def test_sensors_on_a_bus_have_their_own_addresses() -> None:
    text = broken(CLIMATE, CELLAR.replace("0x48", "0x40"))
    assert "error[sensors-same-address]: `climate` has the address 0x40 on i2c8 too" in text


def test_the_bus_carries_the_measurements_of_both() -> None:
    fast = CELLAR.replace("700 ms", "10 ms")
    text = broken(CLIMATE.replace("1 s", "27 ms"), fast)
    assert "error[bus-shared]: the measurements of both sensors need 93 % of i2c8" in text
    # the Si7006 holds the bus for longer than the period
    assert "error[sensor-waits-too-long]: a measurement may wait 23.3 ms for `climate`" in text


def test_the_latency_is_that_of_the_sensor_that_measures_most_often() -> None:
    assert planned(RANGE, CLIMATE).timing.period_us == 60_000
    assert "latency-too-short" in broken(
        RANGE, CLIMATE, TAIL.replace("latency: 200 ms", "latency: 50 ms")
    )


def test_the_sensors_do_not_share_a_pin() -> None:
    second = RANGE.replace("range, type", "far, type").replace("PG5", "PF13")
    text = broken(RANGE, second)
    assert "error[pin-twice]: PF15 is already the echo of `range`" in text
    assert "two:5:" not in text and ":6:" in text


def test_each_sensor_has_its_own_rules() -> None:
    text = broken(RANGE.replace("60 ms", "5 ms"), CLIMATE.replace("0x40", "0x80"))
    assert "error[period-too-short]" in text and ":5:" in text
    assert "error[sensor-address]" in text and ":10:14" in text


def test_a_condition_names_a_sensor_if_both_have_what_it_names() -> None:
    def spec(condition: str) -> tuple[str, str, str]:
        tail = TAIL.replace("when_full: wake", f"when_full: wake, wake_if: ['{condition}']")
        return CLIMATE, CELLAR, tail.replace("200 ms", "2 s")

    def say(condition: str) -> str:
        return broken(*spec(condition))

    def stream(condition: str) -> int:
        return planned(*spec(condition)).wake_rules[0].stream

    both = say("ambient-temp < 5 °C for 3 samples")
    assert "both sensors have `ambient-temp`" in both
    assert "write `climate.ambient-temp` or `cellar.ambient-temp`" in both
    assert stream("cellar.ambient-temp < 5 °C for 3 samples") == 1
    assert stream("humidity < 5 % for 3 samples") == 0
    assert "no sensor has a channel `cellar.humidity`" in say("cellar.humidity < 5 % for 3 samples")
    assert "both sensors have `sensor fault`" in say("sensor fault for 3 samples")
    assert stream("cellar.sensor fault for 3 samples") == 1


BOTH_SAME = CLIMATE.replace("name: climate", "name: cellar"), CLIMATE.replace("0x40", "0x41")


def test_the_hint_names_the_sensors_of_channels_that_both_have() -> None:
    wake = "when_full: wake, wake_if: ['attic.press > 5 °C for 3 samples']"
    text = broken(*BOTH_SAME, TAIL.replace("when_full: wake", wake).replace("200 ms", "2 s"))
    names = (f"`{one}.{channel}`" for one in ("cellar", "climate")
             for channel in ("ambient-temp", "humidity"))  # fmt: skip
    assert f"help: the channels: {', '.join(names)}" in text
    wake = "when_full: wake, wake_if: ['celar.ambient-temp > 5 °C for 3 samples']"
    text = broken(*BOTH_SAME, TAIL.replace("when_full: wake", wake).replace("200 ms", "2 s"))
    assert "did you mean `cellar.ambient-temp`?" in text


def test_a_shown_channel_names_its_sensor_if_both_have_it() -> None:
    display = (
        "display: {type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64, refresh: 1 Hz, "
        "show: [{channel: humidity, size: small}]}\n"
    )
    text = broken(*BOTH_SAME, display + TAIL.replace("200 ms", "2 s"))
    assert "error[show-unknown]: both sensors have `humidity`" in text
    assert "write `cellar.humidity` or `climate.humidity`" in text
