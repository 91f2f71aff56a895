"""The steps of `fwgen setup`: the purpose of each, a test whether it is done, and its commands."""

from __future__ import annotations

import importlib.util
import os
import platform
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TypeVar

from fwgen.backends.renode.find import unusable
from fwgen.build.find import (
    find_python,
    find_toolchain,
    find_zephyr,
    missing_packages,
    older,
    program_path,
    python_version,
    wanted_python,
    zephyr_version,
)
from fwgen.config import Config
from fwgen.errors import FwgenError, InputError, MissingToolError
from fwgen.setup import pins

_SDK = "arm-zephyr-eabi"


@dataclass(frozen=True)
class Command:
    argv: tuple[str, ...]
    folder: Path | None = None

    def __str__(self) -> str:
        """The command as typed in a shell."""
        text = shlex.join(self.argv)
        return f"(cd {shlex.quote(str(self.folder))} && {text})" if self.folder else text


@dataclass(frozen=True)
class Step:
    """`have`: returns what is already installed, '' if the commands must run."""

    title: str
    have: Callable[[], str]
    commands: tuple[Command, ...]


@dataclass(frozen=True)
class Site:
    """`folder`: the target folder. `python`: the interpreter that runs fwgen and gets pyrenode3."""

    folder: Path
    python: str = sys.executable
    archives: str | None = None
    """URL of a folder with Renode's archive, instead of the original one; for tests and mirrors."""
    zephyr_version: str = pins.ZEPHYR_VERSIONS[0]
    renode_version: str = pins.RENODE_VERSIONS[0]

    @property
    def workspace(self) -> Path:
        """The west workspace; a version other than the default gets its own, beside the first."""
        if self.zephyr_version == pins.ZEPHYR_VERSIONS[0]:
            return self.folder
        return self.folder / f"zephyr-{self.zephyr_version}"

    @property
    def venv_python(self) -> Path:
        return self.workspace / "venv" / "bin" / "python"

    @property
    def west(self) -> str:
        return str(self.workspace / "venv" / "bin" / "west")

    @property
    def zephyr(self) -> Path:
        return self.workspace / "zephyr"

    @property
    def renode(self) -> Path:
        return self.folder / f"renode-{self.renode_version}"


def default_folder() -> Path:
    home = os.environ.get("XDG_DATA_HOME", "")
    base = Path(home) if home.startswith("/") else Path("~/.local/share").expanduser()
    return base / "fwgen"


def zephyr_steps(site: Site, config: Config, debian: bool, another: bool = False) -> Iterator[Step]:
    """Yield the steps for Zephyr, its Python and a toolchain; skip configured ones that work.

    `another`: a configured Zephyr of another version does not count.
    """
    zephyr = _or_none(lambda: find_zephyr(config, []))
    python = _or_none(lambda: _python_of(config))
    if zephyr and another and zephyr.version_text != site.zephyr_version:
        zephyr = python = None
    if python is None:
        yield _environment(site)
    if zephyr is None:
        yield from _workspace(site)
    else:
        yield _kept("Zephyr", f"{zephyr.version_text} at {zephyr.base}")
    base = zephyr.base if zephyr else site.zephyr
    if python is None:
        yield _requirements(site, base)
    python = python or site.venv_python
    yield _build_tools(python)
    yield _toolchain(site, config, base, python, debian)


def _environment(site: Site) -> Step:
    python, venv = str(site.venv_python), site.workspace / "venv"
    base = _base_python(site)
    return Step(
        "a Python environment for Zephyr's scripts",
        lambda: str(venv) if Path(site.west).exists() else "",
        (
            Command((base, "-m", "venv", str(venv))),
            Command((python, "-m", "pip", "install", pins.WEST)),
        ),
    )


