"""The sensor's rules."""

from __future__ import annotations

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.plan.rules.sensor import SensorRules
from fwgen.plan.words import milliseconds
from fwgen.sensors.hc_sr04 import times
from fwgen.sensors.hc_sr04.plan import part_of
from fwgen.sensors.hc_sr04.spec import HcSr04
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.quantity import show
from fwgen.spec.sensor import SensorPart

TOO_SHORT = Rule("period-too-short", "error", "the period is long enough for the farthest echo")
SHORT = Rule("period-short", "warning", "the period is at least the data sheet's minimum")


class _Rules(SensorRules):
    rules = (TOO_SHORT, SHORT)

    def check(self, draft: Draft, sensor: SensorPart, findings: Findings) -> None:
        _check_period(part_of(sensor), draft.spec.where_in(sensor, "period"), findings)


def _check_period(sensor: HcSr04, place: Position, findings: Findings) -> None:
    period_us, air = sensor.period_us, sensor.air_decicelsius
    farthest_mm = sensor.range_mm[1]
    least_us = times.least_period_us(farthest_mm, air)
    echo_us = times.echo_us(farthest_mm, air)
    sheet = f"the data sheet requires {show(times.SHEET_PERIOD_US, 'us')}"
    if period_us < least_us:
        TOO_SHORT.broken(
            findings,
            f"{show(period_us, 'us')} is too short to measure {_metres(farthest_mm)}: "
            f"that takes {show(least_us, 'us')}, the echo's {milliseconds(echo_us)}, 15 % for "
            "cold air and the sensor's clock, and 2 ms for the trigger and the firmware, "
            "rounded up to 5 ms",
            place,
            f"write at least {show(least_us, 'us')}; {sheet}",
        )
    elif (held := times.held_samples(period_us)) > 0:
        which = "every other sample" if held == 1 else f"{held} of {held + 1} samples"
        SHORT.broken(
            findings,
            f"without an echo the sensor keeps its line high for {show(times.SILENCE_US, 'us')}, "
            f"longer than {show(period_us, 'us')}: with nothing in range {which} will be a "
            "`sensor fault`",
            place,
            f"write at least {show(times.SILENCE_US + 2_000, 'us')}; {sheet}",
        )
    elif period_us < times.SHEET_PERIOD_US:
        SHORT.broken(
            findings,
            f"with a period of {show(period_us, 'us')} a late echo may be taken for the next one",
            place,
            f"write at least {show(times.SHEET_PERIOD_US, 'us')}: {sheet}",
        )


def _metres(distance_mm: int) -> str:
    return f"{distance_mm / 1000:g} m"


SENSOR = _Rules()
