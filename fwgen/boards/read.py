"""Reads the file of a user's own board: types first, then what it says against the chip."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fwgen.boards.model import BY_ENTRY, board_fields, fields_of
from fwgen.boards.rules import check_board
from fwgen.boards.toml import TomlErrors, TomlFile, read_toml
from fwgen.data_file import WORDS, DataFile, dotted, key_field, kind_of
from fwgen.soc import board_names, load
from fwgen.soc.board import Board
from fwgen.spec.diagnostics import Rejected, did_you_mean, quote

_EXAMPLES = {str: '"text"', int: "0x0A060000", bool: "true"}
_BY_KEY = {
    "size_bytes": "0x10000",
    "position": "11",
    "speed_hz": "400_000",
    "buffers": "8",
    "buffer_bytes": "512",
    "rest_bytes": "0x4800",
    "resume_us": "20_000_000",
}
"""Examples of numbers that are no address."""
DEFAULT_TREES, DEFAULT_FLAVOUR = load.DEFAULT_TREES, load.DEFAULT_FLAVOUR


def read_board(
    path: Path,
    trees: str = DEFAULT_TREES,
    flavour: str = DEFAULT_FLAVOUR,
    rings: str = load.DEFAULT_RINGS,
) -> Board:
    """Return the board in a file, with the memories of `trees`. Raises TomlErrors with everything
    that is wrong with the file."""
    file = read_toml(path)
    data = dict(file.data)
    base = _base(file)
    _check_fields(file, (), data, board_fields(), complete=not base)
    file.findings.raise_errors(TomlErrors)
    data.pop("extends", None)
    layout_of = base
    if base:
        inherited = load.board_table(base)
        layout = load.layout_table(base, trees)
        windows = {**layout["windows"], **inherited.get("windows", {})}
        inherited["reserved"] = [*inherited.get("reserved", ()), *layout.get("reserved", [])]
        data = _merged({**inherited, "windows": windows}, data)
        layout_of = ""
    _check_known(file, data)
    data["own"] = str(path)
    data["zephyr_root"] = _root(path, data.get("zephyr_root", ""))
    try:
        _complete_check(file, data)
        filled = _with_sources(data, path.name)
        board = load.assemble(DataFile(path), filled, layout_of, trees, flavour, rings)
    except Rejected:
        raise TomlErrors(file.findings.diagnostics) from None
    check_board(file, board)
    file.findings.raise_errors(TomlErrors)
    return board


def _base(file: TomlFile) -> str:
    name = file.data.get("extends", "")
    if not isinstance(name, str):  # reported with the other fields
        return board_names()[0]  # so that the rest is checked as a file that extends a board
    if not name:
        return ""
    if name not in board_names():
        hint = did_you_mean(name, board_names(), "boards")
        message = f"`extends`: unknown board {quote(name)}"
        file.findings.error("unknown-board", message, file.where("extends"), hint)
        return board_names()[0]
    return name


def _check_known(file: TomlFile, data: dict[str, Any]) -> None:
    """The names of the chip and of its memories, before their data are needed."""
    chips = load.chip_names()
    if data["chip"] not in chips:
        message = f"`chip`: unknown chip {quote(data['chip'])}"
        hint = did_you_mean(data["chip"], chips, "chips")
        file.findings.error("unknown-chip", message, file.where("chip"), hint)
        raise TomlErrors(file.findings.diagnostics)
    chip = load.load_chip(data["chip"])
    for table in ("windows", "rings"):
        for name in data[table]:
            if name not in chip.memories:
                message = f"`{table}.{name}`: no such memory in {chip.title}"
                hint = did_you_mean(name, chip.memories, "memories")
                file.findings.error("unknown-memory", message, file.where(table, name), hint)
    file.findings.raise_errors(TomlErrors)


def _root(path: Path, written: str) -> str:
    return str((path.parent / written).resolve()) if written else ""


def _merged(inherited: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    whole = {key: value for key, value in own.items() if key not in BY_ENTRY}
    entries = {
        key: _deep(inherited.get(key, {}), value) for key, value in own.items() if key in BY_ENTRY
    }
    return {**inherited, **whole, **entries}


def _deep(old: Any, new: Any) -> Any:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{key: _deep(old.get(key), value) for key, value in new.items()}}


# ------------------------------------------------------------------------------------- types


def _complete_check(file: TomlFile, data: dict[str, Any]) -> None:
    """Check that a merged file has all that is required: an entry that its base does not have."""
    fields = {key: kind for key, kind in board_fields().items() if key != "extends"}
    known = {key: value for key, value in data.items() if key != "own"}
    _check_fields(file, (), known, fields, complete=True)
    if file.findings.errors:
        raise Rejected


def _check_fields(
    file: TomlFile,
    path: tuple[str | int, ...],
    data: Any,
    fields: Mapping[str, tuple[Any, bool]],
    complete: bool,
) -> None:
    """Check a table: its keys, their types, and what is missing if it must be complete."""
    if not isinstance(data, dict):
        _wrong(file, path, "a table", data, "write its keys below a header in brackets")
        return
    for key, value in data.items():
        if key not in fields:
            place = f" in `{dotted(path)}`" if path else ""
            hint = did_you_mean(key, fields, "keys")
            message = f"unknown key {quote(key)}{place}"
            file.findings.error("unknown-key", message, file.where(*path, key), hint)
        else:
            _check_value(file, (*path, key), value, fields[key][0], complete)
    for key, (kind, required) in fields.items():
        if required and complete and key not in data:
            where = f"`{dotted(path)}`: " if path else ""
            hint = f"add `{key} = {_example(kind, key)}`" if _is_scalar(kind) else f"add `{key}`"
            hint += "" if path else ", or `extends` with a board that fwgen knows"
            message = f"{where}the key `{key}` is missing"
            file.findings.error("missing-key", message, file.where(*path), hint)


def _check_value(
    file: TomlFile, path: tuple[str | int, ...], value: Any, hint: Any, complete: bool
) -> None:
    shape, kind = kind_of(hint)
    if shape == "list":
        if not isinstance(value, list):
            _wrong(file, path, "a list", value, "write it in brackets, or as a [[table]]")
            return
        for index, item in enumerate(value):
            _check_value(file, (*path, index), item, kind, complete=True)
    elif shape == "named":
        if not isinstance(value, dict):
            _wrong(file, path, "a table", value, f"write each as `[{dotted(path)}.NAME]`")
            return
        given = key_field(kind)
        fields = {key: field for key, field in fields_of(kind).items() if key not in given}
        for key, item in value.items():
            _check_fields(file, (*path, key), item, fields, complete)
    elif shape == "table":
        _check_fields(file, path, value, fields_of(kind), complete)
    elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        _wrong(file, path, WORDS[kind], value, f"write it like `{_example(kind, path[-1])}`")
    elif kind is str and not value.isprintable() and path[-1] != "source":
        message = f"`{dotted(path)}`: {quote(repr(value))} has a line break or a control character"
        file.findings.error("bad-text", message, file.where(*path), "write it on one line")


def _wrong(
    file: TomlFile, path: tuple[str | int, ...], expected: str, found: Any, hint: str
) -> None:
    message = f"`{dotted(path)}`: expected {expected}, found {quote(repr(found))}"
    file.findings.error("wrong-type", message, file.where(*path), hint)


def _is_scalar(hint: Any) -> bool:
    return kind_of(hint)[0] == "scalar"


def _example(kind: Any, key: str | int) -> str:
    number = _BY_KEY.get(str(key)) if kind is int else None
    return number or _EXAMPLES.get(kind, "...")


def _with_sources(data: Any, source: str) -> Any:
    """Return the contents in which each figure without a source has the file as its source."""
    board: dict[str, Any] = {}
    for key, value in data.items():
        shape, kind = kind_of(board_fields()[key][0]) if key in board_fields() else ("scalar", str)
        board[key] = _sourced(value, shape, kind, source)
    return board


def _sourced(value: Any, shape: str, kind: Any, source: str) -> Any:
    if shape == "list":
        return [_sourced(item, *kind_of(kind), source) for item in value]
    if shape == "named":
        return {key: _sourced(item, "table", kind, source) for key, item in value.items()}
    if shape == "table":
        fields = fields_of(kind)
        filled = {
            key: _sourced(item, *kind_of(fields[key][0]), source) for key, item in value.items()
        }
        return {"source": source, **filled} if "source" in fields else filled
    return value
