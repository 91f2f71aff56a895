"""A fault that lasts until the log is full: what is dropped is the policy's, and no fault of the
firmware's."""

from __future__ import annotations

import pytest

from fwgen.checkout import ROOT
from fwgen.plan import plan_spec
from fwgen.scenario.load import parse_scenario
from fwgen.spec import parse_spec
from tests.backends.running import run

SPECS = ROOT / "fwgen" / "scenario" / "bundled" / "specs"

LONG = {
    "foreign-suspend": "- {at: 5 s, do: foreign-suspend, for: 1000 s}",
    "stall-linux": "- {at: 5 s, do: stall-linux, for: 1000 s}",
    "stall and suspend": """- {at: 5 s, do: stall-linux, for: 1000 s}
  - {at: 6.5 s, do: suspend, for: 1000 s}""",
    "refuse-writes": "- {at: 5 s, do: refuse-writes, for: 1000 s}",
    "doorbells": """- {at: 5 s, do: suspend, for: 1000 s}
  - {do: disturb-doorbells, at: 5.01 s, to: linux, how: lost, for: 10 s, every: 10 s,
     times: 100}""",
    "doorbells until it reads": """- {at: 5 s, do: suspend, for: 999 s}
  - {do: disturb-doorbells, at: 5.01 s, to: linux, how: lost, for: 10 s, every: 10 s,
     times: 100}
  - {at: 1001.5 s, do: resume}""",
    "unbind": """- {at: 5 s, do: unbind}
  - {at: 1000 s, do: bind}
  - {at: 1000 s, do: steal-reads, for: 5 s}""",
    "reboot": """- {at: 5 s, do: reboot-linux, takes: 1000 s}
  - {at: 1004.4 s, do: steal-reads, for: 5 s}""",
    "crash": """- {at: 5 s, do: crash-app, when: received}
  - {at: 1000 s, do: start-app}""",
}


@pytest.mark.parametrize("policy", ["wake", "keep-newest", "keep-oldest"])
@pytest.mark.parametrize("fault", LONG)
def test_a_long_fault_is_no_fault_of_the_firmware(fault: str, policy: str) -> None:
    scenario = parse_scenario(f"""\
fwgen-scenario: 1
name: long
distance: [{{at: 0 s, mm: 1500}}, {{at: 100 s, mm: 250}}, {{at: 900 s, mm: 3900}}]
noise: 20 mm
missed: 1 %
steps:
  {LONG[fault]}
until: 2200 s
expect: {{declared_lost: {{at-least: 1}}, ignored: 0}}
""")
    text = (SPECS / f"small-log-{policy}.yaml").read_text("utf-8").replace("16 KiB", "8 KiB")
    _, report = run(scenario, plan=plan_spec(parse_spec(text)))
    assert report["verdict"] == "pass", report["reasons"]
