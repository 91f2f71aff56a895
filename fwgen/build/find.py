"""Finds Zephyr, its Python, the toolchain and the build tools, and records who named each."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fwgen import process
from fwgen.config import TOOLCHAIN_VARIABLES, Config
from fwgen.errors import InputError, MissingToolError
from fwgen.files import read_regular

LEAST_VERSION = (4, 3, 0)
SETUP = "`fwgen setup`"

_WANTED_PYTHON = {(4, 4): "3.12", (4, 3): "3.10"}
_WANTED_CMAKE = {(4, 5): "3.28.0", (4, 3): "3.20.0"}
"""Since that Zephyr, newest first; for trees that do not say it. Sources: docs/versions.md."""

_PACKAGES = ("west", "yaml", "elftools", "packaging")
"""The packages that Zephyr's scripts import in a build of the generated application."""

_PROBE_TIMEOUT_S = 20.0
_MOST_BYTES = 1 << 20
_LACKS = "lacks "
_COMPILER = "arm-none-eabi-gcc"
_GET_COMPILER = f"run `apt-get install gcc-arm-none-eabi` or {SETUP}"
_SDK_FOLDERS = ("~", "~/.local", "~/.local/opt", "~/bin", "/opt", "/usr/local")
"""The same folders as in Zephyr's own search (FindZephyr-sdk.cmake)."""


@dataclass(frozen=True)
class Zephyr:
    """`base`: the folder with Zephyr's VERSION. `origin`: where its path comes from, for messages:
    a variable, a place in a file, or a workspace."""

    base: Path
    version: tuple[int, int, int]
    origin: str
    workspace: Path | None

    @property
    def version_text(self) -> str:
        return ".".join(map(str, self.version))


@dataclass(frozen=True)
class Toolchain:
    """`path`: see fwgen.config.TOOLCHAIN_VARIABLES; '' if Zephyr searches for it itself."""

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
        """The compiler; None if only Zephyr knows its path."""
        if self.variant == "gnuarmemb":
            return Path(self.path, "bin", _COMPILER)
        if self.variant == "cross-compile":
            return Path(f"{self.path}gcc")
        if self.variant == "zephyr" and self.path:
            found = sorted(Path(self.path).glob("**/bin/arm-zephyr-eabi-gcc"))
            return found[0] if found else Path(self.path, "arm-zephyr-eabi/bin/arm-zephyr-eabi-gcc")
        return None


def find_zephyr(config: Config, near: Iterable[Path]) -> Zephyr:
    """Return Zephyr: from ZEPHYR_BASE, else a west workspace around one of the folders `near`, else
    the configuration file.

    Raises MissingToolError, and InputError if a configured folder is not Zephyr.
    """
    origin = config.origin("zephyr.base")
    if origin != "ZEPHYR_BASE":
        for folder in near:
            workspace = west_workspace(folder)
            base = workspace and workspace_zephyr(workspace)
            if workspace and base:
                return _zephyr(base, f"the west workspace {workspace}")
    if config.zephyr.base is None:
        raise MissingToolError(
            f"Zephyr is not installed (no ZEPHYR_BASE, no west workspace around the spec, no "
            f"`zephyr.base` in {config.path})",
            f"run {SETUP}",
        )
    return _zephyr(config.zephyr.base, origin)


def _zephyr(base: Path, origin: str) -> Zephyr:
    version = zephyr_version(base)
    if version is None:
        raise InputError(
            f"{base} is not a Zephyr tree: it has no file VERSION ({origin} names it)",
            f"name the folder `zephyr` of a workspace, or run {SETUP}",
        )
    found = Zephyr(base, version, origin, west_workspace(base.resolve()))  # as west sees it
    if version < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION[:2]))
        raise MissingToolError(
            f"expected Zephyr {least} or newer, found {found.version_text} at {base} ({origin} "
            "names it)",
            f"run {SETUP}",
        )
    return found


