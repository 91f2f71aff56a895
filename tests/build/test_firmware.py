"""`fwgen build` without Zephyr: with stand-ins that link a small firmware."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fwgen.build.sizes import LOG_STEP_BYTES
from fwgen.build.undriven import refuse_undriven
from fwgen.cli.main import main
from fwgen.plan import plan_file
from fwgen.spec.diagnostics import DiagnosticErrors
from tests.audit.firmware_elf import SPEC
from tests.build.fakes import Fakes


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    made = Fakes(tmp_path / "fakes", monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fixed.yaml").write_text(SPEC.read_text())
    (tmp_path / "auto.yaml").write_text(SPEC.read_text().replace("log: 96 KiB", "log: auto"))
    return made


def record(folder: str = "build/audited") -> dict[str, dict[str, dict[str, int]]]:
    found = json.loads(Path(folder, "build.json").read_text())
    assert isinstance(found, dict)
    return found


def log_bytes(folder: str = "build/audited") -> int:
    return record(folder)["windows"]["log"]["size_bytes"]


def test_a_log_of_a_given_size(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "fixed.yaml"]) == 0
    captured = capsys.readouterr()
    assert "sample log" in captured.out and "96 KiB" in captured.out
    assert captured.out.rstrip().endswith("build/audited/audited.elf")
    assert "configuring with CMake" in captured.err
    configured, linked = fakes.calls()
    assert "-DBOARD=stm32mp257f_dk/stm32mp257fxx/m33" in configured
    assert linked == "ninja"
    assert log_bytes() == 96 << 10


def test_nothing_changed_builds_nothing(fakes: Fakes) -> None:
    assert main(["build", "fixed.yaml"]) == 0
    elf, said = Path("build/audited/audited.elf"), Path("build/audited/build.json")
    before = elf.stat().st_mtime_ns, said.stat().st_mtime_ns
    fakes.calls()
    assert main(["build", "fixed.yaml"]) == 0
    assert fakes.calls() == ["ninja"], "it finds nothing to do"
    assert (elf.stat().st_mtime_ns, said.stat().st_mtime_ns) == before


def test_auto_takes_what_the_rest_leaves(fakes: Fakes) -> None:
    fakes.set("data", 10_000)
    assert main(["build", "auto.yaml"]) == 0
    windows = record()["windows"]
    left = windows["data"]["size_bytes"] - windows["data"]["used_bytes"] - log_bytes()
    assert 0 <= left < LOG_STEP_BYTES <= 4096
    assert fakes.calls().count("ninja") == 2


def test_auto_gives_the_same_size_from_any_start(fakes: Fakes) -> None:
    """Without an earlier build, after a smaller log, after a larger one."""
    sizes, elves = [], []
    for data in (50_000, 2_000):
        fakes.set("data", data)
        assert main(["build", "auto.yaml"]) == 0
        fakes.set("data", 20_000)
        assert main(["build", "auto.yaml"]) == 0
        sizes.append(log_bytes())
        elves.append(Path("build/audited/audited.elf").read_bytes())
    shutil.rmtree("build")
    assert main(["build", "auto.yaml"]) == 0
    assert {log_bytes(), *sizes} == {log_bytes()}
    assert {Path("build/audited/audited.elf").read_bytes(), *elves} == {elves[0]}


def test_auto_makes_room_where_the_first_log_is_in_the_way(fakes: Fakes) -> None:
    fakes.set("data", 40_000)  # more than the budget that the first log leaves
    assert main(["build", "auto.yaml"]) == 0
    assert fakes.calls().count("ninja") == 3
    assert 80 << 10 < log_bytes() < 124_000 - 40_000 + 2048


def test_no_room_at_all(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.set("data", 100_000)
    assert main(["build", "auto.yaml"]) == 4
    assert "data and stacks reach into the sample log's region" in capsys.readouterr().err


def test_a_build_begins_with_the_last_builds_log(fakes: Fakes) -> None:
    fakes.set("data", 10_000)
    assert main(["build", "auto.yaml"]) == 0
    fakes.calls()
    spec = Path("auto.yaml")
    spec.write_text(spec.read_text().replace("5 Hz", "4 Hz"))
    assert main(["build", "auto.yaml"]) == 0
    assert fakes.calls() == ["ninja"], "linked once"


def test_compiler_error(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    place = Path("build/audited/app/src/main.c").absolute()
    fakes.set(
        "ninja-fails",
        f"[1/9] Building C object main.c.obj\n[2/9] Building C object x.c.obj\n"
        f"FAILED: CMakeFiles/app.dir/src/main.c.obj\nccache arm-gcc -DLONG {'x' * 500}\n"
        f"{place}: In function 'main':\n{place}:12:3: error: 'x' undeclared\n   12 |   x;\n"
        "ninja: build stopped: subcommand failed.\n",
    )
    assert main(["build", "fixed.yaml"]) == 4
    err = capsys.readouterr().err
    assert f"the build failed at {place}:12:\n" in err
    assert f"{place}:12:3: error: 'x' undeclared\n   12 |   x;" in err
    assert "-DLONG" not in err and "build stopped" not in err
    assert not Path("build/audited/audited.elf").exists()


CLIMATE = SPEC.parents[1] / "sensors" / "zephyr" / "specs" / "two-screen.yaml"
NODES = """/*
 * Generated by gen_defines.py
 *
 * Node dependency ordering (ordinal and path):
 *   0   /
 *   58  /soc/i2c@46040000
 *   59  /fwgen-bus-1/sensor@48
 *   60  /fwgen-bus-0/sensor@40
 */
