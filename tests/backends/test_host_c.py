"""The simulated shell's C: no warning, and no undefined behaviour in the whole library."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from fwgen.backends.host import compile as host_compile
from fwgen.backends.host.compile import core_sources
from fwgen.generate import render
from tests.backends.running import bundled, reference_plan, run

STRICT = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wundef", "-Werror")
TRAPS = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")


def test_there_are_no_warnings_with_strict_flags(tmp_path: Path) -> None:
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("neither gcc nor clang is installed (apt-get install gcc)")
    for name, content in core_sources(render(reference_plan())).items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    folder = Path(host_compile.__file__).parent
    zcbor = importlib.util.find_spec("zcbor")
    assert zcbor and zcbor.origin
    includes = [f"-I{place}" for place in (tmp_path, folder, Path(zcbor.origin).parent / "include")]
    units = sorted(str(path) for path in folder.glob("*.c"))
    for fault in range(len(host_compile.FAULTS)):
        command = [compiler, *STRICT, "-O2", "-fsyntax-only", f"-DHOST_FAULT={fault}"]
        done = subprocess.run([*command, *includes, *units], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["back-to-back", "firmware-reset-asleep", "log-full-keep-newest"])
def test_no_undefined_behaviour(name: str) -> None:
    _, report = run(bundled(name), flags=("-O1", *TRAPS))
    assert report["verdict"] == "pass"
