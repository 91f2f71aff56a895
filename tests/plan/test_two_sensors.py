"""The plan of a node with two sensors, and the rules that look at both."""

from __future__ import annotations

import pytest

from fwgen.plan import PlanErrors, plan_spec
from fwgen.spec import parse_spec

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


def test_two_sensors_are_refused_for_now() -> None:
    assert "error[two-sensors]: two sensors are not supported yet" in broken(RANGE, CLIMATE)


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
    def say(condition: str) -> str:
        tail = TAIL.replace("when_full: wake", f"when_full: wake, wake_if: ['{condition}']")
        return broken(CLIMATE, CELLAR, tail)

    both = say("ambient-temp < 5 °C for 3 samples")
    assert "both sensors have `ambient-temp`" in both
    assert "write `climate.ambient-temp` or `cellar.ambient-temp`" in both
    assert "wake-unknown" not in say("cellar.ambient-temp < 5 °C for 3 samples")
    assert "wake-unknown" not in say("humidity < 5 % for 3 samples")
    assert "no sensor has a channel `cellar.humidity`" in say("cellar.humidity < 5 % for 3 samples")
    assert "both sensors have `sensor fault`" in say("sensor fault for 3 samples")
    assert "wake-unknown" not in say("cellar.sensor fault for 3 samples")
