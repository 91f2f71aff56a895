"""Without Renode: one sentence, exit code 3, and a hint."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from fwgen.backends.registry import open_backend
from fwgen.backends.renode import trial
from fwgen.backends.renode.find import find_renode, what_is_missing
from fwgen.cli.main import main
from fwgen.config import RenodeConfig
from fwgen.errors import MissingToolError


def renode(folder: Path) -> Path:
    """Return a file that looks like a released Renode."""
    program = folder / "renode"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_each_missing_part_has_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "not installed" in what_is_missing(RenodeConfig())
    nowhere = tmp_path / "nowhere"
    assert f"Renode is expected at {nowhere}" in what_is_missing(RenodeConfig(build_dir=nowhere))
    assert f"pyrenode3 is expected in {nowhere}" in what_is_missing(
        RenodeConfig(bin=renode(tmp_path), runtime="coreclr", pyrenode3=nowhere)
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "pythonnet" in what_is_missing(RenodeConfig(bin=renode(tmp_path), runtime="coreclr"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "pythonnet" or None)
    assert "pyrenode3 is not installed" in what_is_missing(
        RenodeConfig(bin=renode(tmp_path), runtime="coreclr")
    )


def test_nothing_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    (tmp_path / "pyrenode3").mkdir()
    assert (
        what_is_missing(RenodeConfig(bin=renode(tmp_path), runtime="coreclr", pyrenode3=tmp_path))
        == ""
    )
    find_renode(RenodeConfig(bin=renode(tmp_path), runtime="coreclr", pyrenode3=tmp_path))


def test_the_command_ends_with_3_and_a_hint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PYRENODE_BUILD_DIR", raising=False)
    monkeypatch.delenv("PYRENODE_BIN", raising=False)
    assert main(["run", "minute", "--backend", "renode"]) == 3
    error = capsys.readouterr().err
    assert "Renode is not installed" in error
    assert "fwgen setup" in error and "--backend host" in error
    with pytest.raises(MissingToolError):
        open_backend("renode")


@pytest.mark.parametrize(("answer", "printed"), [("\r\n\r", "started"), ("1.17.0\r\n", "1.17.0")])
def test_the_trial_says_something_without_a_version(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], answer: str, printed: str
) -> None:
    """`doctor` takes silence for a Renode that does not work."""
    monitor = SimpleNamespace(execute=lambda command: (answer, ""))
    net = SimpleNamespace(Monitor=lambda: monitor)
    monkeypatch.setattr(trial, "load_renode", lambda config: net)
    monkeypatch.setattr("os._exit", lambda code: None)
    trial.main()
    assert capfd.readouterr().out == f"{printed}\n"
