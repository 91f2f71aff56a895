"""A reader can open every source: it names the file's line or a function in it, and its version."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fwgen.soc

FOLDER = Path(fwgen.soc.__file__).parent
FILES = sorted(FOLDER.glob("*/*.toml"))
CHIP = (FOLDER / "chips/stm32mp257.toml").read_text(encoding="utf-8")

_FILE = re.compile(r"[\w{}./-]+\.(?:dtsi|dts|c|h)\b(?!\.)")
_PLACE = re.compile(r":\d+|: [&\w]|,? (?:at|in|and) ")
_NAMED = re.compile(r"^#   (\S+(?: \S+)?) {2,}\S", re.M)
_VERSION = re.compile(r"\bat [0-9a-f]{12,}|\btag (?:there is )?v|, v\d|V\d\.\d")


def sources(table: Any) -> Iterator[str]:
    if isinstance(table, dict):
        if "source" in table:
            yield table["source"]
        for value in table.values():
            yield from sources(value)
    elif isinstance(table, list):
        for value in table:
            yield from sources(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_named_with_its_line_or_a_name_in_it(path: Path) -> None:
    for source in sources(tomllib.loads(path.read_text(encoding="utf-8"))):
        for file in _FILE.finditer(source):
            assert _PLACE.match(source, file.end()), f"{path.name}: {file[0]} in {source}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_repository_is_named_with_its_version(path: Path) -> None:
    """The header of each file says which version of each repository its sources mean."""
    header = path.read_text(encoding="utf-8").partition("\n\n")[0]
    named = _NAMED.findall(header) + (
        [] if path.parent.name == "releases" else _NAMED.findall(CHIP)
    )
    for source in sources(tomllib.loads(path.read_text(encoding="utf-8"))):
        for part in source.split("; "):
            if not _FILE.match(part.partition(" ")[2]) and "/" not in part.partition(" ")[0]:
                continue
            known = any(part.startswith(f"{name} ") for name in named)
            assert known or _VERSION.search(part) or _FILE.match(part), f"{path.name}: {part}"
    for line in re.findall(r"^#.*github\.com.*(?:\n#   {6,}.*)*", header, re.M):
        text = re.sub(r"\n# +", " ", line)
        assert _VERSION.search(text) or "meta-st" in text, f"{path.name}: {text}"
