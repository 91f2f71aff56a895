"""Which output of CMake and ninja fwgen shows, and the errors when they fail."""

from __future__ import annotations

import io
import itertools
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from fwgen.build.cmake import CompileError, Progress, Tree
from fwgen.errors import ToolBrokeError


def tree(
    folder: Path,
    ninja: str,
    progress: Progress | None = None,
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Tree:
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    for name, text in (
        ("cmake", 'mkdir -p "$5" && touch "$5/build.ninja"; echo configured >> ' + f"{folder}/log"),
        ("ninja", f"cat <<'EOF'\n{ninja}\nEOF\n[ -z '{ninja}' ] || grep -qv FAILED {folder}/x"),
    ):
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    (folder / "x").write_text("FAILED\n" if "FAILED" in ninja else "fine\n")
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", **environ}
    return Tree(
        folder / "tree", ["-DBOARD=x"], environment, progress or Progress(io.StringIO(), quiet=True)
    )


def test_steps_are_passed_on_and_counted(tmp_path: Path) -> None:
    said = io.StringIO()
    output = (
        "[0/2] Re-checking globbed directories...\n"
        "[1/2] Building C object a.c.obj\n"
        "a.c:3:1: warning: unused variable\n"
        "[2/2] Linking C executable zephyr.elf\n"
        "Memory region         Used Size  Region Size\n"
    )
    ran = tree(tmp_path, output, Progress(said)).build()
    assert (ran.steps, ran.compiled) == (2, ("a.c.obj",))
    assert said.getvalue() == "a.c:3:1: warning: unused variable\n", "no line for each step"
    said = io.StringIO()
    tree(tmp_path, output, Progress(said, each_step=True)).build()
    assert said.getvalue() == (
        "[1/2] Building C object a.c.obj\n"
        "a.c:3:1: warning: unused variable\n"
        "[2/2] Linking C executable zephyr.elf\n"
    )
    assert (tmp_path / "ninja.log").read_text().startswith(output), "the log has all of it"


def test_without_a_terminal_a_line_every_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reading of the clock is a second later: 240 steps of one second."""
    clock = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    said = io.StringIO()
    output = "\n".join(f"[{n}/240] Building C object {n}.c.obj" for n in range(1, 241))
    ran = tree(tmp_path, output, Progress(said, title="node")).build()
    assert ran.steps == 240
    lines = said.getvalue().splitlines()
    assert 10 < len(lines) < 30
    assert lines[0] == "node: 10 of 240 steps"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line(tmp_path: Path) -> None:
    said = Terminal()
    tree(tmp_path, f"[1/1] Building C object {'x' * 300}", Progress(said)).build()
    assert said.getvalue().startswith(f"\r\x1b[Kbuilding [{'#' * 24}] 1/1  Building")
    assert said.getvalue().endswith("\r\x1b[K") and "\n" not in said.getvalue()
    assert len(said.getvalue()) < 300


def test_the_error_shows_only_failed_steps(tmp_path: Path) -> None:
    said = io.StringIO()
    output = (
        "[1/3] Building C object a.c.obj\n"
        "[2/3] Building C object b.c.obj\n"
        "FAILED: b.c.obj\n"
        "arm-none-eabi-gcc -c b.c\n"
        "/app/b.c:1:10: fatal error: x.h: No such file or directory\n"
        "    1 | #include <x.h>\n"
        "[3/3] Building C object c.c.obj\n"
        "c.c:1:1: warning: not this\n"
        "ninja: build stopped: subcommand failed.\n"
    )
    with pytest.raises(CompileError) as caught:
        tree(tmp_path, output, Progress(said)).build()
    assert str(caught.value) == (
        "the build failed at /app/b.c:1:\n"
        "/app/b.c:1:10: fatal error: x.h: No such file or directory\n"
        "    1 | #include <x.h>\n"
        f"the whole output: {tmp_path}/ninja.log"
    )
    assert caught.value.exit_code == 4
    assert "x.h" not in said.getvalue(), "shown once"


def test_what_does_not_fit(tmp_path: Path) -> None:
    output = (
        "[9/9] Linking C executable zephyr.elf\nFAILED: zephyr.elf\n: && gcc\n"
        "ld: zephyr.elf section `rodata' will not fit in region `FLASH'\n"
        "ld: region `FLASH' overflowed by 1234 bytes\n"
    )
    with pytest.raises(CompileError, match=r"^the firmware does not fit:"):
        tree(tmp_path, output).build()


def test_a_failure_without_words(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match="ninja: error: FAILED to load"):
        tree(tmp_path, "ninja: error: FAILED to load build.ninja").build()


def test_configured_once_for_the_same(tmp_path: Path) -> None:
    def configure(environ: Mapping[str, str] = MappingProxyType({})) -> int:
        tree(tmp_path, "", environ=environ).configure(tmp_path / "app")
        return (tmp_path / "log").read_text().count("configured")

    assert [configure(), configure()] == [1, 1]
    assert configure({"ZEPHYR_BASE": "/another"}) == 2
    (tmp_path / "tree" / "build.ninja").unlink()
    assert configure({"ZEPHYR_BASE": "/another"}) == 3, "a broken tree is configured again"
    assert configure({"HOME": "/elsewhere", "ZEPHYR_BASE": "/another"}) == 3, "HOME does not matter"


def test_a_tool_that_does_not_start(tmp_path: Path) -> None:
    broken = tree(tmp_path, "", environ={"PATH": str(tmp_path / "empty")})
    with pytest.raises(ToolBrokeError, match="ninja cannot be started: No such file"):
        broken.build()
