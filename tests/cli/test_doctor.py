"""`fwgen doctor`: what it finds, what it misses, and what it says of it."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from fwgen.cli.main import main
from fwgen.config import load_config


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with Python, its packages and a C compiler; programs can be put into the folder."""
    tools = tmp_path / "bin"
    tools.mkdir()
    if real := shutil.which("cc"):
        program(tools, "cc", "")
        (tools / "cc").write_text(f'#!/bin/sh\nPATH={os.environ["PATH"]} exec {real} "$@"\n')
    else:
        cache = Path("~/.cache/zig").expanduser()
        monkeypatch.setenv("ZIG_GLOBAL_CACHE_DIR", str(cache))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith(("XDG_", "ZEPHYR", "PYRENODE", "GNUARM", "CROSS", "FWGEN_LINUX")):
            monkeypatch.delenv(name)
    return tools


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, Any]]]:
    status = main(["doctor", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["fwgen-doctor"] == 2
    works = [item["works"] for item in document["items"] if item["needed"]]
    assert document["ok"] == all(works)
    return status, {item["name"]: item for item in document["items"]}


def test_a_machine_without_tools_runs_the_host_commands(capsys: pytest.CaptureFixture[str]) -> None:
    status, items = doctor(capsys)
    assert status == 0, "that Zephyr and Renode are missing is no failure"
    assert items["Python"]["where"] == sys.executable
    assert items["C compiler"]["works"]
    for name, command in (
        ("Zephyr", "fwgen setup --only zephyr"),
        ("toolchain for the M33", "apt-get install gcc-arm-none-eabi"),
        ("ninja", "apt-get install ninja-build"),
        ("Renode", "fwgen setup --only renode"),
        ("Linux kernel", "fwgen setup --only linux"),
    ):
        assert not items[name]["found"] and items[name]["get"] == command
    assert items["Zephyr"]["for_commands"] == "build"


def test_what_is_there_has_a_place_and_a_version(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cmake = program(bare, "cmake", "cmake version 3.31.10")
    gcc = compiler(bare, "arm-none-eabi-gcc", "arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1")
    zephyr = tmp_path / "work" / "zephyr"
    zephyr.mkdir(parents=True)
    (zephyr / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 3\nPATCHLEVEL = 1\n")
    renode = tmp_path / "renode"
    program(tmp_path, "renode", "Renode v1.16.0.0")
    config = tmp_path / ".config/fwgen/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[zephyr]\nbase = "{zephyr}"\n[renode]\nbin = "{renode}"\n')
    _, items = doctor(capsys)
    assert (items["cmake"]["where"], items["cmake"]["version"]) == (str(cmake), "3.31.10")
    assert items["toolchain for the M33"]["where"] == str(gcc)
    assert items["Zephyr"]["version"] == "4.3.1"
    assert items["Zephyr"]["note"] == f"from {config}:2:1"
    assert items["Renode"]["version"].startswith("1.16.0")
    for name in ("cmake", "toolchain for the M33", "C compiler", "Zephyr"):
        assert items[name]["works"], items[name]
    assert items["Renode"]["note"].endswith(", runtime coreclr"), "a release needs no other"


ARM = r"printf '\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\1\0\50\0'"


def compiler(folder: Path, name: str, says: str) -> Path:
    """One that makes the file that it is asked for."""
    path = program(folder, name, says)
    path.write_text(f'{path.read_text()}while [ $# -gt 1 ]; do shift; done\n{ARM} > "$1"\n')
    return path


def test_a_compiler_that_produces_nothing(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(bare, "arm-none-eabi-gcc", "arm-none-eabi-gcc 12.2.1")
    _, items = doctor(capsys)
    found = items["toolchain for the M33"]
    assert found["found"] and not found["works"]
    assert found["trouble"] == "it exits with status 0 but produces no file"
    assert found["get"] == "apt-get install gcc-arm-none-eabi"


def test_a_c_compiler_that_is_broken(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", str(program(bare, "mycc", "")))
    status, items = doctor(capsys)
    assert status == 3, "nothing can run"
    assert not items["C compiler"]["works"]
    assert "mycc: it reports success and makes no file" in items["C compiler"]["trouble"]
    assert items["C compiler"]["get"] == "unset CC"


RENODES = {
    "empty folder": ("build_dir", "", "mono", "is not a Renode: ", "fwgen setup"),
    "sources": ("build_dir", "build.sh", "mono", "was not built", "./build.sh --no-gui"),
    "sources for .NET": ("build_dir", "build.sh", "coreclr", "runtime coreclr", "--net"),
    "without mono": (
        *("build_dir", "output/bin/Release/Renode.exe", "mono"),
        *("mono is not installed", "fwgen setup --only renode --renode 1.17.0"),
    ),
    "without .NET": (
        *("build_dir", "output/bin/Release/Renode.dll", "coreclr"),
        *("needs .NET: neither `dotnet` nor DOTNET_ROOT was found", "fwgen setup --only renode"),
    ),
    "a folder for a file": ("bin", "renode/x", "coreclr", "is not a program", "fwgen setup"),
}


@pytest.mark.parametrize("name", RENODES)
def test_a_renode_that_cannot_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    key, file, runtime, reason, command = RENODES[name]
    place = tmp_path / "renode"
    place.mkdir()
    if file:
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text("")
    configure(tmp_path, f'[renode]\n{key} = "{place}"\nruntime = "{runtime}"\n')
    _, items = doctor(capsys)
    found = items["Renode"]
    assert found["found"] and not found["works"]
    assert reason in found["trouble"] and command in found["get"]


def test_a_renode_that_looks_well_and_does_not_start(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(bare, "mono", "Mono 6")
    place = tmp_path / "renode"
    (place / "output/bin/Release").mkdir(parents=True)
    (place / "output/bin/Release/Renode.exe").write_text("no program at all")
    driver = tmp_path / "driver" / "pyrenode3"
    driver.mkdir(parents=True)
    (driver / "__init__.py").write_text("raise ImportError('Renode not found')\n")
    configure(
        tmp_path,
        f'[renode]\nbuild_dir = "{place}"\nruntime = "mono"\npyrenode3 = "{driver.parent}"\n',
    )
    _, items = doctor(capsys)
    assert not items["Renode"]["works"]
    assert items["Renode"]["trouble"].startswith("it does not start: ")


def test_renodes_own_runner_that_is_not_there_or_fails(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configure(tmp_path, f'[renode]\ntest = "{bare / "renode-test"}"\n')
    _, items = doctor(capsys)
    assert items["renode-test"]["trouble"].startswith(f"{config}:2:1 names ")
    (bare / "renode-test").write_text("#!/bin/sh\necho No module named psutil >&2\nexit 1\n")
    (bare / "renode-test").chmod(0o755)
    _, items = doctor(capsys)
    assert items["renode-test"]["trouble"] == "No module named psutil"
    assert not items["renode-test"]["works"]


BOOTED = "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000000"
KERNELS = {
    "boots": (f"echo '{BOOTED}'; kill -ABRT $$", ""),
    "no root": ("echo 'Kernel panic - not syncing: no root'; exit 1", "not syncing: no root"),
    "no ptrace": ("echo 'Checking ptrace'; echo 'ptrace failed' >&2; exit 1", "ptrace failed"),
    "its first program fails": (
        *(f"echo '{BOOTED}' | sed s/=0x00000000/=0x00000100/", "exitcode=0x00000100"),
    ),
}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="User-Mode Linux needs x86-64")
@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_is_booted(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    does, trouble = KERNELS[name]
    (bare / "sed").symlink_to(shutil.which("sed", path=os.defpath) or "/bin/sed")
    kernel = program(bare, "linux", "")
    kernel.write_text(f"#!/bin/sh\nif [ $1 = --version ]; then echo 6.1.7; exit; fi\n{does}\n")
    config = configure(tmp_path, f'[linux]\nkernel = "{kernel}"\n')
    _, items = doctor(capsys)
    found = items["Linux kernel"]
    assert (found["version"], found["where"]) == ("6.1.7", str(kernel))
    assert found["note"] == f"from {config}:2:1" and found["works"] == (not trouble)
    assert trouble in found["trouble"]


def test_a_machine_that_cannot_run_the_kernel(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    _, items = doctor(capsys)
    found = items["Linux kernel"]
    assert not found["found"] and not found["needed"] and "x86-64" in found["note"]


def test_modules_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zephyr = tmp_path / "zephyr"
    zephyr.mkdir()
    (zephyr / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 3\nPATCHLEVEL = 1\n")
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho missing:\n")
    python.chmod(0o755)
    text = f'[zephyr]\nbase = "{zephyr}"\npython = "{python}"\nmodules = ["/none/hal"]\n'
    config = configure(tmp_path, text)
    _, items = doctor(capsys)
    found = items["Zephyr's modules"]
    assert found["trouble"] == f"/none/hal does not exist ({config}:4:1 names it)"
    assert found["get"] == "fwgen setup"


def test_what_was_found_is_written(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gcc = compiler(bare, "arm-none-eabi-gcc", "arm-none-eabi-gcc 12.2.1")
    zephyr = tmp_path / "work" / "zephyr"
    hal = tmp_path / "work" / "modules" / "hal" / "stm32"
    for folder in (zephyr, hal / "zephyr"):
        folder.mkdir(parents=True)
    (hal / "zephyr" / "module.yml").write_text("name: hal_stm32\n")
    (zephyr / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 3\nPATCHLEVEL = 1\n")
    monkeypatch.setenv("ZEPHYR_BASE", str(zephyr))
    assert main(["doctor", "--write-config"]) == 0
    config = tmp_path / ".config/fwgen/config.toml"
    told = capsys.readouterr().err
    assert told.startswith("added zephyr.base, ") and str(config) in told
    monkeypatch.delenv("ZEPHYR_BASE")
    found = load_config().zephyr
    assert (found.base, found.toolchain) == (zephyr, "cross-compile")
    assert found.toolchain_path == str(gcc).removesuffix("gcc")
    assert found.modules == (hal,)
    before = config.read_bytes()
    assert main(["doctor", "--write-config"]) == 0
    assert "nothing to add" in capsys.readouterr().err and config.read_bytes() == before


def test_what_a_person_wrote_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '# mine\n[zephyr]\nbase = "/mine"\n[renode]\nbin = "/my/renode"\n'
    config = configure(tmp_path, text)
    monkeypatch.setenv("ZEPHYR_BASE", "/other")
    monkeypatch.setenv("PYRENODE_BUILD_DIR", "/built")
    monkeypatch.setenv("PYRENODE_RUNTIME", "mono")
    assert main(["doctor", "--write-config"]) == 0
    assert config.read_text() == f'{text}runtime = "mono"\n'
    assert "zephyr.base is not changed; the value found is /other" in capsys.readouterr().err


def configure(home: Path, text: str) -> Path:
    config = home / ".config/fwgen/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(text)
    return config


def test_what_is_named_and_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZEPHYR_BASE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PYRENODE_BIN", str(tmp_path / "none"))
    _, items = doctor(capsys)
    assert "ZEPHYR_BASE names it" in items["Zephyr"]["trouble"]
    assert "from PYRENODE_BIN" in items["Renode"]["note"]
    assert f"expected at {tmp_path / 'none'}, which does not exist" in items["Renode"]["trouble"]


def test_a_program_that_says_nothing_or_breaks(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare / "cmake").write_text("#!/bin/sh\nexit 3\n")
    (bare / "cmake").chmod(0o755)
    _, items = doctor(capsys)
    assert items["cmake"]["found"] and items["cmake"]["version"] == ""
    assert not items["cmake"]["works"]
    assert items["cmake"]["trouble"] == "it exits with status 3"
    assert items["cmake"]["get"] == "apt-get install cmake"


COMMANDS = ("pip", "python", "apt-get", "fwgen", "cd", "unset", "./build.sh", "/")


def test_whatever_does_not_work_has_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zephyr = tmp_path / "zephyr"
    zephyr.mkdir()
    (zephyr / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 3\nPATCHLEVEL = 1\n")
    configure(tmp_path, f'[zephyr]\nbase = "{zephyr}"\npython = "/no/python"\n')
    _, items = doctor(capsys)
    broken = [item for item in items.values() if not item["works"]]
    assert len(broken) > 5
    for item in broken:
        assert item["get"].startswith(COMMANDS) and "`" not in item["get"], item
    assert "/no/python" in items["Python with west and Zephyr's packages"]["trouble"]


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "MISSING  Zephyr" in out and "needed by build; to install it: fwgen setup" in out
    assert "missing  dtc" in out, "lower case: it is optional"
    last = out.splitlines()[-1]
    assert last.startswith("these commands cannot run: build; run --backend renode")


def script(folder: Path, name: str, body: str) -> Path:
    path = program(folder, name, "")
    path.write_text(f"#!/bin/sh\n{body}\n")
    return path


def configured(tmp_path: Path, text: str) -> Path:
    zephyr = tmp_path / "work" / "zephyr"
    zephyr.mkdir(parents=True)
    (zephyr / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 3\nPATCHLEVEL = 1\n")
    config = tmp_path / ".config/fwgen/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[zephyr]\nbase = "{zephyr}"\n{text}')
    return config


ENDLESS = "exec /usr/bin/sleep 600"
WEST = "Python with west and Zephyr's packages"


def test_programs_that_do_not_end_are_broken(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fwgen.build.find._PROBE_TIMEOUT_S", 0.2)
    monkeypatch.setattr("fwgen.setup.trials._SHORT_S", 0.2)
    monkeypatch.setattr("fwgen.setup.trials._LONG_S", 0.2)
    endless = script(tmp_path, "endless", ENDLESS)
    for name in ("arm-none-eabi-gcc", "cmake", "ninja", "dtc", "git"):
        script(bare, name, ENDLESS)
    configured(tmp_path, f'python = "{endless}"\n[renode]\ntest = "{endless}"\n')
    _, items = doctor(capsys)
    names = (WEST, "toolchain for the M33", "cmake", "ninja", "dtc", "git", "renode-test")
    for name in names:
        found = items[name]
        assert found["found"] and not found["works"], found
        assert "it does not end within 0 s" in found["trouble"]


def test_a_c_compiler_that_does_not_end(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fwgen.backends.host.compile._TRIAL_S", 0.2)
    monkeypatch.setattr("fwgen.build.find._PROBE_TIMEOUT_S", 0.2)
    monkeypatch.setenv("CC", str(script(bare, "mycc", ENDLESS)))
    _, items = doctor(capsys)
    assert "it does not end within 0 s" in items["C compiler"]["trouble"]


def test_programs_that_do_nothing_are_broken(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = script(tmp_path, "nothing", ":")
    for name in ("cmake", "ninja", "dtc", "git"):
        script(bare, name, ":")
    gcc = compiler(bare, "arm-none-eabi-gcc", "arm-none-eabi-gcc 12.2.1")
    gcc.write_text(gcc.read_text().replace("\\50", "\\76"))
    configured(tmp_path, f'python = "{nothing}"\n[renode]\ntest = "{nothing}"\n')
    _, items = doctor(capsys)
    for name, trouble in (
        (WEST, "does not run the Python code"),
        ("cmake", "does not print its version"),
        ("ninja", "does not print its version"),
        ("dtc", "does not print its version"),
        ("git", "does not print its version"),
        ("renode-test", "does not print its usage"),
        ("toolchain for the M33", "does not produce an object file for Arm"),
    ):
        assert items[name]["found"] and not items[name]["works"], items[name]
        assert trouble in items[name]["trouble"]


def test_a_program_writes_nothing_into_the_users_folder(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = script(bare, "writer", ": > left-by-a-program")
    for name in ("cmake", "ninja", "dtc", "git", "arm-none-eabi-gcc"):
        script(bare, name, ": > left-by-a-program")
    monkeypatch.setenv("CC", str(writer))
    configured(tmp_path, f'python = "{writer}"\n[renode]\ntest = "{writer}"\n')
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    doctor(capsys)
    assert list(here.iterdir()) == []


def test_dotnet_is_proposed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without `runtime` a tree that was not built for Mono runs on .NET."""
    place = tmp_path / "renode"
    (place / "output/bin/Release").mkdir(parents=True)
    (place / "build.sh").write_text("")
    configure(tmp_path, f'[renode]\nbuild_dir = "{place}"\n')
    _, items = doctor(capsys)
    found = items["Renode"]
    assert "runtime coreclr" in found["note"] and found["get"] == "./build.sh --no-gui --net"
    assert not re.search(r"\bmono\b", json.dumps(items), re.IGNORECASE)


@pytest.mark.parametrize(
    ("version", "needs_python", "needs_cmake"),
    [("3", "3.10", "3.20.0"), ("4", "3.12", "3.20.0"), ("5", "3.12", "3.28.0")],
)
def test_what_each_zephyr_wants(
    bare: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    version: str,
    needs_python: str,
    needs_cmake: str,
) -> None:
    """A tree that does not say it, as these, is known by its version."""
    zephyr = tmp_path / "zephyr"
    zephyr.mkdir()
    text = f"VERSION_MAJOR = 4\nVERSION_MINOR = {version}\nPATCHLEVEL = 1\n"
    (zephyr / "VERSION").write_text(text)
    program(bare, "cmake", "cmake version 3.25.1")
    python = tmp_path / "python"
    script = 'case "$2" in *python_version*) echo 3.11.2;; *) echo missing:;; esac'
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    configure(tmp_path, f'[zephyr]\nbase = "{zephyr}"\npython = "{python}"\n')
    _, items = doctor(capsys)
    cmake, found = items["cmake"], items["Python with west and Zephyr's packages"]
    says = f"Zephyr 4.{version}.1 needs"
    assert cmake["note"] == f"{says} {needs_cmake} or newer"
    assert cmake["works"] == (needs_cmake == "3.20.0")
    if needs_python == "3.10":
        assert found["works"] and found["note"] == f"{says} 3.10 or newer"
    else:
        assert f"{says} Python 3.12 or newer" in found["trouble"]
        assert found["get"] == "apt-get install python3.12 python3.12-venv"
    if not cmake["works"]:
        assert f"{says} CMake 3.28.0 or newer" in cmake["trouble"]
        assert cmake["get"] == "pip install --upgrade cmake"
