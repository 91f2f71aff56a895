"""pyproject.toml promises versions; scripts/lowest installs the lowest and runs tests with them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/lowest"


@pytest.fixture
def script() -> ModuleType:
    loader = SourceFileLoader("lowest", str(SCRIPT))
    spec = importlib.util.spec_from_loader("lowest", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_every_requirement_says_its_lowest_version(script: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = script.lowest(project)
    assert len(pins) == len(project["dependencies"]) + 4
    assert all("==" in pin for pin in pins)


@pytest.mark.parametrize("requirement", ["numpy", "numpy<3", "numpy==1.26"])
def test_a_requirement_without_one_is_refused(script: ModuleType, requirement: str) -> None:
    project = {"dependencies": [requirement], "optional-dependencies": {"audit": [], "renode": []}}
    with pytest.raises(ValueError, match="expected a lowest version"):
        script.lowest(project)


def test_every_test_that_it_runs_is_there(script: ModuleType) -> None:
    for test in script.TESTS:
        path, _, name = test.partition("::")
        assert (ROOT / path).exists()
        assert not name or f"def {name}(" in (ROOT / path).read_text()


def test_without_an_index_it_says_so(tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_TIMEOUT": "1"}
    alone = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    for required, code in (("", 0), ("dtc,lowest", 3)):
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(tmp_path / "venv")],
            env=kept | nowhere | alone | {"FWGEN_REQUIRE": required},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code
        *_, last = done.stderr.splitlines()
        assert last.startswith("not run: the tests with the lowest versions, because the package")
