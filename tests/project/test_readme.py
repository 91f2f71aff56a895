"""The commands in README.md do what it says. `...` in an expected output stands for anything.

A block ```` ```console needs-zephyr ```` is run where Zephyr is found, after all others.
"""

import os
import re
import subprocess
import sys
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text()
EXIT_CODE = re.compile(r"  # exit code (\d)$")
BARE = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
CACHE = {"XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))}


def sessions(kind: str) -> list[tuple[str, str]]:
    """(command, expected output) of all blocks of a kind, in order."""
    blocks = re.findall(rf"```console{kind}\n(.*?)```", README, re.DOTALL)
    pieces = "\n".join(blocks).split("$ ")[1:]
    return [(command, output) for command, _, output in (p.partition("\n") for p in pieces)]


def follow(kind: str, folder: Path, environment: dict[str, str]) -> None:
    assert sessions(kind)
    for command, expected in sessions(kind):
        done = subprocess.run(
            EXIT_CODE.sub("", command),
            shell=True,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        code = EXIT_CODE.search(command)
        assert done.returncode == (int(code[1]) if code else 0), f"{command}\n{done.stdout}"
        fits = OutputChecker().check_output(expected.strip(), done.stdout.strip(), ELLIPSIS)
        assert fits, f"$ {command}\n{done.stdout}"


def test_every_command_shows_what_the_readme_shows(tmp_path: Path) -> None:
    follow("", tmp_path, BARE | CACHE)


@pytest.fixture(scope="module")
def with_spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder, so that both tests build one tree."""
    folder = tmp_path_factory.mktemp("readme")
    environment = dict(os.environ) | BARE
    subprocess.run(["fwgen", "init", "range-node.yaml"], cwd=folder, env=environment, check=True)
    return folder


@pytest.mark.needs("zephyr")
def test_every_command_that_needs_zephyr_does(with_spec: Path) -> None:
    follow(" needs-zephyr", with_spec, dict(os.environ) | BARE)


@pytest.mark.needs("zephyr", "renode")
def test_every_command_that_needs_renode_does(with_spec: Path) -> None:
    follow(" needs-renode", with_spec, dict(os.environ) | BARE)


@pytest.mark.needs("linux")
def test_every_command_that_needs_linux_does(tmp_path: Path) -> None:
    follow(" needs-linux", tmp_path, dict(os.environ) | BARE)


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) - {"test"} <= targets
