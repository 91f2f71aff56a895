"""What a machine cannot run is said in the last lines, and can be asked for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parents[1] / "conftest.py"
TESTS = """
import pytest

@pytest.mark.needs("renode")
def test_in_the_emulator(): pass

@pytest.mark.needs("renode")
def test_more_in_the_emulator(): pass

def test_here(): pass
"""


def run(folder: Path, require: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(CONFTEST, folder)
    (folder / "test_some.py").write_text(TESTS)
    environment = {name: value for name, value in os.environ.items() if "RENODE" not in name}
    environment |= {"PATH": "/nonexistent", "FWGEN_REQUIRE": require}
    environment |= {"XDG_CONFIG_HOME": str(folder / "config")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_what_is_missing_is_named_with_its_cure(tmp_path: Path) -> None:
    done = run(tmp_path, "")
    *_, not_run, total = done.stdout.splitlines()
    assert not_run.startswith("not run: 2 tests, because Renode is not installed")
    assert not_run.endswith("(`fwgen setup`)")
    assert total.startswith("1 passed, 2 skipped")
    assert done.returncode == 0


def test_what_is_required_and_missing_fails(tmp_path: Path) -> None:
    for require in ("dtc,renode", "all"):
        done = run(tmp_path, require)
        assert done.returncode == 1
        assert "FWGEN_REQUIRE asks for renode: Renode is not installed" in done.stdout


def test_what_is_required_of_others_does_not_matter(tmp_path: Path) -> None:
    assert run(tmp_path, "dtc").returncode == 0
