"""The real firmware crashes, on memory with error correction that was never written."""

from __future__ import annotations

from pathlib import Path

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.backends.renode.options import EccCounts, Options
from fwgen.build.elf import Elf
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from tests.backends.renode.test_firmware import elf
from tests.backends.running import ROOM, reference_plan

pytestmark = pytest.mark.needs("renode", "zephyr")

SCENARIO = f"""{ROOM}
steps:
  - {{at: 1 s, do: suspend}}
  - {{at: 2 s, do: crash-firmware, how: fault}}
  - {{at: 3 s, do: resume}}
  - {{at: 4 s, do: restart-firmware}}
  - {{at: 6 s, do: crash-firmware, how: panic}}
  - {{at: 7 s, do: restart-firmware}}
  - {{at: 8 s, do: power-cycle, takes: 500 ms}}
until: 10 s
expect: {{crashes: 2, declared_lost: {{at-most: 10}}}}
"""


class Watched(RenodeBackend):
    memory: EccCounts

    def finish(self) -> RunRecord:
        record = super().finish()
        self.memory = self.ask("ecc")
        return record


def test_it_works_on_such_memory_and_tells_of_its_crashes() -> None:
    firmware = elf()
    backend = Watched(firmware, options=Options(ecc=True))
    scenario = parse_scenario(SCENARIO)
    report = build_report(run_scenario(backend, reference_plan(), scenario, 1), scenario)
    assert report["verdict"] == "pass", report["reasons"]

    # One instruction alone reads words that may be unreadable, and every store is a whole word.
    symbol = Elf(firmware).symbol("retained_reads_load")
    assert symbol is not None
    assert backend.memory.faulting == {symbol.start}
    assert backend.memory.stores > 25_000 and backend.memory.narrow_stores == 0

    first, second, third, last = report["starts"]
    for start in (first, last):  # after a loss of power no word counts as written
        assert (start["reset"] or "").startswith("power-on")
        assert start["memory"] == "new" and start["unreadable"] > 0
    for start in (second, third):
        assert (start["reset"], start["memory"]) == ("a reset of the M33 alone", "kept")
        assert (start["unreadable"], start["damaged"]) == (0, 0)

    fault, panic = report["crashes"]
    assert (fault["kind"], panic["kind"]) == ("bus fault", "panic")
    assert (fault["boot"], panic["boot"]) == (1, 2)
    for crash in (fault, panic):
        assert crash["pc"] is not None and crash["function"] and crash["source"]
        name, _, line = crash["source"].partition(":")
        assert Path(name).suffix in (".c", ".h") and int(line) > 0