def _base_python(site: Site) -> str:
    """Return a Python that is new enough for this Zephyr's scripts.

    Raises MissingToolError if there is none.
    """
    version = tuple(map(int, site.zephyr_version.split(".")))
    least = wanted_python(version)
    newer = (f"python3.{minor}" for minor in range(int(least.split(".")[1]), 20))
    own = python_version(Path(site.python))
    if not own or not older(own, least):
        return site.python
    for python in filter(None, map(shutil.which, newer)):
        if not missing_packages(Path(python), ["venv"]):  # a version manager's shim may not run
            return python
    raise MissingToolError(
        f"Zephyr {site.zephyr_version} needs Python {least} or newer, and {site.python} is {own}",
        f"run `apt-get install python{least} python{least}-venv`; if your distribution has no such "
        f"package, run `uv python install {least}`",
    )


def _requirements(site: Site, base: Path) -> Step:
    python = str(site.venv_python)
    requirements = base / "scripts" / "requirements-base.txt"
    return Step(
        "the Python packages of Zephyr's scripts",
        lambda: "" if missing_packages(site.venv_python) else str(site.venv_python),
        (Command((python, "-m", "pip", "install", "-r", str(requirements))),),
    )


def _workspace(site: Site) -> Iterator[Step]:
    """Yield the steps for the workspace; they need the west of the Python environment."""
    manifest = resources.files("fwgen.generate").joinpath("templates", "app", "west.yml")
    workspace, version = site.workspace, site.zephyr_version
    node = workspace / "node"
    updated = workspace / ".west" / f"fwgen-updated-{version}"
    revision = ("sed", "-i", f"s/revision: v.*/revision: v{version}/", str(node / "west.yml"))
    default = version == pins.ZEPHYR_VERSIONS[0]
    yield Step(
        "a west workspace with the generated application's manifest",
        lambda: str(workspace) if (workspace / ".west" / "config").is_file() else "",
        (
            Command(("install", "-D", "-m", "644", str(manifest), str(node / "west.yml"))),
            *(() if default else (Command(revision),)),
            Command((site.west, "init", "-l", str(node))),
        ),
    )
    yield Step(
        f"Zephyr {version} and the modules that the application needs",
        lambda: str(site.zephyr) if updated.exists() and zephyr_version(site.zephyr) else "",
        (
            Command((site.west, "update", "--narrow", "--fetch-opt=--depth=1"), workspace),
            Command(("touch", str(updated))),
        ),
    )


def _build_tools(python: Path) -> Step:
    """Return the step for CMake and ninja as Python wheels, which need no root."""
    path = program_path(python)
    wheels = {"cmake": pins.CMAKE, "ninja": pins.NINJA}
    lacking = [wheels[name] for name in wheels if shutil.which(name, path=path) is None]

    def have() -> str:
        found = [shutil.which(name, path=path) for name in wheels]
        return ", ".join(name for name in found if name) if all(found) else ""

    command = Command((str(python), "-m", "pip", "install", *lacking))
    return Step("CMake and ninja", have, (command,) if lacking else ())


def _toolchain(site: Site, config: Config, base: Path, python: Path, debian: bool) -> Step:
    """Return the step for the toolchain.

    west takes the SDK's version from Zephyr's tree and its SHA-256 from the SDK's release.
    """

    def have() -> str:
        if list(site.workspace.glob("zephyr-sdk-*/sdk_version")):
            return str(site.workspace)
        found = _or_none(lambda: find_toolchain(config))
        return str(found.compiler or found.path) if found else ""

    title = "a toolchain for the M33"
    if debian:
        install = ("apt-get", "install", "-y", "gcc-arm-none-eabi")
        return Step(title, have, (Command(install if not os.geteuid() else ("sudo", *install)),))
    there = str(site.workspace)
    get = (str(python), "-m", "west", "sdk", "install", "-t", _SDK, "-H", "-b", there)
    return Step(title, have, (Command(get, base),))


def renode_steps(site: Site, config: Config, another: bool = False) -> Iterator[Step]:
    """Yield the steps for Renode's release with .NET, and for pyrenode3.

    `another`: a configured Renode does not count, unless it is this one.
    """
    place = config.renode.build_dir or config.renode.bin
    if place and not unusable(config.renode) and not another:
        yield _kept("Renode", str(place))
    else:
        yield _renode(site)
    parts = [("pythonnet", pins.PYTHONNET), ("robot", pins.ROBOT), ("psutil", pins.PSUTIL)]
    parts.append(("pyrenode3", pins.PYRENODE3))
    listed = config.renode.pyrenode3
    if listed and (listed / "pyrenode3").is_dir():
        parts.pop()
    wanted = [get for module, get in parts if not _importable(site, module)]
    names = [module for module, _ in parts]
    yield Step(
        "pyrenode3 and its packages",
        lambda: site.python if all(_importable(site, name) for name in names) else "",
        (Command((site.python, "-m", "pip", "install", *wanted)),) if wanted else (),
    )


