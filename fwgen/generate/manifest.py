"""`fwgen.manifest`: the files that fwgen wrote into a folder, each line with a SHA-256 and a name.

A file belongs to fwgen as long as the manifest lists it with its current hash. `sha256sum -c
fwgen.manifest` checks this without fwgen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from fwgen.generate import banner

NAME: Final = "fwgen.manifest"

_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")


Entries = dict[str, set[str]]
"""Relative path -> hashes of fwgen's content: one, or two while the file is being replaced."""


def of(files: Mapping[str, bytes]) -> Entries:
    """Return the entries of these files (relative path -> content)."""
    return {name: {digest(content)} for name, content in files.items()}


def to_bytes(entries: Entries) -> bytes:
    lines = [f"{sha}  {name}\n" for name in sorted(entries) for sha in sorted(entries[name])]
    return banner.for_every_spec(PurePosixPath(NAME)) + "".join(lines).encode()


def parse(content: bytes) -> Entries:
    """Return the entries of a manifest.

    Ignores other lines (such as the marks of a merge) and paths that lead out of the folder.
    """
    found: Entries = {}
    for line in content.decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match and match[2] != NAME and not _leads_out(PurePosixPath(match[2])):
            found.setdefault(match[2], set()).add(match[1])
    return found


def both(before: Entries, after: Entries) -> Entries:
    """Return the entries that hold while the files `before` are replaced by those `after`."""
    names = before.keys() | after.keys()
    return {name: before.get(name, set()) | after.get(name, set()) for name in names}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _leads_out(path: PurePosixPath) -> bool:
    return path.is_absolute() or ".." in path.parts
