"""Where fwgen looks for Zephyr, its Python and the toolchain; the errors if they are missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fwgen.build.find import (
    find_python,
    find_toolchain,
    find_zephyr,
    missing_packages,
    west_workspace,
    zephyr_version,
)
from fwgen.config import Config, load_config
from fwgen.errors import InputError, MissingToolError


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tools))
    return tools


def config(folder: Path, text: str = "", **environ: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text)
    return load_config(environ, path)


def zephyr(folder: Path, version: str = "4.3.0") -> Path:
    folder.mkdir(parents=True)
    names = ("VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL")
    lines = [f"{n} = {v}\n" for n, v in zip(names, version.split("."), strict=True)]
    (folder / "VERSION").write_text("".join(lines) + "VERSION_TWEAK = 0\nEXTRAVERSION =\n")
    return folder


def workspace(folder: Path, text: str = "[manifest]\npath = zephyr\n") -> Path:
    (folder / ".west").mkdir(parents=True)
    (folder / ".west/config").write_text(text)
    return folder


def program(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_version(tmp_path: Path) -> None:
    assert zephyr_version(zephyr(tmp_path / "z", "4.10.2")) == (4, 10, 2)
    assert zephyr_version(tmp_path) is None
    (tmp_path / "VERSION").write_text("1.2.3\n")
    assert zephyr_version(tmp_path) is None, "some other VERSION"


def test_environment_before_workspace_before_file(tmp_path: Path) -> None:
    named, around, listed = (zephyr(tmp_path / name / "zephyr") for name in "abc")
    spec = workspace(tmp_path / "b") / "deep" / "down"
    spec.mkdir(parents=True)
    text = f'[zephyr]\nbase = "{listed}"\n'
    found = find_zephyr(config(tmp_path, text, ZEPHYR_BASE=str(named)), [spec])
    assert (found.base, found.origin) == (named, "ZEPHYR_BASE")
    found = find_zephyr(config(tmp_path, text), [spec])
    assert found.base == around and "west workspace" in found.origin
    assert found.workspace == tmp_path / "b"
    found = find_zephyr(config(tmp_path, text), [tmp_path])
    assert found.base == listed and found.origin.endswith("config.toml:2:1")
    assert found.version_text == "4.3.0"


def test_workspace_that_names_zephyr_itself(tmp_path: Path) -> None:
    base = zephyr(tmp_path / "ws/deps/zephyr-4")
    workspace(tmp_path / "ws", "[manifest]\npath = app\n\n[zephyr]\nbase = deps/zephyr-4\n")
    assert find_zephyr(config(tmp_path), [tmp_path / "ws/app"]).base == base


def test_workspace_without_zephyr_is_none(tmp_path: Path) -> None:
    assert west_workspace(workspace(tmp_path / "ws") / "x") == tmp_path / "ws"
    with pytest.raises(MissingToolError, match="Zephyr is not installed"):
        find_zephyr(config(tmp_path), [tmp_path / "ws"])


def test_zephyr_that_is_none_or_too_old(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"is not a Zephyr tree: it has no file VERSION .ZEPHYR_BASE names"
    ):
        find_zephyr(config(tmp_path, ZEPHYR_BASE=str(tmp_path)), [])
    old = zephyr(tmp_path / "old", "4.2.1")
    with pytest.raises(MissingToolError, match=r"expected Zephyr 4.3 or newer, found 4.2.1 at "):
        find_zephyr(config(tmp_path, ZEPHYR_BASE=str(old)), [])


def test_python_of_the_file_of_the_workspace_of_fwgen(tmp_path: Path) -> None:
    found = find_zephyr(config(tmp_path, ZEPHYR_BASE=str(zephyr(tmp_path / "ws/zephyr"))), [])
    good = program(tmp_path / "good/python", "echo missing:")
    listed = config(tmp_path, f'[zephyr]\npython = "{good}"\n')
    assert find_python(listed, found) == good
    beside = program(workspace(tmp_path / "ws") / ".venv/bin/python", "echo missing:")
    found = find_zephyr(config(tmp_path, ZEPHYR_BASE=str(tmp_path / "ws/zephyr")), [])
    assert find_python(config(tmp_path), found) == beside


def test_python_that_lacks_packages(tmp_path: Path) -> None:
    found = find_zephyr(config(tmp_path, ZEPHYR_BASE=str(zephyr(tmp_path / "zephyr"))), [])
    poor = program(tmp_path / "poor", "echo missing: west yaml")
    listed = config(tmp_path, f'[zephyr]\npython = "{poor}"\n')
    with pytest.raises(MissingToolError) as caught:
        find_python(listed, found)
    requirements = tmp_path / "zephyr/scripts/requirements-base.txt"
    assert caught.value.message == f"{poor} lacks west, yaml, which Zephyr's scripts import"
    assert caught.value.hint == f"run `{poor} -m pip install -r {requirements}`"
    gone = config(tmp_path, '[zephyr]\npython = "/nowhere/python"\n')
    with pytest.raises(MissingToolError, match=r"does not exist .*config.toml:2"):
        find_python(gone, found)


def test_missing_packages() -> None:
    assert missing_packages(Path(sys.executable), ["os", "no_such_thing"]) == ["no_such_thing"]
    assert missing_packages(Path("/nowhere"), ["os"]) == ["os"]


def test_toolchain_of_the_environment(tmp_path: Path) -> None:
    program(tmp_path / "gcc/bin/arm-none-eabi-gcc")
    found = find_toolchain(
        config(
            tmp_path,
            ZEPHYR_TOOLCHAIN_VARIANT="gnuarmemb",
            GNUARMEMB_TOOLCHAIN_PATH=str(tmp_path / "gcc"),
        )
    )
    assert found.environment == {
        "ZEPHYR_TOOLCHAIN_VARIANT": "gnuarmemb",
        "GNUARMEMB_TOOLCHAIN_PATH": str(tmp_path / "gcc"),
    }


def test_any_toolchain_that_zephyr_knows(tmp_path: Path) -> None:
    found = find_toolchain(config(tmp_path, ZEPHYR_TOOLCHAIN_VARIANT="llvm"))
    assert found.environment == {"ZEPHYR_TOOLCHAIN_VARIANT": "llvm"}
    assert found.compiler is None


def test_toolchain_that_is_not_there(tmp_path: Path) -> None:
    text = '[zephyr]\ntoolchain = "cross-compile"\ntoolchain_path = "/nowhere/arm-"\n'
    with pytest.raises(MissingToolError, match="the compiler /nowhere/arm-gcc does not exist"):
        find_toolchain(config(tmp_path, text))
    with pytest.raises(MissingToolError, match="set GNUARMEMB_TOOLCHAIN_PATH or `toolchain_path`"):
        find_toolchain(config(tmp_path, '[zephyr]\ntoolchain = "gnuarmemb"\n'))
    with pytest.raises(MissingToolError, match="apt-get install gcc-arm-none-eabi"):
        find_toolchain(config(tmp_path))


def test_toolchain_that_is_not_configured(tmp_path: Path, bare: Path) -> None:
    gcc = program(bare / "arm-none-eabi-gcc")
    found = find_toolchain(config(tmp_path))
    assert found.environment["CROSS_COMPILE"] == str(gcc).removesuffix("gcc")
    for version in ("0.9.0", "0.17.4", "0.17.10"):
        sdk = Path(os.environ["HOME"], f"zephyr-sdk-{version}")
        program(sdk / "arm-zephyr-eabi/bin/arm-zephyr-eabi-gcc")
        (sdk / "sdk_version").write_text(version)
    found = find_toolchain(config(tmp_path))
    assert found.variant == "zephyr" and found.path.endswith("zephyr-sdk-0.17.10"), "the newest"
    assert found.compiler and found.compiler.name == "arm-zephyr-eabi-gcc"
