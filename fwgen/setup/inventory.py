"""What of all that fwgen can use is here: where, which version, and who needs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fwgen.build.find import (
    Zephyr,
    find_program,
    find_python,
    find_toolchain,
    find_zephyr,
    program_path,
)
from fwgen.config import Config, RenodeConfig
from fwgen.distribution import install
from fwgen.errors import FwgenError

HOST, BUILD, RENODE = "run, demo", "build", "run --backend renode, monitor"

_PROBE_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Item:
    """`version` and `where` are '' where nothing was found; `get`: the one command that gets it.
    `needed`: without it some command does not run at all, and not just less well."""

    name: str
    found: bool
    for_commands: str
    version: str = ""
    where: str = ""
    note: str = ""
    get: str = ""
    needed: bool = True

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Inventory:
    config: Config
    near: Sequence[Path]
    items: list[Item] = field(default_factory=list)
    zephyr: Zephyr | None = None

    @property
    def host_road(self) -> bool:
        """Is all there that check, generate, run and demo need?"""
        return all(i.found for i in self.items if i.for_commands in ("all", HOST) and i.needed)


def take(config: Config, near: Sequence[Path]) -> Inventory:
    inventory = Inventory(config, near)
    for probe in (_host, _audit, _zephyr, _renode, _robot):
        inventory.items += probe(inventory)
    return inventory


def _host(inventory: Inventory) -> Iterator[Item]:
    yield Item("Python", True, "all", platform.python_version(), sys.executable)
    for name in ("cc", "gcc", "clang"):
        path = shutil.which(name)
        if path:
            version = _version([path, "--version"])
            yield Item("C compiler", True, HOST, version, path)
            return
    yield _package("C compiler", "ziglang", HOST, "pip install ziglang")


def _audit(inventory: Inventory) -> Iterator[Item]:
    yield _package("pyelftools", "elftools", "audit, build", install("audit"))


def _zephyr(inventory: Inventory) -> Iterator[Item]:
    config = inventory.config
    try:
        zephyr = inventory.zephyr = find_zephyr(config, inventory.near)
    except FwgenError as error:
        yield _missing("Zephyr", BUILD, error, "fwgen setup")
    else:
        named = f"named by {zephyr.origin}"
        yield Item("Zephyr", True, BUILD, zephyr.version_text, str(zephyr.base), named)
        yield _zephyr_python(config, zephyr)
    yield _toolchain(config)
    path = program_path(config.zephyr.python)
    for name, package in (("cmake", "cmake"), ("ninja", "ninja-build")):
        get = f"apt-get install {package}"
        try:
            found = find_program(name, package, path)
        except FwgenError as error:
            yield _missing(name, BUILD, error, get)
        else:
            yield Item(name, True, BUILD, _version([found, "--version"]), str(found))
    yield _optional("dtc", BUILD, "apt-get install device-tree-compiler", "checks Zephyr's tree")
    yield _optional("git", "setup", "apt-get install git", "fetches Zephyr and pyrenode3")


def _zephyr_python(config: Config, zephyr: Zephyr) -> Item:
    name = "Python with west and Zephyr's packages"
    try:
        python = find_python(config, zephyr)
    except FwgenError as error:
        return _missing(name, BUILD, error, str(error).rpartition(": ")[2])
    version = _version([python, "-c", "import west.version as v; print(v.__version__)"])
    return Item(name, True, BUILD, f"west {version}" if version else "", str(python))


def _toolchain(config: Config) -> Item:
    try:
        toolchain = find_toolchain(config)
    except FwgenError as error:
        return _missing("toolchain for the M33", BUILD, error, "apt-get install gcc-arm-none-eabi")
    compiler = toolchain.compiler
    version = _version([compiler, "--version"]) if compiler else ""
    note = f"{toolchain.variant}, named by {toolchain.origin}"
    return Item("toolchain for the M33", True, BUILD, version, str(compiler or "by Zephyr"), note)


def _renode(inventory: Inventory) -> Iterator[Item]:
    renode = inventory.config.renode
    place = renode.build_dir or renode.bin
    key = "renode.build_dir" if renode.build_dir else "renode.bin"
    if place is None:
        yield Item("Renode", False, RENODE, get="fwgen setup")
    elif not place.exists():
        note = f"{inventory.config.origin(key)} names {place}, which is not there"
        yield Item("Renode", False, RENODE, note=note, get="fwgen setup")
    else:
        note = f"named by {inventory.config.origin(key)}, runtime {renode.runtime or 'mono'}"
        yield Item("Renode", True, RENODE, renode_version(renode), str(place), note)
    if renode.build_dir and (renode.runtime or "mono") == "mono":
        yield _program("mono", RENODE, "apt-get install mono-complete")
    if renode.pyrenode3 and (renode.pyrenode3 / "pyrenode3").is_dir():
        where = str(renode.pyrenode3 / "pyrenode3")
        yield Item("pyrenode3", True, RENODE, "", where, "on sys.path by the configuration")
    else:
        yield _package("pyrenode3", "pyrenode3", RENODE, "fwgen setup --only renode")
    yield _package("pythonnet", "pythonnet", RENODE, install("renode"))


def _robot(inventory: Inventory) -> Iterator[Item]:
    for_suites = "the Robot suites"
    get = install("renode")
    yield _package("Robot Framework", "robot", for_suites, get, "robotframework")


def renode_version(renode: RenodeConfig) -> str:
    """From the change log of a source tree, else from what the binary says of itself."""
    if renode.build_dir:
        log = renode.build_dir / "CHANGELOG.rst"
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        found = re.search(r"^(\d+\.\d+\.\d+) - ", text, re.MULTILINE)
        return found[1] if found else ""
    return _version([renode.bin, "--version"]) if renode.bin else ""


def _package(
    title: str, module: str, for_commands: str, get: str, distribution: str | None = None
) -> Item:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return Item(title, False, for_commands, get=get)
    version = ""
    for name in (distribution or module, title):
        try:
            version = importlib.metadata.version(name)
            break
        except importlib.metadata.PackageNotFoundError:
            continue
    where = str(Path(spec.origin).parent) if spec.origin else module
    return Item(title, True, for_commands, version, where)


def _program(name: str, for_commands: str, get: str) -> Item:
    path = shutil.which(name)
    if path is None:
        return Item(name, False, for_commands, get=get)
    return Item(name, True, for_commands, _version([path, "--version"]), path)


def _optional(name: str, for_commands: str, get: str, use: str) -> Item:
    item = _program(name, for_commands, get)
    note = "" if item.found else f"{use}; it goes without"
    return Item(**{**asdict(item), "needed": False, "note": note})


def _missing(name: str, for_commands: str, error: FwgenError, get: str) -> Item:
    return Item(name, False, for_commands, note=str(error), get=get)


def _version(command: Sequence[object]) -> str:
    """The first thing that looks like a version in what the program says; '' if it says none."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+\.\d+(?:\.\d+)*", done.stdout or done.stderr)
    return found[0] if found else ""