"""
LINKER = """[80/85] Linking C executable zephyr/zephyr_pre0.elf
FAILED: zephyr/zephyr_pre0.elf zephyr/zephyr_pre0.map
: && ccache /usr/bin/arm-none-eabi-gcc -o zephyr/zephyr_pre0.elf
/usr/bin/ld.bfd: app/libapp.a(zephyr_sensor.c.obj): in function `measure':
/out/app/src/sensors/zephyr_1/zephyr_sensor.c:51: undefined reference to `__device_dts_ord_59'
collect2: error: ld returned 1 exit status
ninja: build stopped: subcommand failed.
"""
"""Recorded of Zephyr 4.3; shortened."""


def test_a_sensor_without_a_driver(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    text = CLIMATE.read_text().replace("ti,tmp108", "acme,nosuch")
    Path("cellar.yaml").write_text(text)
    fakes.set("devicetree", NODES)
    fakes.set("ninja-fails", LINKER)
    assert main(["build", "cellar.yaml"]) == 2
    err = capsys.readouterr().err
    assert (
        "cellar.yaml:16:17: error[sensor-no-driver]: Zephyr built no driver of `acme,nosuch` "
        in err
    )
    assert "for the sensor `cellar`: it has none with this name" in err
    assert "ord_59" not in err and "`climate`" not in err
    assert '16 |     compatible: "acme,nosuch"' in err
    assert "help: correct `compatible`; or enable the driver with -D EXTRA_CONF_FILE=FILE" in err


@pytest.mark.parametrize("number", [58, 61])
def test_another_device_that_is_missing_is_no_sensor(
    fakes: Fakes, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    Path("cellar.yaml").write_text(CLIMATE.read_text())
    fakes.set("devicetree", NODES)
    fakes.set("ninja-fails", LINKER.replace("ord_59", f"ord_{number}"))
    assert main(["build", "cellar.yaml"]) == 4
    assert f"`__device_dts_ord_{number}` is not defined" in capsys.readouterr().err


@pytest.mark.parametrize(("folder", "name"), [("zephyr_0", "climate"), ("zephyr_1", "cellar")])
def test_two_sensors_with_one_address_are_told_apart(
    folder: str, name: str, tmp_path: Path
) -> None:
    plan = plan_file(CLIMATE)
    both = [
        replace(one, part=one.part.model_copy(update={"address": 0x48})) for one in plan.sensors
    ]
    header = tmp_path / "zephyr/include/generated/zephyr/devicetree_generated.h"
    header.parent.mkdir(parents=True)
    header.write_text(NODES)
    output = LINKER.replace("zephyr_1", folder)
    with pytest.raises(DiagnosticErrors, match=f"for the sensor `{name}`"):
        refuse_undriven(output, tmp_path, replace(plan, sensors=tuple(both)))


def test_cmake_error(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.set("cmake-fails", "")
    assert main(["build", "fixed.yaml"]) == 4
    err = capsys.readouterr().err
    assert "the application: no such board\nat CMakeLists.txt:3\nthe whole output: " in err
    assert Path("build/audited/cmake.log").read_text().startswith("-- looking around")
    assert "looking around" not in err
    (fakes.state / "cmake-fails").unlink()
    assert main(["build", "fixed.yaml"]) == 0, "CMake runs again"


def test_definitions_reach_cmake_and_make_it_run_again(fakes: Fakes) -> None:
    assert main(["build", "fixed.yaml", "-D", "EXTRA_CONF_FILE=debug.conf"]) == 0
    assert "-DEXTRA_CONF_FILE=debug.conf" in fakes.calls()[0]
    assert main(["build", "fixed.yaml"]) == 0
    assert fakes.calls()[0].startswith("cmake")
    assert main(["build", "fixed.yaml", "-D", "nonsense"]) == 2


def test_failed_audit(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "fixed.yaml"]) == 0
    fakes.set("wrong", "STRAY_ACCESS")
    capsys.readouterr()
    assert main(["build", "fixed.yaml"]) == 1
    captured = capsys.readouterr()
    assert "error[ddr-pointer]: `stray_access` accesses 0x90ABCDE4" in captured.err
    assert "src/stray.c:" in captured.err and "audit passed" not in captured.out
    assert not Path("build/audited/audited.elf").exists(), "so that nobody loads it"
    (fakes.state / "wrong").unlink()
    assert main(["build", "fixed.yaml"]) == 0
    assert Path("build/audited/audited.elf").exists()


def test_without_zephyr_the_application_is_left(
    fakes: Fakes, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.config.unlink()
    assert main(["build", "fixed.yaml", "-o", "here"]) == 3
    error, hint = capsys.readouterr().err.splitlines()[-2:]
    assert error.startswith("error: Zephyr is not installed")
    assert error.endswith("; the application is complete in here/app")
    assert hint == "help: run `fwgen setup`"
    assert main(["generate", "fixed.yaml", "-o", "here/app", "--check"]) == 0


def test_without_ninja(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = Path(shutil.which("ninja") or "").parent
    (tools / "ninja").unlink()
    monkeypatch.setenv("PATH", str(tools))
    assert main(["build", "fixed.yaml"]) == 3
    err = capsys.readouterr().err
    assert (
        "error: ninja is not installed; the application is complete in build/audited/app\n" in err
    )
    assert err.endswith("\nhelp: run `apt-get install ninja-build`\n")


def test_spec_that_is_wrong(fakes: Fakes) -> None:
    Path("bad.yaml").write_text("fwgen: 1\n")
    assert main(["build", "bad.yaml"]) == 2
    assert fakes.calls() == [] and not Path("build").exists()


@pytest.mark.parametrize("name", ["audited.elf", "build.json", "zephyr/west.yml"])
def test_a_build_keeps_files_that_no_build_made(
    fakes: Fakes, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`-o` may name a folder with a Zephyr in it."""
    mine = Path("here", name)
    mine.parent.mkdir(parents=True)
    mine.write_text("precious")
    assert main(["build", "fixed.yaml", "-o", "here"]) == 2
    assert mine.read_text() == "precious"
    assert str(mine.parent if "/" in name else mine) in capsys.readouterr().err
