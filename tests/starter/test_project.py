"""`fwgen init --project`: what it writes runs, by its two commands and as its CI files run it."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from fwgen import distribution, files
from fwgen.cli.main import main
from fwgen.spec import load_spec
from fwgen.spec.examples import example_paths

NOT_HERE = ("pip ", "sudo ", "apt-get ", "fwgen setup", "fwgen doctor")
"""Of the CI's commands: what gets the tools, which are here or not."""


def made(folder: Path, *options: str) -> Path:
    assert main(["init", "--project", str(folder), *options]) == 0
    return folder


def environment(home: Path) -> dict[str, str]:
    """An empty home, and the tools of this Python on the PATH."""
    home.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ZEPHYR", "PYRENODE"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    cache = str(Path("~/.cache/zig").expanduser())  # a compiler's own, where there is no other
    return {**kept, "HOME": str(home), "PATH": path, "ZIG_GLOBAL_CACHE_DIR": cache}


def shell(command: str, folder: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        command, shell=True, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_two_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a folder with a space, as people have them."""
    folder = made(tmp_path / "my node")
    last = capsys.readouterr().err.splitlines()[-1]
    cd, run, robot = re.findall(r"`([^`]+)`", last)
    assert cd == f"cd '{folder}'"
    env = environment(tmp_path / "home")
    assert "PASS" in shell(run, folder, env)
    assert "2 tests, 2 passed, 0 failed" in shell(robot, folder, env)
    assert (folder / "results" / "log.html").is_file()
    other = [*shlex.split(robot)[:-1], "--variable", "SPEC:/nope.yaml", "tests"]
    done = subprocess.run(other, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert "2 tests, 0 passed, 2 failed" in done.stdout, "SPEC is for all tests"
    assert done.stdout.count("/nope.yaml: error[file-missing]") == 2
    assert "WARN" not in done.stdout + done.stderr


def jobs(folder: Path) -> dict[str, list[str]]:
    """Kind of CI and job -> its commands that use fwgen or robot."""
    yaml = YAML(typ="safe")
    github: Any = yaml.load((folder / ".github/workflows/firmware.yml").read_text("utf-8"))
    gitlab: Any = yaml.load((folder / ".gitlab-ci.yml").read_text("utf-8"))
    found = {}
    for name in ("host", "board"):
        steps = [step.get("run", "") for step in github["jobs"][name]["steps"]]
        for kind, texts in (("github", steps), ("gitlab", gitlab[name]["script"])):
            lines = [line.strip() for text in texts for line in text.splitlines()]
            found[f"{kind} {name}"] = [
                line
                for line in lines
                if line.startswith(("fwgen ", "robot ")) and not line.startswith(NOT_HERE)
            ]
    return found


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_ci_on_the_host(tmp_path: Path, kind: str) -> None:
    folder = made(tmp_path / "node")
    commands = jobs(folder)[f"{kind} host"]
    assert len(commands) == 3
    for command in commands:
        shell(command, folder, environment(tmp_path / "home"))
    for result in ("report/report.html", "results/xunit.xml"):
        assert (folder / result).is_file()


@pytest.mark.needs("zephyr", "renode")
def test_ci_on_the_emulated_board(tmp_path: Path) -> None:
    """One of the two: they have the same commands."""
    folder = made(tmp_path / "node")
    found = jobs(folder)
    assert found["github board"] == found["gitlab board"]
    env = {**os.environ, "PATH": environment(tmp_path / "home")["PATH"]}
    for command in found["github board"]:
        shell(command, folder, env)
    assert (folder / "build/range-node/range-node.elf").is_file()


def test_nothing_needs_more_than_it_says(tmp_path: Path) -> None:
    folder = made(tmp_path / "node")
    lines = (folder / "requirements.txt").read_text().splitlines()
    needed = [line for line in lines if not line.startswith("#")]
    assert needed == [f"./wheels/{distribution.WHEEL}[audit,renode]"], "never a name on PyPI"
    for place in ("README.md", ".gitlab-ci.yml", ".github/workflows/firmware.yml"):
        assert "wheel" in (folder / place).read_text(), place
    for path in folder.rglob("*"):
        assert path.is_dir() or not re.search(r"@[A-Z]+@", path.read_text("utf-8")), path
    text = (folder / "README.md").read_text("utf-8")
    for command in re.findall(r"^    (?:fwgen|robot) .*$", text, re.MULTILINE):
        assert any(command.strip().split()[0] in line for line in jobs(folder)["github board"])
    for named in re.findall(r"^\| `([^`]+)`", text, re.MULTILINE):
        assert (folder / named).exists()


@pytest.mark.parametrize("board", example_paths())
def test_every_board_has_a_project(tmp_path: Path, board: str) -> None:
    folder = made(tmp_path / "node", "--board", board)
    spec = load_spec(folder / f"{load_spec(example_paths()[board]).name}.yaml")
    assert spec.board == board
    assert main(["check", str(folder / f"{spec.name}.yaml"), "--json"]) == 0


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "README.md"
    mine.write_text("mine")
    assert main(["init", "--project", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert f"error: expected a folder without these files: {mine}; nothing was written\n" in err
    assert list(tmp_path.iterdir()) == [mine] and mine.read_text() == "mine"


def test_a_folder_with_other_files(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    made(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("fails_at", [1, 3, 8])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fails_at: int,
) -> None:
    write, calls = files.write_new, 0

    def fails(path: Path, content: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, content)

    monkeypatch.setattr(files, "write_new", fails)
    assert main(["init", "--project", str(tmp_path / "a" / "b")]) == 2
    assert "No space left" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", "--project", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert main(["init", "spec.yaml", "--project", str(tmp_path / "x")]) == 2
    assert "help: use one of them\n" in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENAMETOOLONG])
def test_a_place_that_cannot_be_looked_into(
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "there" / "x"
    stat = os.stat

    def refused(path: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(str(folder)):
            raise OSError(number, os.strerror(number), str(path))
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", refused)
    monkeypatch.setattr(os, "lstat", refused)
    assert main(["init", "--project", str(folder)]) == 2
    err = capsys.readouterr().err
    assert f"error: {folder} cannot be written: {os.strerror(number)}; nothing was kept" in err
    assert "help: name another folder" in err


def test_a_name_that_is_too_long(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--project", "n" * 5000]) == 2
    assert "cannot be written: File name too long" in capsys.readouterr().err


def test_the_next_line_without_robot_framework(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "robot" else real(name)
    )
    made(tmp_path / "node")
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith(f"which needs Robot Framework: `{distribution.install('renode')}`")


def test_the_next_line_without_robot_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    made(tmp_path / "node")
    assert f"`{sys.executable} -m robot -d results tests`" in capsys.readouterr().err
