"""Period, latency and watchdog: each must fit the others."""

from __future__ import annotations

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings
from fwgen.spec.quantity import show

LATENCY = Rule("latency-too-short", "error", "the latency is at least the shortest period")
WATCHDOG = Rule("watchdog-range", "error", "the watchdog can count that long and is fed in time")

RULES = (LATENCY, WATCHDOG)

_FED_EVERY_PERIODS = 2


def _check_latency(draft: Draft, findings: Findings) -> None:
    period_us, latency_us = draft.timing.period_us, draft.spec.link.latency_us
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
    period_us = draft.timing.period_us
    least_us = _FED_EVERY_PERIODS * period_us
    if watchdog_us < least_us:
        WATCHDOG.broken(
            findings,
            f"every sample feeds the watchdog, once in {show(period_us, 'us')}: after "
            f"{show(watchdog_us, 'us')} it would reset the M33 at the first missed sample",
            place,
            f"write at least `{show(least_us, 'us')}`",
        )


CHECKS = (_check_latency, _check_watchdog)
