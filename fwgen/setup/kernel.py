"""`python -m fwgen.setup.kernel ARCHIVE`: build the kernel of `--linux kernel` into the cache.

Everything happens in a temporary folder of the cache. The kernel appears there complete or not at
all, and the folder with the source is removed in any case.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from fwgen import process
from fwgen.errors import InputError, MissingToolError, ToolBrokeError
from fwgen.guard import guarded
from fwgen.setup import pins
from fwgen.setup.kernel_source import unpack
from fwgen.setup.make_progress import MakeProgress
from fwgen.setup.trials import trouble_with_kernel
from fwgen.uml import changes
from fwgen.uml.find import (
    PROGRAM,
    Record,
    cache_folder,
    digest,
    kernels,
    unsupported,
    write_record,
)
from fwgen.uml.recipe import MAKE, options, recipe

PROGRAMS: Final = ("bc", "bison", "flex", "gcc", "ld", "make")
_PACKAGES: Final = {"ld": "binutils"}
_NEEDED_BYTES: Final = 1 << 30
_KEPT: Final = 3
"""So many kernels stay in the cache, the newest; each has some 6 MB."""
_BEGUN: Final = ".build-"
_PASSED_ON: Final = ("PATH", "HOME", "TMPDIR", "CCACHE_DIR")
"""Variables that the build sees: others, such as CFLAGS or KBUILD_*, would change the kernel."""


def lacking() -> list[str]:
    """Return Debian's packages that are missing for the build."""
    missing = [_PACKAGES.get(name, name) for name in PROGRAMS if shutil.which(name) is None]
    return missing or ([] if _has_headers() else ["libc6-dev"])


def check_machine() -> None:
    """Raises MissingToolError if a kernel cannot be built here."""
    if reason := unsupported():
        raise MissingToolError(reason, "use `--linux emulated` on this machine")
    if packages := lacking():
        names = " ".join(packages)
        raise MissingToolError(
            f"building the Linux kernel needs packages that are not installed: {names}",
            f"run `apt-get install {names}`",
        )


def compiler() -> str:
    """Return the compiler's name and version, "" if there is none."""
    try:
        done = process.probe(["gcc", "--version"], 20.0)
    except OSError:
        return ""
    return next(iter(done.stdout.splitlines()), "")


def build(archive: Path, say: TextIO) -> Path:
    """Build the kernel; return its program.

    Raises MissingToolError, InputError, ToolBrokeError or OSError; then the cache is unchanged.
    """
    check_machine()
    source = hashlib.sha256(archive.read_bytes()).hexdigest()
    _check_pin(archive, source)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256("\0".join((recipe(), source, compiler())).encode()).hexdigest()[:16]
    with _alone(folder, say):
        _remove_unfinished(folder)
        _check_space(folder)
        with tempfile.TemporaryDirectory(prefix=_BEGUN, dir=folder) as temporary:
            product = Path(temporary, "product")
            product.mkdir()
            named = f"{archive.name}, SHA-256 {source}"
            with _told_of_removal(say):
                version = _make(archive, named, Path(temporary, "tree"), product, say)
            target = folder / f"{version}-{key}"
            shutil.rmtree(target, ignore_errors=True)
            product.rename(target)
        _remove_old(target)
    return target / PROGRAM


def _make(archive: Path, source: str, tree: Path, product: Path, say: TextIO) -> str:
    """Put the program and its record into `product`; return the kernel's version."""
    began_s, began_cpu_s = time.monotonic(), _cpu_s()
    print(f"unpacking {archive.name} ...", file=say, flush=True)
    unpack(archive, tree)
    changes.apply(tree)
    _run(["allnoconfig"], tree)
    config = tree / ".config"
    with config.open("a", encoding="utf-8") as stream:
        stream.write(options())
    _run(["olddefconfig"], tree)
    _check_options(config.read_text(encoding="utf-8"))
    jobs = len(os.sched_getaffinity(0))
    with MakeProgress("compiling Linux", say) as progress:
        _run([f"-j{jobs}", PROGRAM], tree, progress)
    build_s, cpu_s = time.monotonic() - began_s, _cpu_s() - began_cpu_s
    program = product / PROGRAM
    shutil.copy2(tree / PROGRAM, program)
    version = process.probe([program, "--version"], 20.0).stdout.strip()
    if trouble := trouble_with_kernel(program):
        hint = "User-Mode Linux needs ptrace and a writable /dev/shm; in a container, allow them"
        raise ToolBrokeError(f"Linux {version} was built, but {trouble}", hint)
    sha256 = digest(program)
    spent_s = (round(build_s, 3), round(cpu_s, 3))
    record = Record(version, source, recipe(), compiler(), sha256, *spent_s)
    write_record(product, record)
    print(f"built Linux {version} in {build_s:.0f} s", file=say, flush=True)
    return version


