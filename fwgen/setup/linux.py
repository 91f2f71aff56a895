"""The steps of `fwgen setup --only linux`: fetch the kernel's source and build it.

The source is Debian's package where apt has it, which apt checks against Debian's signature; else
kernel.org's release.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fwgen import process
from fwgen.config import Config
from fwgen.setup import pins
from fwgen.setup.kernel import check_machine, compiler
from fwgen.setup.steps import Command, Step
from fwgen.uml.find import PROGRAM, cache_folder, find_kernel, kernels
from fwgen.uml.recipe import recipe

_TITLE: Final = "the Linux kernel of `--linux kernel`"
_PROBE_S: Final = 60.0


def linux_steps(config: Config, python: str = sys.executable) -> Iterator[Step]:
    """Yield the step for the kernel.

    Raises MissingToolError if it cannot be built on this machine, or if a configured kernel does
    not work.
    """
    if config.linux.kernel:
        kernel = find_kernel(config)
        yield Step(_TITLE, lambda: f"{kernel.version} at {kernel.path}", ())
        return
    if built():
        yield Step(_TITLE, built, ())
        return
    check_machine()
    folder = cache_folder() / "downloads"
    fetch, archive = _fetch(folder, python)
    yield Step(
        _TITLE,
        built,
        (
            Command(("mkdir", "-p", str(folder))),
            fetch,
            Command((python, "-m", "fwgen.setup.kernel", str(archive))),
            Command(("rm", "-rf", str(folder))),
        ),
    )


def built() -> str:
    """Return version and place of a kernel that this fwgen and the present compiler would build,
    "" if there is none. Without a compiler any kernel of this fwgen counts."""
    present = compiler() if shutil.which("gcc") else ""
    for folder, record in kernels():
        if record.recipe == recipe() and present in ("", record.compiler):
            return f"{record.version} at {folder / PROGRAM}"
    return ""


def _fetch(folder: Path, python: str) -> tuple[Command, Path]:
    """Return the command that fetches the source, and its file."""
    version = _debian_version()
    if version:
        package = f"{pins.LINUX_PACKAGE}={version}"
        file = f"{pins.LINUX_PACKAGE}_{version.rpartition(':')[2]}_all.deb"
        return Command(("apt-get", "download", package), folder), folder / file
    release = pins.LINUX_RELEASE
    file = release.file
    download = (python, "-m", "fwgen.setup.download", release.url, str(folder / file))
    return Command((*download, release.sha256)), folder / file


def _debian_version() -> str:
    """Return the version of Debian's package to fetch: the pinned one if apt has it, else the one
    that apt would install; "" if apt does not have the package."""
    try:
        done = process.run(
            ["apt-cache", "policy", pins.LINUX_PACKAGE],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=_PROBE_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    table = done.stdout.partition("Version table:")[2]
    fetched = re.findall(r"^ (?:\*\*\*|   ) (\S+) \d+\n\s+\d+ \S+:", table, re.MULTILINE)
    if pins.LINUX_VERSION in fetched:
        return pins.LINUX_VERSION
    candidate = re.search(r"Candidate: (\S+)", done.stdout)
    return candidate[1] if candidate and candidate[1] in fetched else ""
