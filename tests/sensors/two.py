"""Specs with two sensors, and what they see."""

from __future__ import annotations

from pathlib import Path

from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.scenario.load import BUNDLED, parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.spec import parse_spec

RANGE_AND_CLIMATE: Path = BUNDLED / "specs" / "range-and-climate.yaml"

TWO_CLIMATES = """\
fwgen: 1
name: climate-and-cellar
board: stm32mp257f_dk
sensors:
  - name: climate
    type: zephyr
    compatible: "silabs,si7006"
    bus: i2c8
    address: 0x40
    period: 1 s
    channels:
      - {name: ambient-temp, range: [-40 °C, 85 °C], resolution: 0.01 °C}
      - {name: humidity, range: [0 %, 100 %], resolution: 0.1 %}
  - name: cellar
    type: zephyr
    compatible: "ti,tmp108"
    bus: i2c8
    address: 0x48
    period: 700 ms
    channels:
      - {name: ambient-temp, range: [-40 °C, 85 °C], resolution: 0.0625 °C}
link: {channel: rpmsg-tty, latency: 2 s}
memory: {code: sram1, data: retram}
sleep: {mode: lp-stop2, when_full: wake}
"""


def two_climates() -> Plan:
    return plan_spec(parse_spec(TWO_CLIMATES))


def scene_of_climates(steps: str, until: str, over: str = "8 h") -> Scenario:
    return parse_scenario(f"""
fwgen-scenario: 1
name: two sensors on one bus
signals:
  climate.ambient-temp:
    points: [{{at: 0 s, value: 20 °C}}, {{at: {over}, value: 10 °C}}]
    noise: 0.02 °C
  cellar.ambient-temp: [{{at: 0 s, value: 12 °C}}, {{at: {over}, value: -5 °C}}]
  humidity: [{{at: 0 s, value: 40 %}}, {{at: {over}, value: 60 %}}]
steps: [{steps}]
until: {until}
expect: {{lost: 0, wrong: 0, ddr_accesses_while_closed: 0}}
""")
