"""The service in the real Linux kernel, opposite the firmware's ELF on the emulated board."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.backends.renode.options import Options
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from tests.backends.kernel.running import kernel
from tests.backends.renode.test_firmware import elf
from tests.backends.running import reference_plan
from tests.service import kernel_application
from tests.service.night import LATER_US, check_database

pytestmark = pytest.mark.needs("zephyr", "renode", "linux")
SCENARIO = """\
fwgen-scenario: 1
name: service
distance: [{at: 0 s, mm: 500}, {at: 60 s, mm: 3500}]
noise: 2 mm
steps:
  - {at: 3 s, do: crash-app}
  - {at: 4 s, do: start-app}
  - {at: 7 s, do: suspend, for: 6 s}
  - {at: 16 s, do: crash-app}
  - {at: 17 s, do: start-app}
until: 20 s
"""


def test_killed_before_and_after_a_sleep_it_keeps_every_sample_once(tmp_path: Path) -> None:
    application = tmp_path / "application.py"
    shutil.copyfile(kernel_application.__file__, application)
    backend = RenodeBackend(elf(), options=Options(linux=kernel(), application=application))
    scenario = parse_scenario(SCENARIO, "service.yaml")
    record = run_scenario(backend, reference_plan(), scenario, 1)
    (sleep,) = record.sleeps
    assert sleep.slept_s and sleep.slept_s > 4
    assert (tmp_path / "told.txt").read_text().count("online: log") == 3
    samples, *_, off = check_database(tmp_path / "samples.sqlite", record, LATER_US["renode"])
    assert samples > 300 and off == 0
