"""`make test` runs all stages, also after one that failed, and ends with a summary."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = """
.PHONY: lint style types lowest tests suites
lint: style types
style:
\t@echo style; {style}
types:
\t@echo types
lowest:
\t@echo 'not run: the lowest versions, because the index cannot be reached'
tests:
\t@echo '3 passed'; echo 'not run: 2 tests, because dtc is not installed'
suites:
\t@echo 'the suites ran'
"""


def stages(folder: Path, style: str) -> subprocess.CompletedProcess[str]:
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/stages", folder / "scripts")
    (folder / "Makefile").write_text(MAKEFILE.format(style=style))
    command = [sys.executable, str(folder / "scripts/stages")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("style", "code", "result", "last"),
    [
        ("true", 0, "passed", "all stages passed"),
        ("false", 1, "FAILED", "failed: lint"),
    ],
)
def test_a_failed_stage_stops_no_other(
    tmp_path: Path, style: str, code: int, result: str, last: str
) -> None:
    done = stages(tmp_path, style)
    assert done.returncode == code
    assert re.findall("^(types|3 passed|the suites ran)$", done.stdout, re.MULTILINE) == [
        *("types", "3 passed", "the suites ran")
    ]
    summary = done.stdout.partition("stage     result   time\n")[2].splitlines()
    assert summary[0].startswith(f"lint      {result}   0 min 0")
    assert [line.split()[0] for line in summary[1:4]] == ["lowest", "tests", "suites"]
    assert summary[4:] == [
        "lowest: not run: the lowest versions, because the index cannot be reached",
        "tests: not run: 2 tests, because dtc is not installed",
        last,
    ]


def test_each_stage_is_a_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    script = (ROOT / "scripts/stages").read_text()
    names = re.findall(r'"(\w+)"', re.findall(r"^STAGES = .*$", script, re.MULTILINE)[0])
    assert names == ["lint", "lowest", "tests", "suites"]
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in names)
