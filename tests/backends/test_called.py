"""Why Linux was woken: what the firmware says counts only if it has not called again since."""

from __future__ import annotations

import pytest

from fwgen.plan import plan_spec
from fwgen.scenario.load import parse_scenario
from fwgen.spec import parse_spec
from tests.backends.running import run

SPEC = """\
fwgen: 1
name: heard
board: stm32mp257f_dk
sensor: {type: hc-sr04, trigger: PG5, echo: PF15, period: 60 ms, range: [20 mm, 4000 mm]}
link: {channel: rpmsg-tty, latency: 200 ms}
memory: {code: sram1, data: retram, log: 8 KiB}
sleep: {mode: lp-stop2, when_full: wake WAKES}
"""
COMES_NEAR = """\
fwgen-scenario: 1
name: the firmware calls a Linux that is up
distance: [{at: 0 s, mm: 1500}, {at: 20 s, mm: 250}]
steps: [{at: 5.5 s, do: unbind}, {at: 6 s, do: suspend, for: 100 s}, {at: BIND, do: bind}]
until: 140 s
"""
NEAR = "wake_if: [distance < 300 mm for 3 samples], wake_pause: 0 s"


@pytest.mark.parametrize(
    ("bound", "cause"), [("8 s", "age"), ("15.5 s", "age"), ("100 s", "firmware")]
)
def test_a_call_of_a_linux_that_is_up_has_not_woken_it(bound: str, cause: str) -> None:
    """The age wakes Linux at 15 s. The obstacle is near at 19 s, and the firmware calls again."""
    plan = plan_spec(parse_spec(SPEC.replace(" WAKES", f", max_age: 10 s, {NEAR}")))
    report = run(parse_scenario(COMES_NEAR.replace("BIND", bound)), plan=plan)[1]
    assert report["verdict"] == "pass", report["reasons"]
    assert [sleep["wake_cause"] for sleep in report["sleeps"]] == [cause]


@pytest.mark.parametrize(("wakes", "cause"), [("", "log-full"), (", wake_at: 20 %", "firmware")])
def test_a_firmware_with_one_reason_need_not_say_it(wakes: str, cause: str) -> None:
    """Its level can be below the reserve."""
    plan = plan_spec(parse_spec(SPEC.replace(" WAKES", wakes)))
    text = COMES_NEAR.replace("BIND", "600 s").replace("140 s", "620 s").replace("100 s", "590 s")
    text = text.replace("distance:", "noise: 20 mm\ndistance:")
    report = run(parse_scenario(f"{text}expect: {{declared_lost: {{at-least: 0}}}}"), plan=plan)[1]
    assert [sleep["wake_cause"] for sleep in report["sleeps"]] == [cause]
