"""`fwgen doctor`: what it finds, what it misses, and what it says of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from fwgen.cli.main import main


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but Python and its packages; programs can be put into the folder."""
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith(("XDG_", "ZEPHYR", "PYRENODE", "GNUARM", "CROSS")):
            monkeypatch.delenv(name)
    return tools


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, Any]]]:
    status = main(["doctor", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["fwgen-doctor"] == 1
    assert document["ok"] == (status == 0)
    return status, {item["name"]: item for item in document["items"]}


def test_a_bare_machine_has_the_host_road(capsys: pytest.CaptureFixture[str]) -> None:
    status, items = doctor(capsys)
    assert status == 0, "that Zephyr and Renode are missing is no failure"
    assert items["Python"]["where"] == sys.executable
    assert items["C compiler"]["found"], "the one of the ziglang wheel"
    for name, command in (
        ("Zephyr", "fwgen setup"),
        ("toolchain for the M33", "apt-get install gcc-arm-none-eabi"),
        ("ninja", "apt-get install ninja-build"),
        ("Renode", "fwgen setup"),
    ):
        assert not items[name]["found"] and items[name]["get"] == command
    assert items["Zephyr"]["for_commands"] == "build"


def test_what_is_there_has_a_place_and_a_version(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cmake = program(bare, "cmake", "cmake version 3.31.10")
    gcc = program(bare, "arm-none-eabi-gcc", "arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1")
    zephyr = tmp_path / "work" / "zephyr"
    zephyr.mkdir(parents=True)
    (zephyr / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 3\nPATCHLEVEL = 1\n")
    renode = tmp_path / "renode"
    program(tmp_path, "renode", "Renode v1.16.0.0")
    config = tmp_path / ".config/fwgen/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[zephyr]\nbase = "{zephyr}"\n[renode]\nbin = "{renode}"\n')
    _, items = doctor(capsys)
    assert (items["cmake"]["where"], items["cmake"]["version"]) == (str(cmake), "3.31.10")
    assert items["toolchain for the M33"]["where"] == str(gcc)
    assert items["Zephyr"]["version"] == "4.3.1"
    assert items["Zephyr"]["note"] == f"named by {config}:2"
    assert items["Renode"]["version"].startswith("1.16.0")


def test_what_is_named_and_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZEPHYR_BASE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PYRENODE_BIN", str(tmp_path / "none"))
    _, items = doctor(capsys)
    assert "ZEPHYR_BASE names it" in items["Zephyr"]["note"]
    assert "PYRENODE_BIN names" in items["Renode"]["note"]


def test_a_program_that_says_nothing_or_breaks(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare / "cmake").write_text("#!/bin/sh\nexit 3\n")
    (bare / "cmake").chmod(0o755)
    _, items = doctor(capsys)
    assert items["cmake"]["found"] and items["cmake"]["version"] == ""


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "MISSING  Zephyr" in out and "for build; get it: fwgen setup" in out
    assert "missing  dtc" in out, "in small letters: it goes without"
    assert out.splitlines()[-1].startswith("cannot run yet: build; run --backend renode")
