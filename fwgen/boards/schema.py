"""JSON Schema of the file of a user's own board, for editors of TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fwgen.boards.model import WHAT, board_fields, fields_of
from fwgen.data_file import key_field, kind_of
from fwgen.soc import board_names, load

Schema = dict[str, Any]

_TYPES = {str: "string", int: "integer", bool: "boolean"}
_KNOWN = {"extends": board_names, "chip": load.chip_names}


def board_schema() -> Schema:
    """Return the schema. `fwgen board check` checks more: addresses, overlaps, pins and names."""
    fields = board_fields()
    properties = {
        key: {"description": WHAT[key], **_of(hint, complete=False)}
        for key, (hint, _) in fields.items()
    }
    for key, names in _KNOWN.items():
        properties[key]["enum"] = names()
    required = [key for key, (_, needed) in fields.items() if needed]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "a board of one's own for fwgen",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"required": ["name"]},
        "else": {"required": required},
    }


def _of(hint: Any, complete: bool) -> Schema:
    shape, kind = kind_of(hint)
    if shape == "list":
        return {"type": "array", "items": _of(kind, complete=True)}
    if shape == "named":
        given = key_field(kind)
        fields = {key: field for key, field in fields_of(kind).items() if key not in given}
        return {"type": "object", "additionalProperties": _table(fields, complete)}
    if shape == "table":
        return _table(fields_of(kind), complete)
    return {"type": _TYPES[kind]}


def _table(fields: Mapping[str, tuple[Any, bool]], complete: bool) -> Schema:
    table: Schema = {
        "type": "object",
        "properties": {key: _of(hint, complete) for key, (hint, _) in fields.items()},
        "additionalProperties": False,
    }
    if complete:
        table["required"] = [key for key, (_, needed) in fields.items() if needed]
    return table
