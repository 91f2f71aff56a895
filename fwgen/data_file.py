"""Reads fwgen's own data files (TOML) as dataclasses. Each error has file, line, column and help.

panels/NAME.toml:13:1: unknown key `wdth` in `sizes.1`
help: did you mean `width`?
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from fwgen.errors import InputError
from fwgen.toml_places import Places, TomlPath
from fwgen.toml_syntax import load_toml
from fwgen.words import did_you_mean, quote

WORDS: Final[Mapping[type, str]] = MappingProxyType(
    {str: "a text in quotes", int: "a whole number", bool: "true or false"}
)
_EXAMPLES: Final[Mapping[type, str]] = MappingProxyType(
    {str: '`"text"`', int: "`128` or `0x80`", bool: "`true` or `false`"}
)

T = TypeVar("T")


class DataFile:
    """A data file. All methods raise InputError if it is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def data(self) -> dict[str, Any]:
        """The contents."""
        return load_toml(self.path)

    def error(self, path: TomlPath, message: str, hint: str, *, of_key: bool = False) -> InputError:
        """Return an error at the value with this path, or at its key."""
        line, column = (self._places.key if of_key else self._places.value)(path)
        return InputError(f"{self.path}:{line}:{column}: {message}", hint)

    def wrong(self, path: TomlPath, expected: str, found: object, hint: str) -> InputError:
        """Return an error for a value that is not as expected."""
        text = json.dumps(found, ensure_ascii=False, default=str)
        return self.error(path, f"`{dotted(path)}`: expected {expected}, found {quote(text)}", hint)

    def check_range(
        self,
        path: TomlPath,
        found: int,
        limits: tuple[int, int],
        hint: str,
        *,
        hexadecimal: bool = False,
    ) -> None:
        """Raise InputError if a number is not from the first to the second of `limits`."""
        low, high = limits
        if not low <= found <= high:
            style = "#04x" if hexadecimal else "d"
            expected = f"expected {low:{style}} to {high:{style}}, found `{found:{style}}`"
            raise self.error(path, f"`{dotted(path)}`: {expected}", hint)

    @cached_property
    def _places(self) -> Places:
        return Places(self.path.read_text(encoding="utf-8-sig"))

    # --------------------------------------------------------------------------------- dataclasses

    def build(self, model: type[T], data: Any, path: TomlPath = ()) -> T:
        """Return the dataclass `model` of the table at `path`; `data`: its contents. A value that
        has its field's type already stays as it is."""
        if not isinstance(data, dict):
            raise self._no_table(path, data)
        kinds = _kinds(model)  # type: ignore[arg-type]
        for key in data:
            if key not in kinds:
                place = f" in `{dotted(path)}`" if path else ""
                hint = did_you_mean(key, kinds, "keys")
                message = f"unknown key {quote(key)}{place}"
                raise self.error((*path, key), message, hint, of_key=True)
        for field in dataclasses.fields(model):  # type: ignore[arg-type]
            if is_required(field) and field.name not in data:
                place = f"`{dotted(path)}`: " if path else ""
                message = f"{place}the key `{field.name}` is missing"
                hint = f"add {_line(field.name, kinds[field.name])}"
                raise self.error(path, message, hint, of_key=True)
        return model(
            **{key: self._value(kinds[key], value, (*path, key)) for key, value in data.items()}
        )

    def build_named(self, kind: type[T], data: Any, path: TomlPath = ()) -> Mapping[str, T]:
        """Return the dataclasses of a table of tables. Each key is also the value of its table's
        fields in `key_field(kind)`."""
        if not isinstance(data, dict):
            raise self._no_table(path, data)
        given = key_field(kind)
        found = {}
        for key, table in data.items():
            if not isinstance(table, dict):
                raise self._no_table((*path, key), table)
            found[key] = self.build(kind, {**dict.fromkeys(given, key), **table}, (*path, key))
        return MappingProxyType(found)

    def _no_table(self, path: TomlPath, found: object) -> InputError:
        return self.wrong(path, "a table", found, "write its keys below a header in brackets")

    def _value(self, hint: Any, data: Any, path: TomlPath) -> Any:
        shape, kind = kind_of(hint)
        if shape == "list":
            if not isinstance(data, list):
                raise self.wrong(path, "a list", data, "write it in brackets, or as a [[table]]")
            return tuple(self._value(kind, item, (*path, i)) for i, item in enumerate(data))
        if shape == "named":
            return self.build_named(kind, data, path)
        if shape == "table" and not isinstance(data, kind):
            return self.build(kind, data, path)
        if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
            raise self.wrong(path, WORDS[kind], data, f"write it like {_EXAMPLES[kind]}")
        return data


def dotted(path: TomlPath) -> str:
    """Return a path as errors name it: `sizes.1.width`, numbers from 1."""
    return ".".join(str(key + 1) if isinstance(key, int) else key for key in path)


def kind_of(hint: Any) -> tuple[str, Any]:
    """Return `table` or `scalar` with the type, `list` or `named` with the type of an element."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return "list", inner[0]
    if origin in (Mapping, types.MappingProxyType):
        return "named", inner[1]
    return ("table" if dataclasses.is_dataclass(hint) else "scalar"), hint


def key_field(model: type[Any]) -> tuple[str, ...]:
    """Return the fields that a table of such models sets from its keys."""
    names = {one.name for one in dataclasses.fields(model)}
    return tuple(name for name in ("name", "letter", "memory") if name in names)


def is_required(field: dataclasses.Field[Any]) -> bool:
    """Return whether a field of a dataclass has no default."""
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


@cache
def _kinds(model: type[Any]) -> dict[str, Any]:
    """Return the type of each field of a dataclass."""
    hints = typing.get_type_hints(model)
    return {field.name: hints[field.name] for field in dataclasses.fields(model)}


def _line(key: str, hint: Any) -> str:
    shape, kind = kind_of(hint)
    if shape == "scalar" and kind in _EXAMPLES:
        return f"a line like `{key} = {_EXAMPLES[kind].split('`')[1]}`"
    if shape == "list":
        return f"`[[{key}]]`" if dataclasses.is_dataclass(kind) else f"`{key} = [...]`"
    return f"`{key}`"
