"""Specs of three sensors, and scenarios for them."""

from __future__ import annotations

from pathlib import Path

SPECS = Path(__file__).parent / "specs"

SIGNALS = {
    "climate": """
  ambient-temp: {points: [{at: 0 s, value: 20 °C}, {at: 4 h, value: -4.5 °C}], noise: 0.02 °C}
  humidity: [{at: 0 s, value: 40 %}, {at: 2 h, value: 62.5 %}]""",
    "two-screen": """
  climate.ambient-temp:
    points: [{at: 0 s, value: 20 °C}, {at: 600 s, value: -4.5 °C}]
    noise: 0.02 °C
  humidity: [{at: 0 s, value: 40 %}, {at: 600 s, value: 110 %}]
  cellar.ambient-temp: [{at: 0 s, value: 12 °C}, {at: 600 s, value: -7 °C}]""",
    "cellar": """
  ambient-temp: [{at: 0 s, value: 12 °C}, {at: 4 h, value: -7 °C}]""",
    "motion": """
  accel-x: {points: [{at: 0 s, value: 0.5 m/s²}, {at: 1 h, value: -3 m/s²}], noise: 0.02 m/s²}
  accel-y: [{at: 0 s, value: 0 m/s²}]
  accel-z: [{at: 0 s, value: 9.81 m/s²}]""",
}


def scenario(name: str, steps: str, until: str) -> str:
    return f"""
fwgen-scenario: 1
name: {name}
signals:{SIGNALS[name]}
steps:
{steps}
until: {until}
expect: {{lost: 0, wrong: 0, ddr_accesses_while_closed: 0}}
"""
