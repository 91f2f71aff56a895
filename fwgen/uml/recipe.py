"""What a kernel is built with besides its source: our changes, our options, the make command."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Final

from fwgen.uml import changes

MAKE: Final = (
    "make",
    "ARCH=um",
    "KBUILD_BUILD_TIMESTAMP=1970-01-01",
    "KBUILD_BUILD_USER=fwgen",
    "KBUILD_BUILD_HOST=fwgen",
)
"""The build's date and place do not enter the kernel: its log is the same on every machine."""


def options() -> str:
    """Return our options on top of `allnoconfig`, one a line."""
    return resources.files("fwgen.uml").joinpath("kernel.config").read_text(encoding="utf-8")


@cache
def recipe() -> str:
    """Return the digest of all that fwgen decides about a kernel. A kernel with another is old."""
    digest = hashlib.sha256()
    for part in (changes.our_functions(), changes.description(), options(), *MAKE):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]
