"""The distribution has one name, and every pip command that is named anywhere uses it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from fwgen import distribution

ROOT = Path(__file__).parents[2]
PIP = re.compile(r"pip[\w.]*[\"',\s]+(?:install|download)\b[^\n`]*")
"""A pip command up to its line's end, as a shell or a list of words writes it."""
FWGEN = re.compile(r"(?<![\w./-])fwgen(?:-[a-z]+)*\b(?![./\w])")


def wrong_names(text: str) -> list[str]:
    """Names that begin with `fwgen` in pip commands and are not ours on PyPI."""
    return [
        name
        for command in PIP.findall(text)
        for name in FWGEN.findall(re.split(r"&&|;|\|", command)[0])
        if name != distribution.NAME
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("upgrade: `pip install --upgrade fwgen`", ["fwgen"]),
        ("python -m pip install 'fwgen[audit]'", ["fwgen"]),
        ('"pip", "install", "fwgen"', ["fwgen"]),
        ("pip3 install fwgen-tools", ["fwgen-tools"]),
        ("pip install 'fwgen-zephyr[audit]' ziglang", []),
        ("pip install -e . && fwgen demo", []),
        ("`pip install ziglang`, then fwgen runs", []),
        ("pip install -r ~/fwgen/requirements.txt", []),
    ],
)
def test_the_search_finds_what_is_wrong(text: str, wrong: list[str]) -> None:
    assert wrong_names(text) == wrong


def test_no_pip_command_installs_another_project() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [ROOT / name for name in listed.splitlines()]
    texts = {path: path.read_text("utf-8", "replace") for path in files if path.is_file()}
    assert len(texts) > 300
    texts.pop(Path(__file__))
    assert {path: found for path, text in texts.items() if (found := wrong_names(text))} == {}


def test_what_is_built_has_that_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == distribution.NAME
    assert list(project["scripts"]) == ["fwgen", "fwgen-peer", "fwgen-screen"], (
        "the commands' names stay"
    )
    own = f"{distribution.NAME}["
    for wanted in (dep for extra in project["optional-dependencies"].values() for dep in extra):
        assert not wanted.startswith("fwgen") or wanted.startswith(own), wanted


def test_hints_name_the_packages_of_the_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert {name: list(extras[name]) for name in distribution.EXTRAS} == {
        name: list(packages) for name, packages in distribution.EXTRAS.items()
    }


def test_no_hint_installs_a_package_that_is_not_published() -> None:
    for extra in distribution.EXTRAS:
        assert distribution.NAME not in distribution.install(extra)
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "fwgen").rglob("*.py"))
    assert not re.search(rf"pip[^\n]* install[^\n]*{distribution.NAME}", sources)
