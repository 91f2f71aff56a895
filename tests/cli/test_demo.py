"""`fwgen demo`: from any folder, to a passing night and a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fwgen.cli import demo
from fwgen.cli.main import main
from fwgen.config import Config
from fwgen.setup.steps import Command, Step


def test_the_demo_passes_and_names_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert "480,000" in out
    assert "PASS" in out
    page = Path(out.strip().splitlines()[-1].split(": ")[1])
    assert page.exists()
    assert page.parent == Path("fwgen-demo")
    (document,) = page.parent.glob("*.json")
    report = json.loads(document.read_text("utf-8"))
    assert report["samples"]["lost"] == 0
    assert {sleep["wake_cause"] for sleep in report["sleeps"]} == {"timer", "abort", "log-full"}


@pytest.mark.parametrize("on_path", [False, True])
def test_the_demo_tells_where_the_command_is_unless_it_is_on_the_path(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    on_path: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(demo.SCENARIOS, "host", "minute")
    command = tmp_path / "bin/fwgen"
    command.parent.mkdir()
    command.touch(mode=0o755)
    monkeypatch.setattr("sys.executable", str(command.parent / "python"))
    if on_path:
        monkeypatch.setenv("PATH", str(command.parent), prepend=":")
    assert main(["demo"]) == 0
    assert (f"not on the PATH: {command}\n" in capsys.readouterr().out) is not on_path


def test_the_page_goes_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(demo.SCENARIOS, "host", "minute")
    assert main(["demo", "--report", "here"]) == 0
    assert list(Path("here").glob("*.html"))
    assert not Path("fwgen-demo").exists()


def test_a_report_that_cannot_be_written_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("")
    assert main(["demo", "--report", "taken"]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.needs("linux")
def test_the_demo_runs_with_a_real_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--linux", "kernel"]) == 0
    out = capsys.readouterr().out
    assert "host backend, Linux 6" in out
    assert "480,000" in out
    assert "PASS" in out
    (page,) = Path("fwgen-demo").glob("*.html")
    assert "host</b> backend · Linux 6" in page.read_text("utf-8")


def test_the_demo_builds_a_missing_kernel_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FWGEN_LINUX_KERNEL", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    built = tmp_path / "built"

    def steps(config: Config) -> list[Step]:
        command = Command(("touch", str(built)))
        return [Step("the kernel", lambda: "there" if built.exists() else "", (command,))]

    monkeypatch.setattr("fwgen.setup.linux.linux_steps", steps)
    assert main(["demo", "--linux", "kernel"]) == 3, "what was built is no kernel"
    assert built.exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--view", "--backend", "renode"), 2, "`--view` is only for the host backend"),
        (("--pace", "3"), 2, "`--pace` is only for `--view`"),
        (("--view", "--pace", "fast"), 2, "--pace: expected a number from 0.1 to 50"),
        (("--view", "--pace", "0"), 2, "--pace: expected a number from 0.1 to 50"),
        (("--view",), 3, "the Python package PySide6-Essentials is not installed"),
    ],
)
def test_what_the_screen_cannot_show_is_said_before_anything_runs(
    words: tuple[str, ...],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if code == 3:
        monkeypatch.setattr("fwgen.cli.viewing.find_spec", lambda name: None)
    else:
        monkeypatch.setattr("fwgen.cli.viewing.find_spec", lambda name: True)
    assert main(["demo", *words]) == code
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