def _renode(site: Site) -> Step:
    machine = platform.machine()
    version = site.renode_version
    archive = pins.RENODE[version].get(machine)
    if archive is None:
        raise InputError(
            f"Renode {version} has no release for this machine ({machine})",
            "build it from source and set `build_dir` in `[renode]` of the configuration file",
        )
    url = f"{site.archives}/{archive.file}" if site.archives else archive.url
    file = site.folder / "downloads" / archive.file
    unpacked = site.folder / "downloads" / f"renode-{version}.new"
    return Step(
        f"Renode {version}",
        lambda: str(site.renode) if (site.renode / "renode").is_file() else "",
        (
            Command((site.python, "-m", "fwgen.setup.download", url, str(file), archive.sha256)),
            Command(("rm", "-rf", str(unpacked), str(site.renode))),
            Command(("mkdir", "-p", str(unpacked))),
            Command(("tar", "-xzf", str(file), "-C", str(unpacked), "--strip-components=1")),
            Command(("mv", str(unpacked), str(site.renode))),
        ),
    )


def config_values(site: Site, config: Config) -> dict[str, dict[str, str]]:
    """Return the values of the configuration file for what the steps have installed."""
    values: dict[str, dict[str, str]] = {"zephyr": {}, "renode": {}}
    if zephyr_version(site.zephyr) and not _or_none(lambda: find_zephyr(config, [])):
        values["zephyr"]["base"] = str(site.zephyr)
        values["zephyr"]["python"] = str(site.venv_python)
    elif site.venv_python.exists() and not _or_none(lambda: _python_of(config)):
        values["zephyr"]["python"] = str(site.venv_python)
    sdks = sorted(site.workspace.glob("zephyr-sdk-*/sdk_version"))
    if sdks and not _or_none(lambda: find_toolchain(config)):
        values["zephyr"] |= {"toolchain": "zephyr", "toolchain_path": str(sdks[-1].parent)}
    renode = site.renode / "renode"
    if renode.is_file() and not (config.renode.build_dir or config.renode.bin):
        values["renode"] |= {"bin": str(renode), "runtime": "coreclr"}
        values["renode"]["test"] = str(site.renode / "renode-test")
    return {table: entries for table, entries in values.items() if entries}


def not_used(site: Site, config: Config) -> Iterator[str]:
    """Yield what is installed but not used, because the configuration names another."""
    base = config.zephyr.base
    if base and zephyr_version(site.zephyr) and base.resolve() != site.zephyr.resolve():
        yield (
            f'{config.path} names another Zephyr; to use {site.zephyr_version}: `base = "'
            f'{site.zephyr}"`, `python = "{site.venv_python}"` in `[zephyr]`'
        )
    place, renode = config.renode.build_dir or config.renode.bin, site.renode / "renode"
    if place and renode.is_file() and place.resolve() != renode.resolve():
        yield (
            f"{config.path} names another Renode; to use {site.renode_version}: remove "
            f'`build_dir` and write `bin = "{renode}"`, `runtime = "coreclr"` in `[renode]`'
        )


def _kept(what: str, where: str) -> Step:
    return Step(what, lambda: where, ())


def _python_of(config: Config) -> Path:
    return find_python(config, find_zephyr(config, []))


Found = TypeVar("Found")


def _or_none(probe: Callable[[], Found]) -> Found | None:
    try:
        return probe()
    except FwgenError:
        return None


def _importable(site: Site, module: str) -> bool:
    if site.python == sys.executable:
        importlib.invalidate_caches()
        return importlib.util.find_spec(module) is not None
    return not missing_packages(Path(site.python), [module])
