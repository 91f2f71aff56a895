"""Finds Zephyr, its Python, the toolchain and the build tools. Each says where it comes from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fwgen.config import TOOLCHAIN_VARIABLES, Config
from fwgen.errors import InputError, MissingToolError

LEAST_VERSION = (4, 3, 0)
SETUP = "`fwgen setup` gets it"

_PACKAGES = ("west", "yaml", "elftools", "packaging")
"""What Zephyr's scripts import, as far as they run in a build of the generated application."""

_PROBE_TIMEOUT_S = 20.0
_COMPILER = "arm-none-eabi-gcc"
_SDK_FOLDERS = ("~", "~/.local", "~/.local/opt", "~/bin", "/opt", "/usr/local")
"""Where Zephyr's own search (FindZephyr-sdk.cmake) looks as well."""


@dataclass(frozen=True)
class Zephyr:
    """`base`: the folder with Zephyr's VERSION. `origin`: who named it, for people."""

    base: Path
    version: tuple[int, int, int]
    origin: str
    workspace: Path | None

    @property
    def version_text(self) -> str:
        return ".".join(map(str, self.version))


@dataclass(frozen=True)
class Toolchain:
    """`path`: see fwgen.config.TOOLCHAIN_VARIABLES; '' leaves the search to Zephyr."""

    variant: str
    path: str
    origin: str

    @property
    def environment(self) -> dict[str, str]:
        values = {"ZEPHYR_TOOLCHAIN_VARIANT": self.variant}
        variable = TOOLCHAIN_VARIABLES.get(self.variant)
        if variable and self.path:
            values[variable] = self.path
        return values

    @property
    def compiler(self) -> Path | None:
        """The compiler, where it can be named without Zephyr's help."""
        if self.variant == "gnuarmemb":
            return Path(self.path, "bin", _COMPILER)
        if self.variant == "cross-compile":
            return Path(f"{self.path}gcc")
        if self.variant == "zephyr" and self.path:
            found = sorted(Path(self.path).glob("**/bin/arm-zephyr-eabi-gcc"))
            return found[0] if found else Path(self.path, "arm-zephyr-eabi/bin/arm-zephyr-eabi-gcc")
        return None


def find_zephyr(config: Config, near: Iterable[Path]) -> Zephyr:
    """ZEPHYR_BASE, then a west workspace around one of the folders `near`, then the configuration
    file. Raises MissingToolError; InputError where a place that was named is not Zephyr."""
    origin = config.origin("zephyr.base")
    if origin != "ZEPHYR_BASE":
        for folder in near:
            workspace = west_workspace(folder)
            base = workspace and workspace_zephyr(workspace)
            if workspace and base:
                return _zephyr(base, f"the west workspace {workspace}")
    if config.zephyr.base is None:
        raise MissingToolError(
            f"Zephyr is not installed (no ZEPHYR_BASE, no west workspace around the spec, nothing "
            f"in {config.path}): {SETUP}"
        )
    return _zephyr(config.zephyr.base, origin)


def _zephyr(base: Path, origin: str) -> Zephyr:
    version = zephyr_version(base)
    if version is None:
        raise InputError(
            f"{base} is no Zephyr tree, it has no VERSION ({origin} names it): point it to the "
            f"folder `zephyr` of a workspace, or let `fwgen setup` make one"
        )
    found = Zephyr(base, version, origin, west_workspace(base.resolve()))  # as west sees it
    if version < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION[:2]))
        raise MissingToolError(
            f"Zephyr {found.version_text} at {base} ({origin} names it) is too old, {least} is the "
            f"least: {SETUP}"
        )
    return found


def zephyr_version(base: Path) -> tuple[int, int, int] | None:
    """From the VERSION file; None where it is not Zephyr's."""
    try:
        text = (base / "VERSION").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = dict(re.findall(r"^(\w+)\s*=\s*(\d+)\s*$", text, re.MULTILINE))
    try:
        return int(found["VERSION_MAJOR"]), int(found["VERSION_MINOR"]), int(found["PATCHLEVEL"])
    except KeyError:
        return None


def west_workspace(folder: Path) -> Path | None:
    """The folder that has `.west`, this one or one above."""
    start = Path(folder).absolute()
    return next((f for f in (start, *start.parents) if (f / ".west" / "config").is_file()), None)


def workspace_zephyr(workspace: Path) -> Path | None:
    """Zephyr in a workspace, as west's configuration says, or by the name that it usually has."""
    try:
        text = (workspace / ".west" / "config").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    named = re.search(r"^\s*\[zephyr\][^\[]*?^\s*base\s*=\s*(\S+)", text, re.MULTILINE | re.DOTALL)
    base = workspace / (named[1] if named else "zephyr")
    return base if (base / "VERSION").is_file() else None


def find_python(config: Config, zephyr: Zephyr) -> Path:
    """An interpreter with what Zephyr's scripts import."""
    candidates = [config.zephyr.python] if config.zephyr.python else []
    if not candidates:
        if zephyr.workspace:
            candidates.append(zephyr.workspace / ".venv" / "bin" / "python")
        candidates.append(Path(sys.executable))
        candidates += [Path(found) for name in ("python3",) if (found := shutil.which(name))]
    least = least_python(zephyr.base)
    whole = [c for c in candidates if c.exists() and not missing_packages(c)]
    for candidate in whole:
        if not _too_old(candidate, least):
            return candidate
    if whole:
        raise MissingToolError(
            f"Zephyr {zephyr.version_text} needs Python {least} or newer for its scripts, "
            f"{whole[0]} is {_python_version(whole[0])}; name a newer one as `zephyr.python` in "
            f"{config.path}: apt-get install python{least} python{least}-venv"
        )
    requirements = zephyr.base / "scripts" / "requirements-base.txt"
    named = config.zephyr.python
    if named and not named.exists():
        raise MissingToolError(f"{named} ({config.origin('zephyr.python')}) is not there: {SETUP}")
    lacks = ", ".join(missing_packages(named or Path(sys.executable)))
    raise MissingToolError(
        f"{named or sys.executable} lacks {lacks}, which Zephyr's scripts import: "
        f"{named or 'python3'} -m pip install -r {requirements}"
    )


