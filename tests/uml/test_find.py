"""Which kernel `--linux kernel` runs."""

import hashlib
import os
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from fwgen.config import Config, load_config
from fwgen.errors import InputError, MissingToolError
from fwgen.uml import find
from fwgen.uml.find import PROGRAM, RECORD, Record, find_kernel, write_record
from fwgen.uml.recipe import recipe

BINARY = b"#!/bin/sh\necho 6.1.5\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return tmp_path


def config(folder: Path, **environ: str) -> Config:
    return load_config(environ, folder / "config.toml")


def in_cache(name: str, version: str, built_with: str = "") -> Path:
    folder = find.cache_folder() / name
    folder.mkdir(parents=True)
    (folder / PROGRAM).write_bytes(BINARY)
    sha256 = hashlib.sha256(BINARY).hexdigest()
    record = Record(version, "a test", built_with or recipe(), "gcc", sha256, 1.0)
    write_record(folder, record)
    return folder


def test_without_a_kernel_the_command_that_builds_it_is_named(home: Path) -> None:
    with pytest.raises(MissingToolError, match="it is not built") as caught:
        find_kernel(config(home))
    assert caught.value.hint == "run `fwgen setup --only linux`"


def test_the_newest_kernel_in_the_cache(home: Path) -> None:
    in_cache("b", "6.1.9")
    newest = in_cache("a", "6.1.10")
    in_cache("c", "6.1.99", built_with="an older fwgen")
    found = find_kernel(config(home))
    assert (found.path, found.version) == (newest / "linux", "6.1.10")
    assert found.origin == "the cache"


def test_a_kernel_of_another_fwgen_is_not_used(home: Path) -> None:
    in_cache("c", "6.1.99", built_with="an older fwgen")
    with pytest.raises(MissingToolError, match="another version of fwgen built the one"):
        find_kernel(config(home))


@pytest.mark.parametrize("harm", ["cut", "no program", "no record", "not JSON", "other format"])
def test_a_damaged_kernel_is_not_used(home: Path, harm: str) -> None:
    folder = in_cache("a", "6.1.10")
    program, record = folder / PROGRAM, folder / RECORD
    if harm == "cut":
        program.write_bytes(BINARY[:-1])
    elif harm == "no program":
        program.unlink()
    elif harm == "no record":
        record.unlink()
    elif harm == "not JSON":
        record.write_text("{")
    else:
        record.write_text(record.read_text().replace('"fwgen-kernel": 1', '"fwgen-kernel": 2'))
    file = PROGRAM if harm in ("cut", "no program") else ""
    with pytest.raises(MissingToolError, match=f"{folder / file} is damaged: ") as caught:
        find_kernel(config(home))
    assert caught.value.hint == "run `fwgen setup --only linux`"


def test_a_folder_that_is_being_built_is_not_used(home: Path) -> None:
    in_cache(".build-1", "6.1.10")
    with pytest.raises(MissingToolError):
        find_kernel(config(home))


def kernel_of_mine(home: Path, says: str = "6.1.7-mine") -> Path:
    program = home / "mine"
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(0o755)
    return program


def test_a_named_kernel_wins(home: Path) -> None:
    in_cache("a", "6.1.10")
    mine = kernel_of_mine(home)
    (home / "config.toml").write_text(f'[linux]\nkernel = "{mine.name}"\n')
    found = find_kernel(config(home))
    assert (found.path, found.version) == (mine, "6.1.7-mine")
    assert found.origin == f"{home}/config.toml:2:1"
    found = find_kernel(config(home, FWGEN_LINUX_KERNEL=str(mine)))
    assert found.origin == "FWGEN_LINUX_KERNEL"


@pytest.mark.parametrize(
    ("says", "message"),
    [("hello", "is not a User-Mode Linux: expected its version, found 'hello'"), ("", "found ''")],
)
def test_a_named_program_that_is_no_kernel(home: Path, says: str, message: str) -> None:
    mine = kernel_of_mine(home, says)
    with pytest.raises(MissingToolError, match=message) as caught:
        find_kernel(config(home, FWGEN_LINUX_KERNEL=str(mine)))
    assert "FWGEN_LINUX_KERNEL names" in caught.value.message
    assert "correct the path, or remove it" in caught.value.hint


def test_a_named_kernel_that_does_not_start(home: Path) -> None:
    for path, why in ((home / "none", "No such file"), (home, "Permission denied")):
        with pytest.raises(MissingToolError, match=why):
            find_kernel(config(home, FWGEN_LINUX_KERNEL=str(path)))


def test_another_machine(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_cache("a", "6.1.10")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(MissingToolError, match="needs Linux on x86-64") as caught:
        find_kernel(config(home))
    assert "--linux emulated" in caught.value.hint


def test_an_unknown_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")

    def unknown(_: Path) -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "expanduser", unknown)
    with pytest.raises(InputError, match="home folder"):
        find.cache_folder()


def test_the_record_is_checked_against_the_program_only(home: Path) -> None:
    folder = in_cache("a", "6.1.10")
    ((_, record),) = find.kernels()
    assert record == replace(record, sha256=find.digest(folder / PROGRAM))
    assert find.digest(folder / "none") == "" and os.fspath(folder).endswith("linux/a")
