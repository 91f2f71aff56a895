"""Without Renode: one sentence, exit code 3, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fwgen.backends.registry import open_backend
from fwgen.backends.renode.find import find_renode, what_is_missing
from fwgen.cli.main import main
from fwgen.config import RenodeConfig
from fwgen.errors import MissingToolError


def renode(folder: Path) -> Path:
    """What looks like a released one."""
    program = folder / "renode"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_each_thing_that_can_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not installed" in what_is_missing(RenodeConfig())
    nowhere = tmp_path / "nowhere"
    assert f"there is no {nowhere}" in what_is_missing(RenodeConfig(build_dir=nowhere))
    assert f"there is none in {nowhere}" in what_is_missing(
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


def test_the_command_ends_with_3_and_names_the_way_out(
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
