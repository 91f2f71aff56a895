"""What fwgen refuses before a build starts: paths that break Zephyr's build, missing modules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fwgen.build.preflight import MODULES, ONLY_SOME, check_path
from fwgen.cli.main import main
from fwgen.errors import InputError
from tests.build.fakes import Fakes

ROOT = Path(__file__).parents[2]


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    made = Fakes(tmp_path / "machine", monkeypatch)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert main(["init", "node.yaml"]) == 0
    return made


def build(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    status = main(["build", "node.yaml", *options])
    return status, capsys.readouterr().err


@pytest.mark.parametrize("character", " \t,;:#$&|<>()*?[]'\"`\\")
def test_what_breaks_a_build(character: str) -> None:
    """Each was seen with Zephyr 4.3, in CMake or in ninja."""
    with pytest.raises(InputError, match=r"cannot build with (a space|the character)"):
        check_path("the folder", Path(f"/a/my{character}node"), "another")


@pytest.mark.parametrize("character", "+=%@~^!{}-_.ü")
def test_what_does_not(character: str) -> None:
    check_path("the folder", Path(f"/a/my{character}node"), "another")


def test_a_folder_with_a_space(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, err = build(capsys, "-o", "my node")
    assert status == 2 and "Zephyr cannot build with a space in a path" in err
    assert "the folder to build in is" in err and "-o DIR" in err
    assert not Path("my node").exists() and fakes.calls() == [], "before anything starts"


def test_the_spec_may_lie_anywhere(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("my node")
    folder.mkdir()
    Path("node.yaml").rename(folder / "node.yaml")
    monkeypatch.chdir(folder)
    assert build(capsys)[0] == 2, "the usual folder is below this one"
    assert build(capsys, "-o", str(folder.absolute().parents[1] / "out"))[0] == 0


@pytest.mark.parametrize(
    ("what", "named"), [("base", "zephyr.base"), ("toolchain_path", "zephyr.toolchain_path")]
)
def test_zephyr_or_the_toolchain_in_a_path_with_a_space(
    fakes: Fakes, capsys: pytest.CaptureFixture[str], what: str, named: str
) -> None:
    config = fakes.config.read_text()
    real = re.search(rf'^{what} = "(.*)"', config, re.MULTILINE)
    assert real
    link = fakes.state / "with space"
    target = Path(real[1]) if what == "base" else Path(real[1]).parent
    link.symlink_to(target)
    wanted = str(link) if what == "base" else f"{link}/arm-none-eabi-"
    fakes.config.write_text(config.replace(real[1], wanted))
    status, err = build(capsys)
    assert status == 2 and "cannot build with a space" in err and str(link) in err
    assert "config.toml:" in err, "the place that names it"
    assert fakes.calls() == []


def test_modules_that_are_missing(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.set("modules", "cmsis_6 open-amp zcbor")
    status, err = build(capsys)
    assert status == 3 and "modules hal_stm32, libmetal are missing" in err
    assert "`west update` in" in err
    assert fakes.calls() == []


def test_a_module_that_only_this_sensor_s_driver_needs(
    fakes: Fakes, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("node.yaml").write_bytes((ROOT / "tests/sensors/zephyr/specs/motion.yaml").read_bytes())
    driver = fakes.zephyr / "drivers/sensor/st/lis2dw12/Kconfig"
    driver.parent.mkdir(parents=True)
    driver.write_text(
        "menuconfig LIS2DW12\n\tdepends on DT_HAS_ST_LIS2DW12_ENABLED\n"
        "\tdepends on ZEPHYR_HAL_ST_MODULE\n"
    )
    fakes.set("modules", " ".join(MODULES))
    status, err = build(capsys)
    assert status == 3 and "modules hal_st are missing" in err and "`west update` in" in err
    assert fakes.calls() == []
    Path("node.yaml").write_bytes((ROOT / "tests/sensors/zephyr/specs/climate.yaml").read_bytes())
    assert build(capsys)[0] == 0


@pytest.mark.parametrize(
    ("modules", "where", "note"),
    [
        (MODULES, "zcbor", "hal_st (for most of ST's sensors) is missing"),
        ((*MODULES, "hal_st"), "zcbor, hal_st", ""),
    ],
)
def test_doctor_knows_the_modules_that_only_some_specs_need(
    modules: tuple[str, ...],
    where: str,
    note: str,
    fakes: Fakes,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fakes.set("modules", " ".join(modules))
    main(["doctor", "--json"])
    items = json.loads(capsys.readouterr().out)["items"]
    (found,) = (item for item in items if item["name"] == "Zephyr's modules")
    assert found["found"] and found["note"] == note and found["where"].endswith(where)


def outside_of_a_workspace(fakes: Fakes) -> None:
    workspace = fakes.zephyr.parent
    (workspace / ".west" / "config").unlink()


def test_outside_of_a_workspace_without_modules(
    fakes: Fakes, capsys: pytest.CaptureFixture[str]
) -> None:
    outside_of_a_workspace(fakes)
    status, err = build(capsys)
    assert status == 3 and "is not in a west workspace" in err and "hal_stm32" in err
    assert "modules = [" in err and "config.toml" in err
    assert fakes.calls() == []


def test_a_link_to_zephyr_is_in_the_workspace_where_it_points(
    fakes: Fakes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """West resolves the link, and Zephyr asks west."""
    link = tmp_path / "link"
    link.symlink_to(fakes.zephyr)
    fakes.config.write_text(fakes.config.read_text().replace(str(fakes.zephyr), str(link)))
    assert build(capsys)[0] == 0


def test_modules_are_passed_on(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    """Outside of a workspace Zephyr ignores EXTRA_ZEPHYR_MODULES."""
    module = fakes.state / "mine"
    (module / "zephyr").mkdir(parents=True)
    (module / "zephyr" / "module.yml").write_text("name: mine\n")
    fakes.config.write_text(f'{fakes.config.read_text()}modules = ["{module}"]\n')
    assert build(capsys)[0] == 0
    assert f"-DEXTRA_ZEPHYR_MODULES={module}" in fakes.calls()[0]
    outside_of_a_workspace(fakes)
    assert build(capsys)[0] == 0
    (configured, *_) = fakes.calls()
    assert f"-DZEPHYR_MODULES={module}" in configured and "EXTRA" not in configured


@pytest.mark.parametrize(
    ("made", "says"), [("", "does not exist"), ("empty", "is not a Zephyr module: it has no")]
)
def test_a_folder_that_is_not_a_module(
    fakes: Fakes, capsys: pytest.CaptureFixture[str], made: str, says: str
) -> None:
    folder = fakes.state / "module"
    if made:
        folder.mkdir()
    fakes.config.write_text(f'{fakes.config.read_text()}modules = ["{folder}"]\n')
    status, err = build(capsys)
    assert status == 2 and says in err and f"{fakes.config}:6:1 names it" in err
    assert fakes.calls() == []


def test_the_modules_are_those_of_the_manifest() -> None:
    text = (ROOT / "fwgen/generate/templates/app/west.yml").read_text(encoding="utf-8")
    listed = re.search(r"name-allowlist:\n((?:\s+- \S+\n)+)", text)
    assert listed and re.findall(r"- (\S+)", listed[1]) == sorted({*MODULES, *ONLY_SOME})


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        (
            "cmake/modules/zephyr_default.cmake",
            "cmake_minimum_required(VERSION 99.1)",
            "CMake 99.1",
        ),
        ("cmake/modules/python.cmake", "set(PYTHON_MINIMUM_REQUIRED 99.2)", "Python 99.2"),
    ],
)
def test_what_a_newer_zephyr_needs(
    fakes: Fakes, capsys: pytest.CaptureFixture[str], file: str, text: str, says: str
) -> None:
    """Zephyr 4.4 needs Python 3.12, Zephyr 4.5 CMake 3.28; its tree says so."""
    for name, version in (("cmake", "cmake version 3.25.1"), ("python", "3.11.2")):
        tool = fakes.state.parent / "bin" / name
        tool.write_text(f"#!/bin/sh\necho {version}\n" if name == "cmake" else _PYTHON)
    place = fakes.zephyr / file
    place.parent.mkdir(parents=True)
    place.write_text(text)
    status, err = build(capsys)
    assert status == 3 and f"Zephyr 4.3.0 needs {says} or newer" in err
    assert " is 3." in err


_PYTHON = '#!/bin/sh\ncase "$2" in *python_version*) echo 3.11.2;; *) echo missing:;; esac\n'
