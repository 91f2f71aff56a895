"""Writes values into the configuration file and leaves the rest of it, comments too, as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from fwgen import files
from fwgen.errors import InputError

_HEAD = "# Where fwgen finds what it does not bring itself. The environment wins over this file.\n"


Value = str | list[str]


def put(path: Path, tables: Mapping[str, Mapping[str, Value]]) -> bool:
    """Table -> key -> value. False if the file said all of it already. Raises InputError where the
    file cannot be written."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = before or _HEAD
    for table, values in tables.items():
        for key, value in values.items():
            text = _with(text, table, key, value)
    if not tables or text == before:
        return False
    try:
        files.replace({path: text.encode()})
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    return True


def _with(text: str, table: str, key: str, value: Value) -> str:
    lines = text.splitlines()
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    header = next((i for i, found in enumerate(lines) if _is_header(found, table)), None)
    if header is None:
        return "\n".join([*lines, "", f"[{table}]", line]) + "\n"
    end = next((i for i in range(header + 1, len(lines)) if _is_header(lines[i])), len(lines))
    for index in range(header + 1, end):
        if re.match(rf"\s*{re.escape(key)}\s*=", lines[index]):
            lines[index] = line
            return "\n".join(lines) + "\n"
    while end > header + 1 and not lines[end - 1].strip():
        end -= 1
    return "\n".join([*lines[:end], line, *lines[end:]]) + "\n"


def _is_header(line: str, table: str | None = None) -> bool:
    found = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
    return found is not None and (table is None or found[1].strip("\"'") == table)
