"""The files to install, checked by what reads them: sh, make, systemd where it is installed.

Not checked: udev's, polkit's and bitbake's own parsers are not on the machines of the tests.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fwgen import __version__
from fwgen.service.settings import parse

BOARD = Path(__file__).parents[2] / "board"
FILES = BOARD / "files"


def test_the_example_settings_are_valid() -> None:
    path = FILES / "fwgen-peer.toml"
    assert parse(path.read_text("utf-8"), str(path)).database is not None


def test_the_unit_runs_the_service_without_rights() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(FILES / "fwgen-peer.service")
    service = unit["Service"]
    assert service["ExecStart"] == "/usr/bin/fwgen-peer run"
    assert service["User"] == "fwgen-peer"
    assert service["CapabilityBoundingSet"] == ""
    assert service["StateDirectory"] == service["RuntimeDirectory"] == "fwgen-peer"


@pytest.mark.needs("systemd-analyze")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    text = (FILES / "fwgen-peer.service").read_text("utf-8")
    unit = tmp_path / "fwgen-peer.service"
    unit.write_text(text.replace("/usr/bin/fwgen-peer", shutil.which("true") or "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert "fwgen-peer.service:" not in ran.stderr, ran.stderr


def init_script(tmp_path: Path, word: str) -> tuple[int, list[str]]:
    """Run the script with a start-stop-daemon that only notes how it is called."""
    log = tmp_path / "log"
    log.write_text("")
    for name in ("start-stop-daemon", "chown", "mkdir", "sleep"):
        tool = tmp_path / name
        tool.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n')
        tool.chmod(0o755)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(["sh", FILES / "S60fwgen-peer", word], env=path, capture_output=True)
    return ran.returncode, log.read_text().splitlines()


def test_the_init_script_runs_only_the_suspending_part_as_root(tmp_path: Path) -> None:
    code, calls = init_script(tmp_path, "start")
    assert code == 0
    service, suspend = (call for call in calls if "-S" in call.split())
    assert "-c fwgen-peer -x /usr/bin/fwgen-peer -- run" in service
    assert " -c fwgen-peer " not in suspend
    assert "/usr/bin/fwgen-peer suspend --serve" in suspend
    assert init_script(tmp_path, "stop")[0] == 0
    assert init_script(tmp_path, "restart")[0] == 0
    assert init_script(tmp_path, "else")[0] == 2


def test_udev_rules_are_matches_and_assignments() -> None:
    part = re.compile(r'[A-Z]+(\{[\w/]+\})?(==|!=|=|\+=|-=|:=)"[^"]*"')
    rules = [
        line
        for line in (FILES / "70-fwgen-peer.rules").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert len(rules) == 3
    for rule in rules:
        assert all(part.fullmatch(item) for item in rule.split(", ")), rule


def test_make_reads_buildroot_s_package(tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(
        f"BR2_EXTERNAL_FWGEN_PATH = {BOARD}/buildroot\n"
        "define python-package\nmade = $(FWGEN_PEER_SITE)/$(FWGEN_PEER_SUBDIR)\nendef\n"
        f"include {BOARD}/buildroot/external.mk\n"
        "all:\n\t@echo $(made)\n"
    )
    ran = subprocess.run(["make", "-f", makefile], capture_output=True, text=True, check=True)
    assert (Path(ran.stdout.strip()) / "pyproject.toml").samefile(BOARD / "pyproject.toml")
    package = (BOARD / "buildroot/package/fwgen-peer/fwgen-peer.mk").read_text("utf-8")
    for name in re.findall(r"\$\(@D\)/(\S+)", package):
        assert (BOARD.parent / name).is_file(), name


def test_the_recipe_installs_files_that_are_there() -> None:
    (recipe,) = BOARD.glob("yocto/recipes-*/*/*.bb")
    assert recipe.name == f"fwgen-peer_{__version__}.bb"
    text = recipe.read_text("utf-8")
    names = re.findall(r"\$\{S\}/(board/\S+)", text)
    assert len(names) >= 4
    for name in names:
        assert (BOARD.parent / name).exists(), name