def zephyr_version(base: Path) -> tuple[int, int, int] | None:
    """Return Zephyr's version from its file VERSION, None if there is none."""
    try:
        text = read_regular(base / "VERSION", _MOST_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = dict(re.findall(r"^(\w+)\s*=\s*(\d+)\s*$", text, re.MULTILINE))
    try:
        return int(found["VERSION_MAJOR"]), int(found["VERSION_MINOR"]), int(found["PATCHLEVEL"])
    except KeyError:
        return None


def west_workspace(folder: Path) -> Path | None:
    """Return the nearest folder with `.west/config`, this one or a parent; None if there is
    none."""
    start = Path(folder).absolute()
    return next((f for f in (start, *start.parents) if (f / ".west" / "config").is_file()), None)


def workspace_zephyr(workspace: Path) -> Path | None:
    """Return Zephyr's folder in a workspace: the one in west's configuration, else `zephyr`."""
    try:
        text = (workspace / ".west" / "config").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    named = re.search(r"^\s*\[zephyr\][^\[]*?^\s*base\s*=\s*(\S+)", text, re.MULTILINE | re.DOTALL)
    base = workspace / (named[1] if named else "zephyr")
    return base if (base / "VERSION").is_file() else None


def find_python(config: Config, zephyr: Zephyr) -> Path:
    """Return a Python that has the packages of Zephyr's scripts. Raises MissingToolError."""
    candidates = [config.zephyr.python] if config.zephyr.python else []
    if not candidates:
        if zephyr.workspace:
            candidates.append(zephyr.workspace / ".venv" / "bin" / "python")
        candidates.append(Path(sys.executable))
        candidates += [Path(found) for name in ("python3",) if (found := shutil.which(name))]
    least = least_python(zephyr.base) or wanted_python(zephyr.version)
    named = config.zephyr.python
    wrong = {c: _trouble_with_python(c) for c in candidates if os.access(c, os.F_OK)}
    whole = [candidate for candidate, trouble in wrong.items() if not trouble]
    for candidate in whole:
        if not _too_old(candidate, least):
            return candidate
    if whole:
        raise MissingToolError(
            f"Zephyr {zephyr.version_text} needs Python {least} or newer for its scripts, "
            f"{whole[0]} is {python_version(whole[0])}",
            f"run `apt-get install python{least} python{least}-venv`, and set `zephyr.python` in "
            f"{config.path}",
        )
    requirements = zephyr.base / "scripts" / "requirements-base.txt"
    if named and named not in wrong:
        raise MissingToolError(
            f"{named} does not exist ({config.origin('zephyr.python')} names it)", f"run {SETUP}"
        )
    trouble = wrong.get(named or Path(sys.executable), "")
    if not trouble.startswith(_LACKS):
        origin = f" ({config.origin('zephyr.python')} names it)" if named else ""
        raise MissingToolError(
            f"{named or sys.executable} does not work as a Python: {trouble}{origin}",
            f"set `zephyr.python` in {config.path} to a working Python, or run {SETUP}",
        )
    install = shlex.join([str(named or "python3"), "-m", "pip", "install", "-r", str(requirements)])
    raise MissingToolError(
        f"{named or sys.executable} {trouble}, which Zephyr's scripts import", f"run `{install}`"
    )


def _trouble_with_python(python: Path) -> str:
    try:
        missing = _missing(python, _PACKAGES)
    except OSError as error:
        return error.strerror or str(error)
    return f"{_LACKS}{', '.join(missing)}" if missing else ""


def _too_old(python: Path, least: str) -> bool:
    version = python_version(python) if least else ""
    return bool(version) and older(version, least)


def older(version: str, least: str) -> bool:
    """Return whether a Python is older than `least`, by the first two numbers."""
    return _numbers(version)[:2] < _numbers(least)[:2]


def python_version(python: Path) -> str:
    return program_version([python, "-c", "import platform; print(platform.python_version())"])


def missing_packages(python: Path, packages: Iterable[str] = _PACKAGES) -> list[str]:
    """Return the packages that the interpreter cannot import; all of them if it does not run."""
    names = list(packages)
    try:
        return _missing(python, names)
    except OSError:
        return names


def _missing(python: Path, names: Sequence[str]) -> list[str]:
    """Like missing_packages. Raises OSError if the program is not a working Python."""
    program = (
        "import importlib.util, sys; "
        "print('missing:', *(n for n in sys.argv[1:] if importlib.util.find_spec(n) is None))"
    )
    done = process.probe([python, "-c", program, *names], _PROBE_TIMEOUT_S)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it exits with status {done.returncode}"])[-1]
        raise OSError(0, last)
    words = done.stdout.split()
    if words[:1] != ["missing:"]:
        raise OSError(0, "it exits with status 0 but does not run the Python code that it is given")
    return words[1:]


def find_toolchain(config: Config, path: str | None = None) -> Toolchain:
    """Return the toolchain: from the environment, else the file, else the usual folders.

    Raises MissingToolError.
    """
    zephyr = config.zephyr
    if zephyr.toolchain:
        origin = config.origin("zephyr.toolchain")
        if zephyr.toolchain in TOOLCHAIN_VARIABLES and not zephyr.toolchain_path:
            if zephyr.toolchain == "zephyr":
                return _checked(_sdk() or Toolchain("zephyr", "", origin))
            raise MissingToolError(
                f"the toolchain `{zephyr.toolchain}` has no path ({origin} names it)",
                f"set {TOOLCHAIN_VARIABLES[zephyr.toolchain]} or `toolchain_path` in {config.path}",
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
        f"no toolchain for the M33: neither the Zephyr SDK nor {_COMPILER} is installed",
        _GET_COMPILER,
    )


def _checked(toolchain: Toolchain) -> Toolchain:
    compiler = toolchain.compiler
    if compiler is None or compiler.exists():
        return toolchain
    raise MissingToolError(
        f"the compiler {compiler} does not exist (toolchain `{toolchain.variant}`, "
        f"{toolchain.origin} names it)",
        _GET_COMPILER,
    )


def _sdk() -> Toolchain | None:
    """Return the newest Zephyr SDK in the usual folders, None if there is none."""
    found = [
        sdk
        for folder in _SDK_FOLDERS
        for sdk in Path(folder).expanduser().glob("zephyr-sdk-*")
        if (sdk / "sdk_version").is_file()
    ]
    if not found:
        return None
    newest = max(found, key=lambda sdk: [int(n) for n in re.findall(r"\d+", sdk.name)])
    return Toolchain("zephyr", str(newest), "its usual folder")


def find_program(name: str, package: str, path: str | None = None) -> Path:
    """Return a program on the PATH. Raises MissingToolError with the command that installs it."""
    found = shutil.which(name, path=path)
    if found:
        return Path(found)
    raise MissingToolError(f"{name} is not installed", f"run `apt-get install {package}`")


def find_cmake(zephyr: Zephyr, path: str | None = None) -> Path:
    """Return a CMake that is new enough for this Zephyr. Raises MissingToolError."""
    found = find_program("cmake", "cmake", path)
    least = least_cmake(zephyr.base) or wanted_cmake(zephyr.version)
    version = program_version([found, "--version"])
    if version and least and _numbers(version) < _numbers(least):
        raise MissingToolError(
            f"Zephyr {zephyr.version_text} needs CMake {least} or newer, {found} is {version}",
            "run `python3 -m pip install --upgrade cmake`",
        )
    return found


def least_cmake(base: Path) -> str:
    """Return the oldest CMake that this Zephyr accepts, '' if its tree does not say."""
    return _found_in(
        base / "cmake/modules/zephyr_default.cmake", r"cmake_minimum_required\(VERSION (\S+)\)"
    )


def least_python(base: Path) -> str:
    """Return the oldest Python that this Zephyr accepts, '' if its tree does not say."""
    return _found_in(base / "cmake/modules/python.cmake", r"set\(PYTHON_MINIMUM_REQUIRED (\S+)\)")


def wanted_python(version: tuple[int, ...]) -> str:
    """Return the oldest Python for the scripts of this Zephyr release."""
    return _wanted(_WANTED_PYTHON, version)


def wanted_cmake(version: tuple[int, ...]) -> str:
    """Return the oldest CMake that this Zephyr release accepts."""
    return _wanted(_WANTED_CMAKE, version)


def _wanted(table: Mapping[tuple[int, int], str], version: tuple[int, ...]) -> str:
    return next((text for since, text in table.items() if version >= since), "")


def program_version(command: Sequence[object]) -> str:
    """Return the first version number in the program's output, '' if there is none."""
    try:
        done = process.probe(command, _PROBE_TIMEOUT_S)
    except OSError:
        return ""
    found = re.search(r"\d+\.\d+(?:\.\d+)*", done.stdout or done.stderr)
    return found[0] if found else ""


def _found_in(file: Path, pattern: str) -> str:
    try:
        found = re.search(pattern, read_regular(file, _MOST_BYTES).decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found else ""


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)][:3]


def program_path(python: Path | None) -> str:
    """Return the PATH for build tools: first the folder of the Python, where pip installs them."""
    path = os.environ.get("PATH", os.defpath)
    return f"{python.parent}{os.pathsep}{path}" if python else path


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without variables that would change which tools CMake or Python
    use."""
    unwanted = {"ZEPHYR_BASE", "PYTHONPATH", "PYTHONHOME", "CFLAGS", "CXXFLAGS", "LDFLAGS"}
    unwanted |= {"CC", "CXX", "CMAKE_GENERATOR", "NINJA_STATUS", *TOOLCHAIN_VARIABLES.values()}
    return {name: value for name, value in environ.items() if name not in unwanted}
