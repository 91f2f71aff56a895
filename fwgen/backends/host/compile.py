"""Compiles the generated core and the simulated M33 around it into a shared library, once.

The library is stored in the user's cache (`$XDG_CACHE_HOME/fwgen/host`, by default ~/.cache). Its
name is a hash of all inputs.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from fwgen import files, process
from fwgen.errors import InputError, MissingToolError, ToolBrokeError
from fwgen.facets import sensor_folder
from fwgen.words import quote

CORE: Final = "src/core/"
"""Path of the core in the generated tree."""

_SENSOR_PART: Final = re.compile(r"src/(sensors/\w+)/core/(.+)")
"""The portable part of a sensor in the generated tree."""
_NUMBERED: Final = re.compile(r"(\w+)_([01])")
"""The folder of one of two sensors: its kind and its number, see generate.sensor."""
_SENSOR_HOST: Final = "host_sensor.c"
"""In the folder of a sensor."""

FAULTS: Final = (
    "none",
    "lose-sample",
    "send-after-ack",
    "late-kick",
    "free-before-ack",
    "forget-gap",
    "wrong-value",
    "wrong-time",
    "forgetful-reset",
    "trust-doorbell",
    "ignore-pwr",
)
"""The planted faults of host_fault.h, by number."""

_FLAGS: Final = (
    *("-std=c11", "-O2", "-g0", "-shared", "-fPIC", "-fvisibility=hidden"),
    "-DZCBOR_CANONICAL",  # the core requires it
    "-DCORE_CHECKS",
)
_RELOCATABLE: Final = ("-r", "-nostdlib", "-no-pie")
_SHARED: Final = "shared.o"
_SPEC: Final = b"from the spec"
"""In the first line of a generated source that depends on the spec; the line names it."""
_LINK: Final = "host_link.c"
_RINGS: Final = "host_rings.c"
"""The two implementations of host_link.h; a library has one of them."""
_ZCBOR_SOURCES: Final = ("zcbor_common.c", "zcbor_decode.c", "zcbor_encode.c")
_HERE: Final = Path(__file__).parent
_TRIAL: Final = (
    b"#include <stdint.h>\n#include <string.h>\nint trial(void);\nint trial(void)\n{ return 0; }\n"
)
_TRIAL_S: Final = 120.0
_COMPILE_S: Final = 900.0
_PRODUCT: Final = "library"
_SEAL: Final = b"fwgen: all of it, SHA-256 "
_SEAL_BYTES: Final = len(_SEAL) + hashlib.sha256().digest_size


def core_sources(generated: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the portable part of a generated tree -> content. The core's paths begin below
    src/core, those of the sensor's part are like `sensors/FOLDER/FILE`."""
    return {
        _SENSOR_PART.sub(r"\1/\2", name).removeprefix(CORE): content
        for name, content in generated.items()
        if name.endswith((".c", ".h")) and (name.startswith(CORE) or _SENSOR_PART.match(name))
    }


def read_core(directory: Path) -> dict[str, bytes]:
    """Like core_sources, for a generated tree on disk. Raises InputError if there is none."""
    root = directory / CORE
    sources = core_sources(
        {
            path.relative_to(directory).as_posix(): path.read_bytes()
            for path in sorted((directory / "src").rglob("*.[ch]"))
        }
    )
    if not sources:
        raise InputError(
            f"expected a generated application in {directory}, found no C files in {root}",
            hint=f"`fwgen generate SPEC -o {shlex.quote(str(directory))}` writes them",
        )
    return sources


