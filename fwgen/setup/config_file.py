"""Write values into the configuration file without changing the rest of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from fwgen import files
from fwgen.errors import InputError

_HEAD = "# Where fwgen finds Zephyr and Renode. Environment variables override this file.\n"


Value = str | list[str]


def put(path: Path, tables: Mapping[str, Mapping[str, Value]]) -> bool:
    """Write `tables` (table -> key -> value). Return False if the file already has all values.

    Raises InputError if the file cannot be written.
    """
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
        hint = "check the folder's permissions: `ls -ld`"
        raise InputError(f"cannot write {path}: {error.strerror}", hint) from error
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