def _cpu_s() -> float:
    """Return the CPU time of this process and of its children that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _run(what: Sequence[str], tree: Path, progress: MakeProgress | None = None) -> None:
    """Run make; raise ToolBrokeError with the lines that say why it failed."""
    log = tree.with_name("make.log")
    with log.open("wb") as output:
        command = [*MAKE, *what]
        with process.started(
            command, cwd=tree, env=_environment(), stdout=process.PIPE, stderr=process.STDOUT
        ) as make:
            assert make.stdout is not None
            for line in make.stdout:
                output.write(line)
                if progress is not None:
                    progress.step(line)
            status = make.wait()
    if status:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line for line in lines if "error" in line.lower() or "***" in line]
        said = "\n".join(errors[:5] or lines[-5:])
        message = f"`{' '.join(command)}` failed with status {status}:\n{said}"
        raise ToolBrokeError(message, "the compiler may be too new for this kernel; see above")


def _environment() -> Mapping[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed, "LC_ALL": "C"}


def _check_options(config: str) -> None:
    """Raises ToolBrokeError if the kernel's configuration does not have all of our options."""
    lines = set(config.splitlines())
    lost = []
    for option in options().split():
        name, _, value = option.partition("=")
        if (f"# {name} is not set" if value == "n" else option) not in lines:
            lost.append(option)
    if lost:
        message = f"this kernel's source does not accept the options {', '.join(lost)}"
        raise ToolBrokeError(message, "use the source that `fwgen setup --only linux` fetches")


def _check_pin(archive: Path, sha256: str) -> None:
    """Raises ToolBrokeError if the archive is one that fwgen knows, with other contents."""
    pinned = pins.LINUX_ARCHIVES.get(archive.name)
    if pinned is not None and pinned != sha256:
        message = f"{archive}: expected SHA-256 {pinned}, found {sha256}"
        raise ToolBrokeError(message, "remove it and run `fwgen setup --only linux` again")


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _NEEDED_BYTES:
        message = f"building Linux needs 1 GiB in {folder}, found {free >> 20} MiB"
        raise InputError(message, "free space there, or set XDG_CACHE_HOME to another folder")


def _has_headers() -> bool:
    """Return whether the C library's headers are installed."""
    command = ["gcc", "-E", "-include", "sys/ptrace.h", "-include", "linux/types.h", "-xc"]
    try:
        return process.probe([*command, "/dev/null"], 20.0).returncode == 0
    except OSError:
        return False


@contextmanager
def _alone(folder: Path, say: TextIO) -> Iterator[None]:
    """Hold the cache's lock: two builds must not remove each other's folders."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another build of Linux to end ...", file=say, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _told_of_removal(say: TextIO) -> Iterator[None]:
    """Say why it takes some time to end after an error or Ctrl-C."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            print("removing the unpacked source ...", file=say, flush=True)
        raise


def _remove_unfinished(folder: Path) -> None:
    """Remove what a build that was killed has left."""
    for left in folder.glob(f"{_BEGUN}*"):
        shutil.rmtree(left, ignore_errors=True)


def _remove_old(newest: Path) -> None:
    """Remove all but the newest kernels."""
    others = [folder for folder, _ in kernels() if folder != newest]
    others.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in others[_KEPT - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fwgen.setup.kernel", description=__doc__)
    parser.add_argument("archive", type=Path, metavar="ARCHIVE", help="a .tar.xz or a .deb file")
    archive: Path = parser.parse_args().archive
    print(build(archive, sys.stderr))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
