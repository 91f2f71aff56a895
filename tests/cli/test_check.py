from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from fwgen.cli.main import main
from fwgen.spec.examples import example_paths
from fwgen.terminal import Style, style_of
from tests.plan.examples import BASE


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("example.yaml")
    path.write_text(BASE, "utf-8")
    return path


@pytest.mark.parametrize("board", example_paths())
def test_the_examples_are_fine(board: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(example_paths()[board])]) == 0
    out, err = capsys.readouterr()
    assert "on the reference walk" in out
    assert err == ""


def test_a_bad_spec_shows_every_mistake_and_no_map(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec.write_text(
        BASE.replace("60 ms", "20 ms").replace("0x3c", "0x78").replace("PF14", "PG9"), "utf-8"
    )
    assert main(["check", "example.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    for line in (
        "example.yaml:4:46: error[pin-taken]: ",
        "example.yaml:4:59: error[period-too-short]: ",
        "example.yaml:5:46: error[bus-address]: ",
        "help: write at least 30 ms; the data sheet requires 60 ms",
        "3 errors",
    ):
        assert line in err


def test_warnings_go_to_stderr(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec.write_text(BASE.replace("60 ms", "45 ms"), "utf-8")
    assert main(["check", "example.yaml"]) == 0
    out, err = capsys.readouterr()
    assert "warning[period-short]" in err
    assert "warning" not in out
    assert "RETRAM" in out


def test_json_is_one_document(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec.write_text(BASE.replace("60 ms", "45 ms"), "utf-8")
    assert main(["check", "--json", "example.yaml"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["fwgen-check"] == 1
    assert document["file"] == "example.yaml"
    assert document["ok"] is True
    (warning,) = document["diagnostics"]
    assert (warning["rule"], warning["line"]) == ("period-short", 4)
    assert document["plan"]["endurance"]["samples_worst"] > 10_000


@pytest.mark.parametrize("text", [BASE.replace("60 ms", "20 ms"), "fwgen: 1\n", "- 1"])
def test_json_of_a_bad_spec(text: str, spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec.write_text(text, "utf-8")
    assert main(["check", "example.yaml", "--json"]) == 2
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["ok"] is False
    assert document["plan"] is None
    assert document["diagnostics"]
    assert "error[" in err


def test_no_such_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", "nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


class _Terminal(io.TextIOWrapper):
    def __init__(self, encoding: str, tty: bool) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("encoding", "tty", "environment", "style"),
    [
        ("utf-8", True, {}, Style(unicode=True, colour=True)),
        ("utf-8", False, {}, Style(unicode=True, colour=False)),
        ("utf-8", True, {"NO_COLOR": "1"}, Style(unicode=True, colour=False)),
        ("utf-8", True, {"NO_COLOR": ""}, Style(unicode=True, colour=True)),
        ("utf-8", True, {"TERM": "dumb"}, Style(unicode=True, colour=False)),
        ("ascii", True, {}, Style(unicode=False, colour=True)),
        ("latin-1", False, {}, Style(unicode=False, colour=False)),
        ("cp437", False, {}, Style(unicode=False, colour=False)),
    ],
)
def test_the_style_is_what_the_terminal_can(
    encoding: str,
    tty: bool,
    environment: dict[str, str],
    style: Style,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert style_of(_Terminal(encoding, tty)) == style