def _too_old(python: Path, least: str) -> bool:
    version = _python_version(python) if least else ""
    return bool(version) and _numbers(version)[:2] < _numbers(least)[:2]


def _python_version(python: Path) -> str:
    return program_version([python, "-c", "import platform; print(platform.python_version())"])


def missing_packages(python: Path, packages: Iterable[str] = _PACKAGES) -> list[str]:
    """Names of those that the interpreter cannot import; all of them if it does not run."""
    names = list(packages)
    program = (
        "import importlib.util, sys; "
        "print(*(n for n in sys.argv[1:] if importlib.util.find_spec(n) is None))"
    )
    try:
        done = subprocess.run(
            [python, "-c", program, *names], capture_output=True, text=True, check=False
        )
    except OSError:
        return names
    return done.stdout.split() if done.returncode == 0 else names


def find_toolchain(config: Config, path: str | None = None) -> Toolchain:
    """Of the environment or the file; else what stands in the usual places. MissingToolError."""
    zephyr = config.zephyr
    if zephyr.toolchain:
        origin = config.origin("zephyr.toolchain")
        if zephyr.toolchain in TOOLCHAIN_VARIABLES and not zephyr.toolchain_path:
            if zephyr.toolchain == "zephyr":
                return _checked(_sdk() or Toolchain("zephyr", "", origin))
            raise MissingToolError(
                f"the toolchain `{zephyr.toolchain}` ({origin} names it) has no place: set "
                f"{TOOLCHAIN_VARIABLES[zephyr.toolchain]} or `toolchain_path` in {config.path}"
            )
        return _checked(Toolchain(zephyr.toolchain, zephyr.toolchain_path or "", origin))
    sdk = _sdk()
    if sdk:
        return sdk
    compiler = shutil.which(_COMPILER, path=path)
    if compiler:
        prefix = compiler.removesuffix("gcc")
        return Toolchain("cross-compile", prefix, f"{_COMPILER} on the PATH")
    raise MissingToolError(
        f"no toolchain for the M33: neither the Zephyr SDK nor {_COMPILER} is installed "
        f"(apt-get install gcc-arm-none-eabi, or {SETUP})"
    )


def _checked(toolchain: Toolchain) -> Toolchain:
    compiler = toolchain.compiler
    if compiler is None or compiler.exists():
        return toolchain
    raise MissingToolError(
        f"there is no compiler {compiler} (toolchain `{toolchain.variant}`, {toolchain.origin} "
        f"names it): apt-get install gcc-arm-none-eabi, or {SETUP}"
    )


def _sdk() -> Toolchain | None:
    """The newest Zephyr SDK in the usual places."""
    found = [
        sdk
        for folder in _SDK_FOLDERS
        for sdk in Path(folder).expanduser().glob("zephyr-sdk-*")
        if (sdk / "sdk_version").is_file()
    ]
    if not found:
        return None
    newest = max(found, key=lambda sdk: [int(n) for n in re.findall(r"\d+", sdk.name)])
    return Toolchain("zephyr", str(newest), "its usual place")


def find_program(name: str, package: str, path: str | None = None) -> Path:
    """Raises MissingToolError with the command that gets it."""
    found = shutil.which(name, path=path)
    if found:
        return Path(found)
    raise MissingToolError(f"{name} is not installed: apt-get install {package}")


def find_cmake(zephyr: Zephyr, path: str | None = None) -> Path:
    """As new as this Zephyr wants it. Raises MissingToolError."""
    found = find_program("cmake", "cmake", path)
    least = least_cmake(zephyr.base)
    version = program_version([found, "--version"])
    if version and least and _numbers(version) < _numbers(least):
        raise MissingToolError(
            f"Zephyr {zephyr.version_text} needs CMake {least} or newer, {found} is {version}: "
            "python3 -m pip install --upgrade cmake"
        )
    return found


def least_cmake(base: Path) -> str:
    """As Zephyr's tree says; '' where it does not."""
    return _said(
        base / "cmake/modules/zephyr_default.cmake", r"cmake_minimum_required\(VERSION (\S+)\)"
    )


def least_python(base: Path) -> str:
    """As Zephyr's tree says; '' where it does not."""
    return _said(base / "cmake/modules/python.cmake", r"set\(PYTHON_MINIMUM_REQUIRED (\S+)\)")


def program_version(command: Sequence[object]) -> str:
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


def _said(file: Path, pattern: str) -> str:
    try:
        found = re.search(pattern, file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found else ""


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)][:3]


def program_path(python: Path | None) -> str:
    """The PATH to look for build tools on: beside the Python first (pip brings cmake and ninja)."""
    path = os.environ.get("PATH", os.defpath)
    return f"{python.parent}{os.pathsep}{path}" if python else path


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what would make CMake or Python take something else than was found."""
    unwanted = {"ZEPHYR_BASE", "PYTHONPATH", "PYTHONHOME", "CFLAGS", "CXXFLAGS", "LDFLAGS"}
    unwanted |= {"CC", "CXX", "CMAKE_GENERATOR", "NINJA_STATUS", *TOOLCHAIN_VARIABLES.values()}
    return {name: value for name, value in environ.items() if name not in unwanted}
