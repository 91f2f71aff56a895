"""Where the keys and values of a TOML text are. The standard library's parser does not say it.

It expects a text that `tomllib` has read: what is wrong with the syntax, that parser reports.
"""

from __future__ import annotations

import tomllib
from typing import Final

from fwgen.toml_syntax import TOKEN, line_and_column

TomlPath = tuple[str | int, ...]
"""Keys, and numbers in arrays: `("sensors", 0, "name")`."""
_ENDS: Final = ("", "\n", ",", "]", "}")


class Places:
    """Finds keys and values by their path; a path that is not in the text has the place of the
    longest beginning that is."""

    def __init__(self, text: str) -> None:
        self._text = text
        found = ((each[0], each.start()) for each in TOKEN.finditer(text))
        self._tokens = [(token, at) for token, at in found if not token.startswith("#")]
        self._next = 0
        self.key_offsets: dict[TomlPath, int] = {}
        self.value_offsets: dict[TomlPath, int] = {}
        self._tables: dict[TomlPath, int] = {}  # how many tables each array of tables has
        prefix: TomlPath = ()
        while self._skip_newlines():
            if self._token == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def key(self, path: TomlPath) -> tuple[int, int]:
        """Return line and column, from 1, of a key, or of a table's name in its header."""
        return self._place(path, self.key_offsets, self.value_offsets)

    def value(self, path: TomlPath) -> tuple[int, int]:
        """Return line and column, from 1, of a value; of a table's name in its header."""
        return self._place(path, self.value_offsets, self.key_offsets)

    def _place(self, path: TomlPath, *found: dict[TomlPath, int]) -> tuple[int, int]:
        for length in range(len(path), 0, -1):
            for places in found:
                if path[:length] in places:
                    return line_and_column(self._text, places[path[:length]])
        return 1, 1

    @property
    def _token(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _take(self) -> tuple[str, int]:
        self._next += 1
        return self._tokens[self._next - 1]

    def _skip_newlines(self) -> bool:
        """Return whether the text goes on after them."""
        while self._token == "\n":
            self._next += 1
        return self._token != ""

    def _name(self, path: TomlPath, end: str) -> TomlPath:
        """Read a key with its dots, and `end`. Return its path, in the last table of an array."""
        while True:
            token, at = self._take()
            quoted = token.startswith(('"', "'"))
            path = (*path, next(iter(tomllib.loads(f"{token} = 0"))) if quoted else token)
            self.key_offsets.setdefault(path, at)
            after, _ = self._take()
            if after == end:
                return path
            path = self._last(path)

    def _last(self, path: TomlPath) -> TomlPath:
        return (*path, self._tables[path] - 1) if path in self._tables else path

    def _header(self) -> TomlPath:
        self._take()
        is_array = self._token == "["
        if is_array:
            self._take()
        _, at = self._tokens[self._next]
        path = self._name((), "]")
        if is_array:
            self._take()
            self._tables[path] = self._tables.get(path, 0) + 1
            path = self._last(path)
            self.key_offsets[path] = at
        return path

    def _pair(self, table: TomlPath) -> None:
        self._value(self._name(table, "="))

    def _value(self, path: TomlPath) -> None:
        token, self.value_offsets[path] = self._take()
        if token not in "[{":
            while self._token not in _ENDS:
                self._take()
            return
        number = 0
        while self._skip_newlines() and self._token not in ("]", "}"):
            if self._token == ",":
                self._take()
            elif token == "{":
                self._pair(path)
            else:
                self._value((*path, number))
                number += 1
        self._take()
