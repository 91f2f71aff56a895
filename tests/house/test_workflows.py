"""The workflows run every fuzzer, and require the tools that they install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import NEEDS
from tests.fuzz import TARGETS
from tests.fuzz.readers import READERS

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github/workflows"


def jobs(name: str) -> dict[str, Any]:
    found = YAML(typ="safe").load((WORKFLOWS / name).read_text("utf-8"))
    assert isinstance(found["jobs"], dict)
    return found["jobs"]


def commands(job: dict[str, Any]) -> str:
    return "\n".join(step["run"] for step in job["steps"] if "run" in step)


@pytest.mark.parametrize("path", sorted(WORKFLOWS.iterdir()), ids=lambda path: path.name)
def test_each_job_has_a_limit_of_time(path: Path) -> None:
    for job in jobs(path.name).values():
        assert 0 < job["timeout-minutes"] <= 120
        assert all(("run" in step) != ("uses" in step) for step in job["steps"])


def test_every_fuzzer_runs_for_ten_minutes_a_night_and_for_one_in_ci() -> None:
    fuzz = jobs("nightly.yml")["fuzz"]
    assert fuzz["strategy"]["matrix"]["target"] == [*TARGETS, *READERS]
    assert "tests.fuzz 600 ${{ matrix.target }}" in commands(fuzz)
    minutes = jobs("ci.yml")["fuzz"]
    assert commands(minutes).endswith("tests.fuzz 60")
    assert minutes["timeout-minutes"] > len([*TARGETS, *READERS])


def test_what_ci_installs_is_required() -> None:
    test = jobs("ci.yml")["test"]
    required = set(test["env"]["FWGEN_REQUIRE"].split(","))
    packages = {"dtc": "device-tree-compiler", "clang": "libclang-rt-dev"}
    for name in ("dtc", "clang", "spin", "valgrind"):
        assert packages.get(name, name) in commands(test)
        assert name in required
    script = (ROOT / ".ci/run").read_text("utf-8")
    (line,) = [text for text in script.splitlines() if "FWGEN_REQUIRE=" in text]
    on_debian = set(line.partition("{FWGEN_REQUIRE:-")[2].rstrip('}"').split(","))
    assert required <= on_debian <= set(NEEDS)
