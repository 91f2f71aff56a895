"""The wheel for the board: small, complete, and nothing but cbor2 beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.metadata import files
from pathlib import Path

import pytest

from fwgen import __version__

ROOT = Path(__file__).parents[2]
MOST_BYTES = 300_000

IMPORT_ALL = """
import importlib, json, pkgutil, sys
import fwgen
before = set(sys.modules)
names = [module.name for module in pkgutil.walk_packages(fwgen.__path__, "fwgen.")]
for name in names:
    if not name.endswith("__main__") and not name.startswith("fwgen.screen."):
        importlib.import_module(name)
tops = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps({"names": names, "foreign": sorted(tops - {"fwgen"} - sys.stdlib_module_names),
                  "file": fwgen.__file__}))
"""


def make_wheel(folder: Path, project: Path = ROOT / "board") -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


def copy_cbor2(environment: Path) -> None:
    (site,) = environment.glob("lib/python*/site-packages")
    for file in files("cbor2") or ():
        if ".." not in file.parts:
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), target)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def board(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the wheel and cbor2, installed without an index."""
    folder = tmp_path_factory.mktemp("board")
    venv.create(folder, with_pip=False, symlinks=True)
    copy_cbor2(folder)
    python = folder / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-index", str(wheel)], check=True)
    subprocess.run([*pip, "check"], check=True)
    return python


def test_it_is_small(wheel: Path) -> None:
    assert wheel.name == f"fwgen_peer-{__version__}-py3-none-any.whl"
    assert wheel.stat().st_size < MOST_BYTES
    with zipfile.ZipFile(wheel) as archive:
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())


def test_it_has_each_file_to_install(board: Path) -> None:
    """The folder share/fwgen-peer that docs/peer.md names."""
    own = {path.name: path.read_bytes() for path in (ROOT / "board/files").iterdir()}
    share = board.parents[1] / "share/fwgen-peer"
    assert {path.name: path.read_bytes() for path in share.glob("*")} == own != {}


def test_all_its_modules_import_with_cbor2_and_the_standard_library(board: Path) -> None:
    ran = subprocess.run([board, "-I", "-c", IMPORT_ALL], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert Path(found["file"]).is_relative_to(board.parents[1])
    assert found["foreign"] in (["cbor2"], ["_cbor2", "cbor2"])
    assert {"fwgen.peer.session", "fwgen.peer.tty", "fwgen.wire.block"} <= set(found["names"])
    assert "fwgen.peer.linux" not in found["names"], "the emulated Linux is not for the board"


def test_the_screen_is_in_it_and_says_what_it_needs(board: Path) -> None:
    """Its extra is not installed here."""
    ran = subprocess.run([board.parent / "fwgen-screen"], capture_output=True, text=True)
    assert ran.returncode == 3, ran.stderr
    assert "error: the Python package PySide6-Essentials is not installed" in ran.stderr
    assert "`pip install 'PySide6-Essentials<6.12' font-manrope`" in ran.stderr
    (folder,) = board.parents[1].glob("lib/python*/site-packages/fwgen/screen")
    for pattern in ("qml/*.qml", "i18n/*.qm"):
        own = {path.name for path in (ROOT / "fwgen/screen").glob(pattern)}
        assert {path.name for path in folder.glob(pattern)} == own != set()


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel by name, without the description of the package."""
    with zipfile.ZipFile(wheel) as archive:
        found = {name.partition(".data/data/")[2] or name: name for name in archive.namelist()}
        return {n: archive.read(whole) for n, whole in found.items() if ".dist-info/" not in n}


def test_fwgen_s_wheel_has_all_its_files(wheel: Path, tmp_path: Path) -> None:
    """The modules, and the files to install: a board may have either wheel."""
    own, whole = contents(wheel), contents(make_wheel(tmp_path, ROOT))
    assert {"fwgen/service/settings/read.py", "share/fwgen-peer/fwgen-peer.service"} < set(own)
    assert own.items() <= whole.items()


def test_both_wheels_agree() -> None:
    """Both have the same needs, extras and commands."""
    own = tomllib.loads((ROOT / "board/pyproject.toml").read_text("utf-8"))["project"]
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(own["dependencies"]) <= set(whole["dependencies"])
    assert own["requires-python"] == whole["requires-python"]
    assert whole["version"] == __version__
    assert own["optional-dependencies"].items() <= whole["optional-dependencies"].items()
    assert own["scripts"].items() <= whole["scripts"].items()
