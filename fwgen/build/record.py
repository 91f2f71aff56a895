"""build.json: what a build was made from, and the sizes that it measured, in bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from fwgen import files
from fwgen.build.built import Built
from fwgen.build.sizes import largest_symbols, used_bytes
from fwgen.soc.region import Region

FORMAT = 1
FILE = "build.json"
_LARGEST = 15


def write_record(folder: Path, built: Built) -> None:
    """Write build.json, unless it already has this content."""
    path = folder / FILE
    text = json.dumps(_record(built), indent=2, ensure_ascii=False) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        files.replace({path: text.encode()})


def is_record(path: Path) -> bool:
    """Return whether a build of fwgen wrote the file. Raises OSError."""
    try:
        return f'"fwgen-build": {FORMAT}' in path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    except UnicodeDecodeError:
        return False


def previous_log_bytes(folder: Path, data: Region) -> int | None:
    """Return the log's size in the last build of this folder; None if there was none with this data
    window."""
    try:
        windows = json.loads((folder / FILE).read_text(encoding="utf-8"))["windows"]
        then = windows["data"]["start"], windows["data"]["size_bytes"]
        size_bytes = windows["log"]["size_bytes"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    fits = isinstance(size_bytes, int) and 0 < size_bytes <= data.size_bytes
    return size_bytes if fits and then == (data.start, data.size_bytes) else None


def _record(built: Built) -> dict[str, Any]:
    elf, plan = built.subject.elf, built.plan
    code, data = plan.code, plan.data
    return {
        "fwgen-build": FORMAT,
        "spec": {"name": plan.spec.name, "hash": plan.spec.spec_hash.hex()},
        "board": plan.board.zephyr_board,
        "zephyr": built.tools.zephyr.version_text,
        "toolchain": built.tools.toolchain.variant,
        "elf": built.elf.name if built.passed else str(built.elf),
        "sha256": hashlib.sha256(elf.data).hexdigest(),
        "audit": [finding.to_json() for finding in built.findings],
        "windows": {
            "code": {
                "start": code.start,
                "size_bytes": code.size_bytes,
                "used_bytes": used_bytes(elf, code),
            },
            "data": {
                "start": data.start,
                "size_bytes": data.size_bytes,
                "used_bytes": used_bytes(elf, data),
            },
            "log": {
                "start": plan.log.start,
                "size_bytes": plan.log.size_bytes,
                "blocks": plan.log_slots,
            },
        },
        "stacks": [
            {
                "name": stack.name,
                "size_bytes": stack.size_bytes,
                "known_need_bytes": stack.needed_bytes or None,
            }
            for stack in built.subject.stacks.all
        ],
        "largest": {
            window.name: {
                symbol.name: symbol.size_bytes for symbol in largest_symbols(elf, window)[:_LARGEST]
            }
            for window in (code, data)
        },
    }
