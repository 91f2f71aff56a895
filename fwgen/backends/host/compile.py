"""Compiles the generated core and the simulated M33 around it into a shared library, once.

What comes out is kept in the user's cache (`$XDG_CACHE_HOME/fwgen/host`, by default ~/.cache) under
a name made of everything that went in.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from fwgen.errors import InputError, MissingToolError, ToolBrokeError

CORE: Final = "src/core/"
"""Where the core stands in the generated tree."""

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
"""The deliberate mistakes of host_fault.h, by number."""

_FLAGS: Final = (
    *("-std=c11", "-O2", "-g0", "-shared", "-fPIC", "-fvisibility=hidden"),
    "-DZCBOR_CANONICAL",  # the core insists on it
)
_ZCBOR_SOURCES: Final = ("zcbor_common.c", "zcbor_decode.c", "zcbor_encode.c")
_HERE: Final = Path(__file__).parent
_TRIAL: Final = (
    "#include <stdint.h>\n#include <string.h>\nint trial(void);\nint trial(void)\n{ return 0; }\n"
)


def core_sources(generated: Mapping[str, bytes]) -> dict[str, bytes]:
    """The portable part of a generated tree, by its path below src/core."""
    return {
        name.removeprefix(CORE): content
        for name, content in generated.items()
        if name.startswith(CORE) and name.endswith((".c", ".h"))
    }


def read_core(directory: Path) -> dict[str, bytes]:
    """Like core_sources, from a generated tree on the disk. Raises InputError if there is none."""
    root = directory / CORE
    sources = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.[ch]"))
    }
    if not sources:
        raise InputError(
            f"{directory} holds no generated application: there are no C files in {root}\n"
            f"help: `fwgen generate SPEC -o {directory}` writes them"
        )
    return sources


def build_library(
    core: Mapping[str, bytes],
    *,
    fault: str = "none",
    flags: Sequence[str] = (),
    say: Callable[[str], None] = lambda text: None,
) -> Path:
    """The shared library of this core; compiled unless the cache has it.

    Raises MissingToolError if there is no C compiler that works, ToolBrokeError if it fails.
    """
    sources = {**core, **_own_sources()}
    options = [*_FLAGS, f"-DHOST_FAULT={FAULTS.index(fault)}", *flags]
    return compile_once(sources, options, "the core", say=say)


def compile_once(
    sources: Mapping[str, bytes],
    options: Sequence[str],
    what: str,
    *,
    say: Callable[[str], None] = lambda text: None,
) -> Path:
    """The shared library of these files, by their names; raises as build_library does. `what`: for
    people."""
    candidates = _compilers()
    names = [_cached(sources, options, compiler) for compiler in candidates]
    found = next((path for path in names if path.exists()), None)
    if found:
        return found
    broken = []
    for compiler, path in zip(candidates, names, strict=True):
        say(f"compiling {what} with {shlex.join(compiler)} (once, then it is kept)")
        errors = _compile(compiler, options, sources, path)
        if not errors:
            return path
        trouble = _try(compiler)
        if not trouble:
            raise ToolBrokeError(f"{shlex.join(compiler)} does not compile {what}:\n{errors}")
        broken.append(f"  {shlex.join(compiler)}: {trouble}")
    tried = "\n".join(broken) or "  none of cc, gcc, clang is there, nor the ziglang package"
    raise MissingToolError(
        f"{what} needs a C compiler, and none works here:\n{tried}\n"
        "help: `pip install ziglang` brings one; or install gcc or clang, or name one in CC"
    )


def _own_sources() -> dict[str, bytes]:
    sources = {path.name: path.read_bytes() for path in sorted(_HERE.glob("*.[ch]"))}
    spec = importlib.util.find_spec("zcbor")
    if spec is None or spec.origin is None:
        raise MissingToolError("the zcbor package is not installed\nhelp: `pip install zcbor`")
    root = Path(spec.origin).parent
    for name in _ZCBOR_SOURCES:
        sources[name] = (root / "src" / name).read_bytes()
    for path in sorted((root / "include").glob("*.h")):
        sources[path.name] = path.read_bytes()
    return sources


def _compilers() -> list[list[str]]:
    """Commands to try, in this order. CC, if set, is the only one."""
    chosen = os.environ.get("CC", "").strip()
    if chosen:
        return [shlex.split(chosen)]
    found = [[path] for name in ("cc", "gcc", "clang") if (path := shutil.which(name))]
    if importlib.util.find_spec("ziglang"):
        found.append([sys.executable, "-m", "ziglang", "cc"])
    return found


def _try(compiler: Sequence[str]) -> str:
    """What is wrong with a compiler; empty if it makes a library of next to nothing."""
    with tempfile.TemporaryDirectory(prefix="fwgen-") as name:
        folder = Path(name)
        (folder / "trial.c").write_text(_TRIAL)
        command = [*compiler, "-shared", "-fPIC", "trial.c", "-o", "library"]
        failed, errors = _called(command, folder)
        return (errors.strip().splitlines() or ["it fails without a word"])[0] if failed else ""


def _compile(
    compiler: Sequence[str], options: Sequence[str], sources: Mapping[str, bytes], target: Path
) -> str:
    """Makes `target`; returns what the compiler said if it failed."""
    with tempfile.TemporaryDirectory(prefix="fwgen-") as name:
        folder = Path(name)
        for path, content in sources.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        folders = sorted({str(PurePosixPath(path).parent) for path in sources})
        includes = [f"-I{item}" for item in folders]
        units = sorted(path for path in sources if path.endswith(".c"))
        command = [*compiler, *options, *includes, *units, "-o", "library"]
        failed, errors = _called(command, folder)
        if failed:
            return errors or "it fails without a word"
        staged = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(folder / "library", staged)
        staged.replace(target)
    return ""


def _called(command: Sequence[str], folder: Path) -> tuple[bool, str]:
    """Whether a command failed, and what it said."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(),
            capture_output=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return True, error.strerror or str(error)
    return done.returncode != 0, done.stderr


def _environment() -> dict[str, str]:
    """ziglang keeps what it builds once in a cache of its own, and fails where that cannot be."""
    return {"ZIG_GLOBAL_CACHE_DIR": str(_cache_folder() / "zig"), **os.environ}


def _cached(sources: Mapping[str, bytes], options: Sequence[str], compiler: Sequence[str]) -> Path:
    digest = hashlib.sha256()
    head = [*compiler, *options, platform.machine(), platform.system()]
    for part in head:
        digest.update(part.encode() + b"\0")
    for name, content in sorted(sources.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return _cache_folder() / f"core-{digest.hexdigest()[:32]}.so"


def _cache_folder() -> Path:
    """The user's, or where that cannot be written to a folder of this process alone."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    folder = Path(base, "fwgen", "host")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _private_folder()
    return folder if os.access(folder, os.W_OK) else _private_folder()


@cache
def _private_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="fwgen-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
