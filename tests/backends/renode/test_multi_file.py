"""A release of several files is loaded with its own .NET; stand-ins for pythonnet and pyrenode3."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from fwgen.backends.renode.multi_file import is_multi_file, load_multi_file


def test_a_release_of_one_file_and_of_several(tmp_path: Path) -> None:
    assert not is_multi_file(tmp_path / "renode")
    (tmp_path / "Renode.dll").touch()
    assert is_multi_file(tmp_path / "renode")


@pytest.mark.parametrize("has_runtimes", [False, True])
def test_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_runtimes: bool) -> None:
    calls: list[Any] = []
    pythonnet: Any = ModuleType("pythonnet")
    pythonnet.load = lambda name, **values: calls.append((name, values))
    loader: Any = ModuleType("pyrenode3.loader")
    loader.ensure_additional_libs = lambda folder: None if not has_runtimes else ["x"]
    loader.RenodeLoader = SimpleNamespace(
        from_net_build=lambda folder: calls.append((folder, loader.ensure_additional_libs(folder)))
    )
    for name, module in {
        "pythonnet": pythonnet,
        "pyrenode3": ModuleType("pyrenode3"),
        "pyrenode3.loader": loader,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    if has_runtimes:
        (tmp_path / "runtimes").mkdir()
    before = dict(os.environ)
    load_multi_file(tmp_path)
    assert dict(os.environ) == before
    started = {"entry_dll": str(tmp_path / "Renode.dll"), "dotnet_root": str(tmp_path)}
    assert calls == [("coreclr", started), (tmp_path, ["x"] if has_runtimes else [])]
