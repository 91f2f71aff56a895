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
from fwgen.errors import InputError, ToolBrokeError
from fwgen.setup import config_file, pins, runner
from fwgen.setup.steps import Site, Step, config_values, renode_steps, zephyr_steps
from tests.setup.fakes import Fakes
from tests.setup.server import Server, serve


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
            entry = tarfile.TarInfo(f"renode_1.16.0-dotnet_portable/{name}")
            entry.size, entry.mode = 2, 0o755
            archive.addfile(entry, io.BytesIO(b"#!"))
    sha256 = hashlib.sha256(packed.getvalue()).hexdigest()
    with serve() as running:
        for machine, known in pins.RENODE.items():
            running.content[f"/{known.file}"] = packed.getvalue()
            monkeypatch.setitem(pins.RENODE, machine, pins.Archive(known.url, sha256))
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
    archive = pins.RENODE[platform.machine()]
    assert [names_only(call.partition(" (in ")[0]) for call in fakes.calls()] == [
        "python -m venv venv",
        "python -m pip install west==1.5.0",
        "west init -l node",
        "west update --narrow --fetch-opt=--depth=1",
        "python -m pip install -r requirements-base.txt",
        "python -m west sdk install -t arm-zephyr-eabi -H -b fwgen",
        f"python -m fwgen.setup.download {server.url}/{archive.file} {archive.file} "
        f"{archive.sha256}",
        f"python -m pip install pythonnet==3.2.1 robotframework==7.5 {pins.PYRENODE3}",
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
    known = pins.RENODE[platform.machine()]
    monkeypatch.setitem(pins.RENODE, platform.machine(), pins.Archive(known.url, "00" * 32))
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
    assert pins.RENODE[platform.machine()].sha256 in captured.out
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
    for archive in pins.RENODE.values():
        assert re.fullmatch(r"[0-9a-f]{64}", archive.sha256)
        assert pins.RENODE_VERSION in archive.url
    assert re.fullmatch(r"[0-9a-f]{40}", pins.PYRENODE3_COMMIT)
    for wheel in (pins.WEST, pins.CMAKE, pins.NINJA, pins.PYTHONNET, pins.ROBOT):
        assert re.fullmatch(r"[a-z]+==[\d.]+", wheel)
