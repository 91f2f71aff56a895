"""`fwgen setup` from an empty home to a configuration that works, with stand-ins for the tools."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fwgen.cli.main import main
from fwgen.config import load_config
from fwgen.errors import InputError, MissingToolError, ToolBrokeError
from fwgen.setup import config_file, pins, runner
from fwgen.setup import steps as steps_module
from fwgen.setup.steps import Site, Step, config_values, not_used, renode_steps, zephyr_steps
from tests.setup.fakes import Fakes
from tests.setup.server import Server, serve

NEWEST = "1.17.0"


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path / "fakes")


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("install", "touch", "rm", "mkdir", "tar", "mv", "cp", "sh", "dirname", "basename",
                 "chmod", "gzip", "cmake", "ninja"):  # fmt: skip
        source = next((Path(d, name) for d in ("/usr/bin", "/bin") if Path(d, name).exists()), None)
        (tools / name).symlink_to(source or "/bin/true")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tools))
    for name in [*os.environ]:
        if name.startswith(("XDG_", "ZEPHYR", "PYRENODE", "GNUARM", "CROSS")):
            monkeypatch.delenv(name)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Has an archive of a Renode that consists of two files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("renode", "renode-test"):
            entry = tarfile.TarInfo(f"renode_1.17.0-portable/{name}")
            entry.size, entry.mode = 2, 0o755
            archive.addfile(entry, io.BytesIO(b"#!"))
    sha256 = hashlib.sha256(packed.getvalue()).hexdigest()
    with serve() as running:
        for machine, known in pins.RENODE[NEWEST].items():
            running.content[f"/{known.file}"] = packed.getvalue()
            monkeypatch.setitem(pins.RENODE[NEWEST], machine, pins.Archive(known.url, sha256))
        yield running


def steps(site: Site) -> list[Step]:
    config = load_config()
    return [*zephyr_steps(site, config, debian=False), *renode_steps(site, config)]


def site_of(fakes: Fakes, folder: Path, server: Server | None = None) -> Site:
    return Site(folder / "fwgen", str(fakes.python), server.url if server else None)


def names_only(text: str) -> str:
    """Without the folders, which differ from run to run."""
    return re.sub(r"(?<!\S)/\S*/", "", text)


def test_from_an_empty_home(fakes: Fakes, server: Server, tmp_path: Path) -> None:
    site = site_of(fakes, tmp_path, server)
    with (tmp_path / "told").open("w+") as told:
        assert runner.carry_out(steps(site), told) == 7
    assert config_file.put(load_config().path, config_values(site, load_config()))
    config = load_config()
    assert config.zephyr.base == site.zephyr
    assert config.zephyr.python == site.venv_python
    assert config.zephyr.toolchain == "zephyr"
    assert config.zephyr.toolchain_path == str(site.folder / "zephyr-sdk-0.17.4")
    assert config.renode.bin == site.renode / "renode" and config.renode.runtime == "coreclr"
    archive = pins.RENODE[NEWEST][platform.machine()]
    assert [names_only(call.partition(" (in ")[0]) for call in fakes.calls()] == [
        "python -m venv venv",
        "python -m pip install west==1.5.0",
        "west init -l node",
        "west update --narrow --fetch-opt=--depth=1",
        "python -m pip install -r requirements-base.txt",
        "python -m west sdk install -t arm-zephyr-eabi -H -b fwgen",
        f"python -m fwgen.setup.download {server.url}/{archive.file} {archive.file} "
        f"{archive.sha256}",
        "python -m pip install pythonnet==3.2.1 robotframework==7.5 psutil==7.2.2 "
        f"{pins.PYRENODE3}",
    ]


def test_what_is_there_is_kept(fakes: Fakes, server: Server, tmp_path: Path) -> None:
    site = site_of(fakes, tmp_path, server)
    with (tmp_path / "told").open("w+") as told:
        runner.carry_out(steps(site), told)
        fakes.calls()
        before = load_config()
        config_file.put(before.path, config_values(site, before))
        assert runner.carry_out(steps(site), told) == 0
        assert fakes.calls() == []
        assert config_values(site, load_config()) == {}


def test_goes_on_after_a_failure(fakes: Fakes, tmp_path: Path) -> None:
    site = site_of(fakes, tmp_path)
    broken = fakes.state / "broken"
    broken.touch()
    with (tmp_path / "told").open("w+") as told:
        zephyr = list(zephyr_steps(site, load_config(), debian=False))
        with pytest.raises(ToolBrokeError, match=r"west update .*\n.*continues with this step"):
            runner.carry_out(zephyr, told)
        fakes.calls()
        broken.unlink()
        assert runner.carry_out(zephyr, told) == 3
    assert fakes.calls()[0].startswith("west update"), "what was done is not done again"


def test_an_archive_with_another_sum_stops_it(
    fakes: Fakes, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = pins.RENODE[NEWEST]
    known = releases[platform.machine()]
    monkeypatch.setitem(releases, platform.machine(), pins.Archive(known.url, "00" * 32))
    site = site_of(fakes, tmp_path, server)
    with (tmp_path / "told").open("w+") as told, pytest.raises(ToolBrokeError):
        runner.carry_out(renode_steps(site, load_config()), told)
    assert not site.renode.exists()


def test_a_machine_that_renode_is_not_released_for(
    fakes: Fakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(InputError, match="has no release for this machine"):
        list(renode_steps(site_of(fakes, tmp_path), load_config()))


def test_dry_run_prints_what_a_shell_would_take(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a folder"
    assert main(["setup", "--dry-run", "--dir", str(folder)]) == 0
    captured = capsys.readouterr()
    assert f"-m venv '{folder}/venv'" in captured.out
    assert f"(cd '{folder}' && '{folder}/venv/bin/west' update" in captured.out
    assert pins.RENODE[NEWEST][platform.machine()].sha256 in captured.out
    assert captured.err == ""
    assert not folder.exists()
    assert not load_config().exists


def test_parts(capsys: pytest.CaptureFixture[str]) -> None:
    main(["setup", "--dry-run", "--only", "renode"])
    assert "west" not in capsys.readouterr().out
    main(["setup", "--dry-run", "--only", "zephyr", "--toolchain", "debian"])
    out = capsys.readouterr().out
    assert "Renode" not in out and "apt-get install -y gcc-arm-none-eabi" in out


def test_every_pin_is_whole() -> None:
    assert pins.RENODE_VERSIONS[0] == NEWEST and pins.ZEPHYR_VERSIONS[0] == "4.3.0"
    for version, machines in pins.RENODE.items():
        assert machines.keys() == {"x86_64", "aarch64"}
        for archive in machines.values():
            assert re.fullmatch(r"[0-9a-f]{64}", archive.sha256)
            assert f"/v{version}/renode-{version}.linux-" in archive.url


def python_of(bin_folder: Path, name: str, version: str) -> str:
    path = bin_folder / name
    runs = f'case "$2" in *python_version*) echo {version};; *) echo missing:;; esac'
    path.write_text(f"#!/bin/sh\n{runs if version else 'echo 3.12.1 exists >&2; exit 127'}\n")
    path.chmod(0o755)
    return str(path)


def dry_run(site: Site, another: bool = True) -> list[str]:
    out = io.StringIO()
    config = load_config()
    runner.dry_run(zephyr_steps(site, config, False, another), out)
    runner.dry_run(renode_steps(site, config, another), out)
    return out.getvalue().splitlines()


def test_another_zephyr_beside_the_first(tmp_path: Path) -> None:
    """4.4.1 needs Python 3.12 and gets a workspace, an environment and an SDK of its own."""
    old = python_of(tmp_path / "bin", "python3.11", "3.11.2")
    site = Site(tmp_path / "fwgen", old, zephyr_version="4.4.1", renode_version="1.16.0")
    with pytest.raises(
        MissingToolError, match=r"Zephyr 4\.4\.1 needs Python 3\.12 or newer.* is 3\.11\.2"
    ):
        dry_run(site)
    python_of(tmp_path / "bin", "python3.12", "")
    newer = python_of(tmp_path / "bin", "python3.13", "3.13.1")
    lines, own = dry_run(site), tmp_path / "fwgen" / "zephyr-4.4.1"
    assert f"{newer} -m venv {own}/venv" in lines
    assert f"sed -i 's/revision: v.*/revision: v4.4.1/' {own}/node/west.yml" in lines
    assert any(line.startswith(f"(cd {own}/zephyr") and "sdk install" in line for line in lines)
    assert any("/renode-1.16.0.linux-" in line for line in lines)


def test_a_configured_version_is_kept_and_the_other_is_said(
    fakes: Fakes, server: Server, tmp_path: Path
) -> None:
    site = site_of(fakes, tmp_path, server)
    with (tmp_path / "told").open("w+") as told:
        runner.carry_out(steps(site), told)
        config_file.put(load_config().path, config_values(site, load_config()))
        assert list(not_used(site, load_config())) == []
        assert not any("/renode-1.16.0" in line for line in dry_run(site, another=False))
        other = Site(site.folder, site.python, site.archives, "4.4.1", "1.16.0")
        lines = dry_run(other)
        assert any("/renode-1.16.0" in line for line in lines)
        assert f"{other.python} -m venv {other.workspace}/venv" in lines
        assert not any(" -m venv " in line for line in dry_run(other, another=False))
        for path in (other.zephyr / "VERSION", other.renode / "renode"):
            path.parent.mkdir(parents=True)
            path.write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 4\nPATCHLEVEL = 1\n")
        assert config_values(other, load_config()) == {}, "what the file has stays"
        zephyr, renode = not_used(other, load_config())
        assert f'base = "{other.zephyr}"' in zephyr and "to use 4.4.1" in zephyr
        assert f'bin = "{other.renode}/renode"' in renode and "to use 1.16.0" in renode


def test_the_versions_are_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--dry-run", "--only", "renode", "--renode", "1.16.0"]) == 0
    assert pins.RENODE["1.16.0"][platform.machine()].sha256 in capsys.readouterr().out


def test_the_default_is_what_the_generated_application_names() -> None:
    west = Path(steps_module.__file__).parent.parent / "generate/templates/app/west.yml"
    assert f"revision: v{pins.ZEPHYR_VERSIONS[0]}" in west.read_text(encoding="utf-8")


def test_the_other_pins_are_whole() -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", pins.PYRENODE3_COMMIT)
    for wheel in (pins.WEST, pins.CMAKE, pins.NINJA, pins.PYTHONNET, pins.ROBOT, pins.PSUTIL):
        assert re.fullmatch(r"[a-z]+==[\d.]+", wheel)
