"""The tools that fwgen can use: where they are, whether they work, which commands need them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fwgen.backends.host.compile import compilers, trouble_with
from fwgen.backends.renode.find import what_is_missing
from fwgen.build.find import (
    Zephyr,
    find_cmake,
    find_program,
    find_python,
    find_toolchain,
    find_zephyr,
    least_cmake,
    least_python,
    program_path,
    program_version,
    wanted_cmake,
    wanted_python,
)
from fwgen.build.preflight import MODULES, ONLY_SOME, check_modules, check_path
from fwgen.config import Config, RenodeConfig
from fwgen.distribution import install
from fwgen.errors import FwgenError
from fwgen.setup import trials
from fwgen.uml.find import find_kernel, unsupported

_VERSION = r"\d+\.\d+"
HOST, BUILD, RENODE = "run, demo", "build", "run --backend renode, monitor"
LINUX = "run --linux kernel"


@dataclass(frozen=True)
class Item:
    """A tool. `version` and `where`: '' if it was not found. `trouble`: why it does not work or was
    not found. `get`: the command that fixes it. `needed`: False if all commands run without it."""

    name: str
    found: bool
    for_commands: str
    version: str = ""
    where: str = ""
    note: str = ""
    get: str = ""
    needed: bool = True
    trouble: str = ""

    @property
    def works(self) -> bool:
        return self.found and not self.trouble

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "works": self.works}


@dataclass
class Inventory:
    config: Config
    near: Sequence[Path]
    items: list[Item] = field(default_factory=list)
    zephyr: Zephyr | None = None

    @property
    def host_works(self) -> bool:
        """Everything works that check, generate, run and demo need."""
        return all(i.works for i in self.items if i.for_commands in ("all", HOST) and i.needed)

    @property
    def all_works(self) -> bool:
        return all(i.works for i in self.items if i.needed)


def take(config: Config, near: Sequence[Path]) -> Inventory:
    """Look for all tools and try those that are found, which takes some seconds."""
    inventory = Inventory(config, near)
    for probe in (_host, _audit, _zephyr, _renode, _robot, _linux):
        inventory.items += probe(inventory)
    return inventory


def _host(inventory: Inventory) -> Iterator[Item]:
    yield Item("Python", True, "all", platform.python_version(), sys.executable)
    tried = []
    for command in compilers():
        where = shlex.join(command)
        trouble = trouble_with(command)
        if not trouble:
            yield Item("C compiler", True, HOST, program_version([*command, "--version"]), where)
            return
        tried.append(f"{where}: {trouble}")
    get = "unset CC" if os.environ.get("CC") else "pip install ziglang"
    yield Item("C compiler", bool(tried), HOST, trouble="; ".join(tried), get=get)


def _audit(inventory: Inventory) -> Iterator[Item]:
    yield _package("pyelftools", "elftools", "audit, build", install("audit"))


def _zephyr(inventory: Inventory) -> Iterator[Item]:
    config, python = inventory.config, None
    try:
        zephyr = inventory.zephyr = find_zephyr(config, inventory.near)
        check_path("its folder", zephyr.base, f"move it (its path comes from {zephyr.origin})")
    except FwgenError as error:
        yield _missing("Zephyr", BUILD, error, "fwgen setup --only zephyr")
    else:
        named = f"from {zephyr.origin}"
        yield Item("Zephyr", True, BUILD, zephyr.version_text, str(zephyr.base), named)
        item, python = _zephyr_python(config, zephyr)
        yield item
        if python:
            yield _modules(config, zephyr, python)
    yield _toolchain(config)
    yield from _build_tools(config, inventory.zephyr)
    yield _optional("dtc", BUILD, "apt-get install device-tree-compiler", "checks Zephyr's tree")
    yield _optional("git", "setup", "apt-get install git", "fetches Zephyr and pyrenode3")


def _zephyr_python(config: Config, zephyr: Zephyr) -> tuple[Item, Path | None]:
    name = "Python with west and Zephyr's packages"
    try:
        python = find_python(config, zephyr)
    except FwgenError as error:
        command = re.search(r"`([^`]*\binstall\b[^`]*)`", error.hint)
        get, named = command[1] if command else "fwgen setup", config.zephyr.python
        if named and os.access(named, os.F_OK):
            return Item(name, True, BUILD, "", str(named), get=get, trouble=error.message), None
        return _missing(name, BUILD, error, get), None
    version = program_version([python, "-c", "import west.version as v; print(v.__version__)"])
    least = least_python(zephyr.base) or wanted_python(zephyr.version)
    note = _needs(zephyr, least)
    found = f"west {version}" if version else ""
    return Item(name, True, BUILD, found, str(python), note), python


def _needs(zephyr: Zephyr, least: str) -> str:
    return f"Zephyr {zephyr.version_text} needs {least} or newer" if least else ""


def _modules(config: Config, zephyr: Zephyr, python: Path) -> Item:
    name = "Zephyr's modules"
    get = (
        f"cd {shlex.quote(str(zephyr.workspace))} && west update"
        if zephyr.workspace
        else "fwgen setup"
    )
    try:
        seen = check_modules(config, zephyr, python)
    except FwgenError as error:
        return _missing(name, BUILD, error, get)
    some = [name for name in ONLY_SOME if name in seen]
    lacks = [f"{name} ({use}) is missing" for name, use in ONLY_SOME.items() if name not in seen]
    return Item(name, True, BUILD, where=", ".join((*MODULES, *some)), note="; ".join(lacks))


def _toolchain(config: Config) -> Item:
    get = "apt-get install gcc-arm-none-eabi"
    try:
        toolchain = find_toolchain(config)
        check_path("its path", toolchain.path, f"move it (its path comes from {toolchain.origin})")
    except FwgenError as error:
        return _missing("toolchain for the M33", BUILD, error, get)
    compiler = toolchain.compiler
    version = program_version([compiler, "--version"]) if compiler else ""
    note = f"{toolchain.variant}, from {toolchain.origin}"
    trouble = trials.trouble_with_cross_compiler(compiler) if compiler else ""
    where = str(compiler or "not tested: Zephyr finds it itself")
    return Item("toolchain for the M33", True, BUILD, version, where, note, get, trouble=trouble)


def _build_tools(config: Config, zephyr: Zephyr | None) -> Iterator[Item]:
    path = program_path(config.zephyr.python)
    for name, package in (("cmake", "cmake"), ("ninja", "ninja-build")):
        get, note = f"apt-get install {package}", ""
        try:
            found = find_program(name, package, path)
        except FwgenError as error:
            yield _missing(name, BUILD, error, get)
            continue
        if name == "cmake" and zephyr:
            note = _needs(zephyr, least_cmake(zephyr.base) or wanted_cmake(zephyr.version))
        trouble = trials.trouble_with_output([found, "--version"], _VERSION, "its version")
        if name == "cmake" and zephyr and not trouble:
            try:
                find_cmake(zephyr, path)
            except FwgenError as error:
                trouble, get = error.message, "pip install --upgrade cmake"
        version = program_version([found, "--version"])
        yield Item(name, True, BUILD, version, str(found), note, get, trouble=trouble)


def _renode(inventory: Inventory) -> Iterator[Item]:
    config = inventory.config
    yield _emulator(config)
    if config.renode.pyrenode3:
        where = config.renode.pyrenode3 / "pyrenode3"
        found = where.is_dir()
        origin = config.origin("renode.pyrenode3")
        trouble = "" if found else f"{origin} names {where}, which does not exist"
        note = f"from {origin}" if found else ""
        get = "fwgen setup --only renode"
        yield Item("pyrenode3", found, RENODE, "", str(where), note, get, trouble=trouble)
    else:
        yield _package("pyrenode3", "pyrenode3", RENODE, "fwgen setup --only renode", try_it=False)
    yield _package("pythonnet", "pythonnet", RENODE, install("renode"))


def _emulator(config: Config) -> Item:
    renode = config.renode
    place = renode.build_dir or renode.bin
    if place is None:
        return Item("Renode", False, RENODE, get="fwgen setup --only renode")
    origin = config.origin("renode.build_dir" if renode.build_dir else "renode.bin")
    note = f"from {origin}, runtime {renode.runs_on}"
    missing = what_is_missing(renode)
    found = place.exists()
    trouble = missing
    if not missing and (failed := trials.trouble_with_renode(renode)):
        trouble = f"it does not start: {failed}"
    version = renode_version(renode) if found else ""
    get = _command_in(missing) or "fwgen setup --only renode"
    return Item("Renode", found, RENODE, version, str(place), note, get, trouble=trouble)


def _command_in(sentence: str) -> str:
    """Return the command in backquotes that a sentence has, "" if it has none."""
    found = re.search(r"`((?:\./build\.sh|fwgen setup) [^`]*)`", sentence)
    return found[1] if found else ""


def _robot(inventory: Inventory) -> Iterator[Item]:
    for_suites = "the Robot suites"
    yield _package("Robot Framework", "robot", for_suites, install("renode"), "robotframework")
    yield _package("psutil", "psutil", for_suites, install("renode"))
    test = inventory.config.renode.test
    if test is None:
        return
    origin = inventory.config.origin("renode.test")
    name, note = "renode-test", f"from {origin}"
    get = "fwgen setup --only renode"
    if not test.is_file():
        trouble = f"{origin} names {test}, which does not exist"
        yield Item(name, False, for_suites, where=str(test), get=get, trouble=trouble)
        return
    trouble = trials.trouble_with_output([test, "--help"], r"usage|robot", "its usage")
    yield Item(name, True, for_suites, "", str(test), note, get, trouble=trouble)


def _linux(inventory: Inventory) -> Iterator[Item]:
    name, get = "Linux kernel", "fwgen setup --only linux"
    if reason := unsupported():
        yield Item(name, False, LINUX, note=reason, get="", needed=False)
        return
    if origin := inventory.config.origin("linux.kernel"):
        get = f"correct or remove {origin}"
    try:
        kernel = find_kernel(inventory.config)
    except FwgenError as error:
        yield _missing(name, LINUX, error, get)
        return
    note, where = f"from {kernel.origin}", str(kernel.path)
    trouble = trials.trouble_with_kernel(kernel.path)
    yield Item(name, True, LINUX, kernel.version, where, note, get, trouble=trouble)


def renode_version(renode: RenodeConfig) -> str:
    """Return the version from a source tree's change log or from the binary's `--version`."""
    if renode.build_dir:
        log = renode.build_dir / "CHANGELOG.rst"
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        found = re.search(r"^(\d+\.\d+\.\d+) - ", text, re.MULTILINE)
        return found[1] if found else ""
    return program_version([renode.bin, "--version"]) if renode.bin else ""


def _package(
    title: str,
    module: str,
    for_commands: str,
    get: str,
    distribution: str | None = None,
    try_it: bool = True,
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
    trouble = trials.trouble_with_package(module) if try_it else ""
    return Item(title, True, for_commands, version, where, get=get, trouble=trouble)


def _optional(name: str, for_commands: str, get: str, use: str) -> Item:
    path = shutil.which(name)
    if path is None:
        note = f"{use}; optional"
        return Item(name, False, for_commands, note=note, get=get, needed=False)
    command = [path, "--version"]
    trouble = trials.trouble_with_output(command, _VERSION, "its version")
    version = program_version(command)
    return Item(name, True, for_commands, version, path, get=get, needed=False, trouble=trouble)


def _missing(name: str, for_commands: str, error: FwgenError, get: str) -> Item:
    return Item(name, False, for_commands, trouble=error.message, get=get)
