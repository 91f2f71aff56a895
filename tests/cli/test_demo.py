"""`fwgen demo`: from any folder, to a passing night and a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fwgen.cli import demo
from fwgen.cli.main import main


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
