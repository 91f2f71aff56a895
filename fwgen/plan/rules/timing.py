"""Period, latency and watchdog: each must fit the others."""

from __future__ import annotations

from fwgen.plan import sensor
from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.plan.words import milliseconds
from fwgen.spec.diagnostics import Findings
from fwgen.spec.quantity import show

TOO_SHORT = Rule("period-too-short", "error", "the period is long enough for the farthest echo")
SHORT = Rule("period-short", "warning", "the period is at least the data sheet's minimum")
LATENCY = Rule("latency-too-short", "error", "the latency is at least the period")
WATCHDOG = Rule("watchdog-range", "error", "the watchdog can count that long and is fed in time")

RULES = (TOO_SHORT, SHORT, LATENCY, WATCHDOG)

_FED_EVERY_PERIODS = 2


def _check_period(draft: Draft, findings: Findings) -> None:
    spec, period_us = draft.spec, draft.spec.sensor.period_us
    farthest_mm = spec.sensor.range_mm[1]
    least_us = sensor.least_period_us(farthest_mm, spec.sensor.air_decicelsius)
    echo_us = sensor.echo_us(farthest_mm, spec.sensor.air_decicelsius)
    place = spec.where("sensor", "period")
    sheet = f"the data sheet requires {show(sensor.SHEET_PERIOD_US, 'us')}"
    if period_us < least_us:
        TOO_SHORT.broken(
            findings,
            f"{show(period_us, 'us')} is too short to measure {_metres(farthest_mm)}: the "
            f"echo from there takes {milliseconds(echo_us)}",
            place,
            f"write at least {show(least_us, 'us')}; {sheet}",
        )
    elif (held := sensor.held_samples(period_us)) > 0:
        which = "every other sample" if held == 1 else f"{held} of {held + 1} samples"
        SHORT.broken(
            findings,
            f"without an echo the sensor keeps its line high for {show(sensor.SILENCE_US, 'us')}, "
            f"longer than {show(period_us, 'us')}: with nothing in range {which} will be a "
            "`sensor fault`",
            place,
            f"write at least {show(sensor.SILENCE_US + 2_000, 'us')}; {sheet}",
        )
    elif period_us < sensor.SHEET_PERIOD_US:
        SHORT.broken(
            findings,
            f"with a period of {show(period_us, 'us')} a late echo may be taken for the next one",
            place,
            f"write at least {show(sensor.SHEET_PERIOD_US, 'us')}: {sheet}",
        )


def _metres(distance_mm: int) -> str:
    return f"{distance_mm / 1000:g} m"


def _check_latency(draft: Draft, findings: Findings) -> None:
    period_us, latency_us = draft.spec.sensor.period_us, draft.spec.link.latency_us
    if latency_us < period_us:
        LATENCY.broken(
            findings,
            f"the latency {show(latency_us, 'us')} is shorter than the period: there is a sample "
            f"only every {show(period_us, 'us')}",
            draft.spec.where("link", "latency"),
            f"write at least `{show(period_us, 'us')}`",
        )


def _check_watchdog(draft: Draft, findings: Findings) -> None:
    watchdog_us = draft.spec.watchdog_us
    if watchdog_us is None:
        return
    watchdog = draft.board.chip.watchdog
    place = draft.spec.where("watchdog")
    if watchdog_us > watchdog.longest_us:
        seconds = watchdog.longest_us // 1_000_000
        WATCHDOG.broken(
            findings,
            f"the watchdog {watchdog.node} counts at most {seconds} s, found "
            f"{watchdog_us / 1_000_000:g} s",
            place,
            f"write at most `{seconds} s`",
        )
        return
    period_us = draft.spec.sensor.period_us
    least_us = _FED_EVERY_PERIODS * period_us
    if watchdog_us < least_us:
        WATCHDOG.broken(
            findings,
            f"every sample feeds the watchdog, once in {show(period_us, 'us')}: after "
            f"{show(watchdog_us, 'us')} it would reset the M33 at the first missed sample",
            place,
            f"write at least `{show(least_us, 'us')}`",
        )


CHECKS = (_check_period, _check_latency, _check_watchdog)