def build_library(
    core: Mapping[str, bytes],
    *,
    fault: str = "none",
    flags: Sequence[str] = (),
    rings: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> Path:
    """Return the shared library of this core; compile it unless the cache has it.

    `rings`: for a real Linux, which has rings; otherwise for the emulated one.
    Raises MissingToolError if no C compiler works, ToolBrokeError if the compiler fails.
    """
    sources = _all_sources(core, rings=rings)
    options = [*_FLAGS, f"-DHOST_FAULT={FAULTS.index(fault)}", *flags]
    return compile_once(sources, options, "the core", say=say)


def build_variant(core: Mapping[str, bytes]) -> Path:
    """As build_library, for many specs: what does not depend on a spec's values is compiled once
    for all of them."""
    options = [*_FLAGS, "-DHOST_FAULT=0"]
    sources = {
        name: content.partition(b"\n")[2] if _SPEC in content.partition(b"\n")[0] else content
        for name, content in _all_sources(core).items()
    }
    values = {name for name in core if name.endswith(".c") and sources[name] != core[name]}
    parts = [option for option in options if option != "-shared"]
    kept = {name: content for name, content in sources.items() if name not in values}
    try:
        shared = compile_once(kept, [*parts, *_RELOCATABLE], "the core")
    except ToolBrokeError:  # a compiler that makes no relocatable files
        return build_library(core)
    sources = {name: text for name, text in sources.items() if name in values or name[-2:] == ".h"}
    return compile_once({**sources, _SHARED: _unsealed(shared)}, options, "the spec's values")


def _all_sources(core: Mapping[str, bytes], *, rings: bool = False) -> dict[str, bytes]:
    sources = {**core, **_own_sources(), **_sensor_sources(core)}
    del sources[_LINK if rings else _RINGS]
    return sources


def compile_once(
    sources: Mapping[str, bytes],
    options: Sequence[str],
    what: str,
    *,
    say: Callable[[str], None] = lambda text: None,
) -> Path:
    """Return the shared library of these files (path -> content). `what` names it in messages.
    Raises as build_library does."""
    candidates = compilers()
    names = [_name(sources, options, compiler) for compiler in candidates]
    found = next((path for name in names if _is_whole(path := _cache_folder() / name)), None)
    if found:
        return found
    broken = []
    for compiler, name in zip(candidates, names, strict=True):
        say(f"compiling {what} with {shlex.join(compiler)} (only once; the result is cached)")
        with tempfile.TemporaryDirectory(prefix="fwgen-") as folder:
            errors = _compile(compiler, options, sources, Path(folder))
            if not errors:
                return _keep(Path(folder) / _PRODUCT, name, say)
        trouble = trouble_with(compiler)
        if not trouble:
            raise ToolBrokeError(f"{shlex.join(compiler)} cannot compile {what}:\n{errors}")
        broken.append(f"  {shlex.join(compiler)}: {trouble}")
        if compiler == candidates[0] and os.environ.get("CC"):
            say(f"CC is not used: {trouble}")
    tried = "\n".join(broken) or "  cc, gcc, clang and the package ziglang are not installed"
    raise MissingToolError(
        f"{what} needs a C compiler for this machine, but none works:\n{tried}",
        "`pip install ziglang` installs one; or install gcc or clang, or name one in CC",
    )


def _own_sources() -> dict[str, bytes]:
    sources = {path.name: path.read_bytes() for path in sorted(_HERE.glob("*.[ch]"))}
    spec = importlib.util.find_spec("zcbor")
    if spec is None or spec.origin is None:
        raise MissingToolError("the Python package zcbor is not installed", "`pip install zcbor`")
    root = Path(spec.origin).parent
    for name in _ZCBOR_SOURCES:
        sources[name] = (root / "src" / name).read_bytes()
    for path in sorted((root / "include").glob("*.h")):
        sources[path.name] = path.read_bytes()
    return sources


def _sensor_sources(core: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the simulated sensors of the core's sensors."""
    folders = sorted({name.split("/")[1] for name in core if name.startswith("sensors/")})
    found = {}
    for folder in folders:
        numbered = _NUMBERED.fullmatch(folder)
        head = f"#define SENSOR_STREAM {numbered[2]}\n" if numbered else ""
        source = (sensor_folder(numbered[1] if numbered else folder) / _SENSOR_HOST).read_bytes()
        found[f"sensors/{folder}/{_SENSOR_HOST}"] = head.encode() + source
    return found


def compilers() -> list[list[str]]:
    """Return the commands to try, in order: CC, if set; the usual compilers only if CC is not set
    or compiles for another machine, as the CC of a board's SDK does."""
    found = [[path] for name in ("cc", "gcc", "clang") if (path := shutil.which(name))]
    if importlib.util.find_spec("ziglang"):
        found.append([sys.executable, "-m", "ziglang", "cc"])
    try:
        chosen = shlex.split(os.environ.get("CC", ""))
    except ValueError as error:
        written = quote(os.environ["CC"], 200)
        text = f"expected a command in CC, found {written}: {str(error).lower()}"
        raise InputError(text, "close the quote, or `unset CC`") from error
    if not chosen:
        return found
    return [chosen, *(found if _is_for_another_machine(chosen) else [])]


def _is_for_another_machine(compiler: Sequence[str]) -> bool:
    """Whether the compiler targets another machine: `-dumpmachine` prints its target, such as
    `arm-none-eabi`."""
    with tempfile.TemporaryDirectory(prefix="fwgen-", ignore_cleanup_errors=True) as folder:
        failed, _, said = _called([*compiler, "-dumpmachine"], Path(folder), _TRIAL_S)
    machine = said.strip().partition("-")[0]
    here = platform.machine().replace("amd64", "x86_64").replace("arm64", "aarch64")
    return not failed and machine != "" and machine not in (here, here.replace("i686", "i386"))


def trouble_with(compiler: Sequence[str]) -> str:
    """Return what is wrong with a compiler; "": it can compile a tiny library."""
    with tempfile.TemporaryDirectory(prefix="fwgen-") as folder:
        trial = {"trial.c": _TRIAL}
        errors = _compile(compiler, ("-shared", "-fPIC"), trial, Path(folder), _TRIAL_S)
        return (errors.strip().splitlines() or [""])[0]


def _compile(
    compiler: Sequence[str],
    options: Sequence[str],
    sources: Mapping[str, bytes],
    folder: Path,
    timeout_s: float = _COMPILE_S,
) -> str:
    """Make a library in `folder` that this machine can load; return the error, "" if none."""
    for path, content in sources.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            place.write_bytes(content)
        except OSError as error:
            error.filename = error.filename or str(place)
            raise
    folders = sorted({str(PurePosixPath(path).parent) for path in sources})
    includes = [f"-I{item}" for item in folders]
    units = sorted(path for path in sources if path.endswith((".c", ".o")))
    command = [*compiler, *options, *includes, *units, "-o", _PRODUCT]
    failed, errors, _ = _called(command, folder, timeout_s)
    if failed:
        return errors or "it fails without saying why"
    if not (folder / _PRODUCT).is_file():
        return "it reports success and makes no file"
    if "-r" in options:
        return ""
    loading = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    failed, errors, _ = _called([sys.executable, "-c", loading, f"./{_PRODUCT}"], folder, timeout_s)
    if failed and not any(option.startswith("-fsanitize") for option in options):
        lines = errors.strip().splitlines()
        reason = lines[-1].removeprefix("OSError: ") if lines else "its library crashes"
        return f"this machine cannot load its library: {reason}"
    return ""


def _called(command: Sequence[str], folder: Path, timeout_s: float) -> tuple[bool, str, str]:
    """Run a command; return whether it failed, its stderr and its stdout."""
    try:
        done = process.run(
            command,
            cwd=folder,
            env=_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
        )
    except OSError as error:
        return True, error.strerror or str(error), ""
    except subprocess.TimeoutExpired:
        return True, process.late(timeout_s), ""
    return done.returncode != 0, done.stderr, done.stdout


def _keep(product: Path, name: str, say: Callable[[str], None]) -> Path:
    """Store the library in the cache, followed by a seal that shows that it is complete."""
    content = product.read_bytes()
    sealed = content + _SEAL + hashlib.sha256(content).digest()
    target = _cache_folder() / name
    try:
        files.replace({target: sealed})
    except OSError as error:
        say(f"cannot store the library in {target.parent}: {error.strerror}")
        target = _private_folder() / name
        files.replace({target: sealed})
    return target


def _is_whole(library: Path) -> bool:
    try:
        content = library.read_bytes()
    except OSError:
        return False
    body = content[:-_SEAL_BYTES]
    return content[-_SEAL_BYTES:] == _SEAL + hashlib.sha256(body).digest()


def _unsealed(library: Path) -> bytes:
    return library.read_bytes()[:-_SEAL_BYTES]


def _environment() -> dict[str, str]:
    """Return the environment for the compiler: ziglang needs a cache folder that it can write."""
    return {"ZIG_GLOBAL_CACHE_DIR": str(_cache_folder() / "zig"), **os.environ}


def _name(sources: Mapping[str, bytes], options: Sequence[str], compiler: Sequence[str]) -> str:
    digest = hashlib.sha256()
    head = [*compiler, *options, platform.machine(), platform.system()]
    for part in head:
        digest.update(part.encode(errors="surrogateescape") + b"\0")
    for name, content in sorted(sources.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return f"core-{digest.hexdigest()[:32]}.so"


def _cache_folder() -> Path:
    """Return the user's cache folder, or this process's own if that cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = Path(base if base.startswith("/") else Path("~/.cache").expanduser())
        folder = folder / "fwgen" / "host"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: the home folder is unknown
        return _private_folder()
    return folder if os.access(folder, os.W_OK) else _private_folder()


@cache
def _private_folder() -> Path:
    atexit.register(remove_private_folder)
    return Path(tempfile.mkdtemp(prefix="fwgen-"))


def remove_private_folder() -> None:
    """Remove the folder that replaces an unwritable cache; for a process that skips `atexit`."""
    if _private_folder.cache_info().currsize:
        shutil.rmtree(_private_folder(), ignore_errors=True)
        _private_folder.cache_clear()
