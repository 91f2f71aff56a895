"""The firmware's header, the specification and Python define a sample alike."""

from __future__ import annotations

import re
from pathlib import Path

from fwgen.wire.log_format import CHANNELS_MAX, WIDTH_MAX
from fwgen.wire.sample import DISTANCE_MAX_MM, STATUS_NAMES, SampleStatus

HEADER = Path("fwgen/generate/templates/app/src/core/sample.h")


def test_the_core_has_the_same_status_numbers() -> None:
    text = HEADER.read_text(encoding="utf-8")
    found = {name: int(n) for name, n in re.findall(r"SAMPLE_(\w+) = (\d+),", text)}
    assert found == {status.name: status.value for status in SampleStatus}
    assert f"#define SAMPLE_CHANNELS_MAX {CHANNELS_MAX}u" in text
    assert f"#define SAMPLE_WIDTH_MAX {WIDTH_MAX}u" in text
    sensor = HEADER.parents[1] / "sensors/hc_sr04/core"
    echo = (sensor / "echo.h").read_text(encoding="utf-8")
    assert f"#define ECHO_MAX_MM {DISTANCE_MAX_MM}u" in echo


def test_each_status_has_a_name() -> None:
    assert len(STATUS_NAMES) == len(SampleStatus)
