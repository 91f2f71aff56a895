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

from fwgen.build.find import (
    find_python,
    find_toolchain,
    find_zephyr,
    missing_packages,
    program_path,
    zephyr_version,
)
from fwgen.config import Config
from fwgen.errors import FwgenError, InputError
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

    @property
    def venv_python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    @property
    def west(self) -> str:
        return str(self.folder / "venv" / "bin" / "west")

    @property
    def zephyr(self) -> Path:
        return self.folder / "zephyr"

    @property
    def renode(self) -> Path:
        return self.folder / f"renode-{pins.RENODE_VERSION}"


def default_folder() -> Path:
    home = os.environ.get("XDG_DATA_HOME", "")
    base = Path(home) if home.startswith("/") else Path("~/.local/share").expanduser()
    return base / "fwgen"


def zephyr_steps(site: Site, config: Config, debian: bool) -> Iterator[Step]:
    """Yield the steps for Zephyr, its Python and a toolchain; skip configured ones that work."""
    zephyr = _or_none(lambda: find_zephyr(config, []))
    python = _or_none(lambda: _python_of(config))
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
    python, venv = str(site.venv_python), site.folder / "venv"
    return Step(
        "a Python environment for Zephyr's scripts",
        lambda: str(venv) if Path(site.west).exists() else "",
        (
            Command((site.python, "-m", "venv", str(venv))),
            Command((python, "-m", "pip", "install", pins.WEST)),
        ),
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
    node = site.folder / "node"
    updated = site.folder / ".west" / f"fwgen-updated-{pins.ZEPHYR_VERSION}"
    yield Step(
        "a west workspace with the generated application's manifest",
        lambda: str(site.folder) if (site.folder / ".west" / "config").is_file() else "",
        (
            Command(("install", "-D", "-m", "644", str(manifest), str(node / "west.yml"))),
            Command((site.west, "init", "-l", str(node))),
        ),
    )
    yield Step(
        f"Zephyr {pins.ZEPHYR_VERSION} and the modules that the application needs",
        lambda: str(site.zephyr) if updated.exists() and zephyr_version(site.zephyr) else "",
        (
            Command((site.west, "update", "--narrow", "--fetch-opt=--depth=1"), site.folder),
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
        if list(site.folder.glob("zephyr-sdk-*/sdk_version")):
            return str(site.folder)
        found = _or_none(lambda: find_toolchain(config))
        return str(found.compiler or found.path) if found else ""

    title = "a toolchain for the M33"
    if debian:
        install = ("apt-get", "install", "-y", "gcc-arm-none-eabi")
        return Step(title, have, (Command(install if not os.geteuid() else ("sudo", *install)),))
    get = (str(python), "-m", "west", "sdk", "install", "-t", _SDK, "-H", "-b", str(site.folder))
    return Step(title, have, (Command(get, base),))


def renode_steps(site: Site, config: Config) -> Iterator[Step]:
    """Yield the steps for Renode's release with .NET, and for pyrenode3."""
    place = config.renode.build_dir or config.renode.bin
    if place and place.exists():
        yield _kept("Renode", str(place))
    else:
        yield _renode(site)
    parts = [("pythonnet", pins.PYTHONNET), ("robot", pins.ROBOT), ("pyrenode3", pins.PYRENODE3)]
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
    archive = pins.RENODE.get(machine)
    if archive is None:
        raise InputError(
            f"Renode {pins.RENODE_VERSION} has no release for this machine ({machine})",
            "build it from source and set `build_dir` in `[renode]` of the configuration file",
        )
    url = f"{site.archives}/{archive.file}" if site.archives else archive.url
    file = site.folder / "downloads" / archive.file
    unpacked = site.folder / "downloads" / f"renode-{pins.RENODE_VERSION}.new"
    return Step(
        f"Renode {pins.RENODE_VERSION}",
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
    sdks = sorted(site.folder.glob("zephyr-sdk-*/sdk_version"))
    if sdks and not _or_none(lambda: find_toolchain(config)):
        values["zephyr"] |= {"toolchain": "zephyr", "toolchain_path": str(sdks[-1].parent)}
    renode = site.renode / "renode"
    if renode.is_file() and not (config.renode.build_dir or config.renode.bin):
        values["renode"] |= {"bin": str(renode), "runtime": "coreclr"}
        values["renode"]["test"] = str(site.renode / "renode-test")
    return {table: entries for table, entries in values.items() if entries}


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
