"""YAML documents with a position for every key and value.

    findings = Findings()
    document = load_document(path, findings)       # raises Rejected if the file is not a mapping
    for key, value in document.root.entries(): ...
    document.where("sensor", "period")             # Position of that value

Scalars are not interpreted here: each stays the text that was written (so `on` and `1e3` remain
texts) and `fwgen.spec.kinds` reads it. Aliases share nodes, so the memory that a document takes is
proportional to its text.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NoReturn

from fwgen import files
from fwgen.spec.diagnostics import Findings, Position, Rejected, quote
from fwgen.spec.scalar import Span, locate
from fwgen.spec.yaml_syntax import compose

MOST_BYTES = 128 * 1024

PathStep = str | int
Shape = Literal["mapping", "list", "text", "nothing"]

_TAG = "tag:yaml.org,2002:"
_NULLS = {"", "~", "null", "Null", "NULL"}


class Node:
    """One value of a document: a mapping, a list, a text, or nothing (`key:` without a value)."""

    __slots__ = ("_key", "_raw", "document", "path")

    def __init__(
        self, document: Document, raw: Any, path: tuple[PathStep, ...], key: Any = None
    ) -> None:
        self.document = document
        self.path = path
        self._raw = raw
        self._key = key

    @property
    def shape(self) -> Shape:
        if isinstance(self._raw.value, str):
            return "nothing" if self.plain and self._raw.value in _NULLS else "text"
        return "list" if _is_list(self._raw) else "mapping"

    @property
    def text(self) -> str:
        """The scalar as written, without its quotes; "" for a mapping or a list."""
        if not isinstance(self._raw.value, str):
            return ""
        # ruamel marks each fold of a folded scalar with this character
        return self._raw.value.replace("\a", "") if self._raw.style == ">" else self._raw.value

    @property
    def words(self) -> str:
        """The text with one space between its words, and none around them."""
        return " ".join(self.text.split())

    @property
    def plain(self) -> bool:
        """Whether it is a scalar without quotes."""
        return isinstance(self._raw.value, str) and self._raw.style in (None, "")

    @property
    def name(self) -> str:
        """The path in the form `steps[2].at`; "" for the document itself."""
        return path_name(self.path)

    @property
    def position(self) -> Position:
        """The position of the value; of its key if the value is missing."""
        if self.shape == "nothing" and self._key is not None:
            return self.key_position
        return self.document.position(self._raw)

    @property
    def key_position(self) -> Position:
        return self.document.position(self._raw if self._key is None else self._key)

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Yield keys and values of a mapping, in order; for a duplicate key the first value."""
        if self.shape != "mapping":
            return
        seen = set()
        for key, value in self._raw.value:
            if isinstance(key.value, str) and key.value not in seen:
                seen.add(key.value)
                yield key.value, Node(self.document, value, (*self.path, key.value), key)

    def items(self) -> Iterator[Node]:
        """Yield the items of a list."""
        if self.shape == "list":
            for index, value in enumerate(self._raw.value):
                yield Node(self.document, value, (*self.path, index))

    def child(self, step: PathStep) -> Node | None:
        """Return the value of a key or the item at an index; None if it does not exist."""
        if isinstance(step, int):
            return next((item for item in self.items() if item.path[-1] == step), None)
        return next((value for key, value in self.entries() if key == step), None)

    def position_of(self, part: Span) -> Position:
        """Return the position of a part of `words`, up to the end of its first line; if the file
        has it with escapes, of the whole value."""
        raw = self._raw
        source = self.document.text[raw.start_mark.index : raw.end_mark.index]
        found = locate(source, self.words, part)
        if found is None:
            return self.position
        return self.document.position_in(raw, found)

    def reject(
        self,
        findings: Findings,
        rule_id: str,
        message: str,
        hint: str = "",
        part: Span | None = None,
    ) -> NoReturn:
        """Add an error about this value (the message begins with its name) and raise Rejected.
        `part`: the part of `words` that is wrong; None: all."""
        lead = f"`{self.name}`: " if self.path else ""
        position = self.position_of(part) if part else self.position
        findings.error(rule_id, lead + message, position, hint)
        raise Rejected


class Document:
    """A file read as YAML. `root` is a mapping."""

    def __init__(self, file: str, text: str, raw: Any) -> None:
        self.file = file
        self.text = text
        self._lines = text.splitlines()
        self.root = Node(self, raw, ())

    def position(self, raw: Any) -> Position:
        """Return the position of a ruamel node; of several lines the first is marked."""
        start, end = raw.start_mark, raw.end_mark
        text = self._lines[start.line] if start.line < len(self._lines) else ""
        last = end.column if end.line == start.line else len(text.rstrip())
        block = not isinstance(raw.value, str) and not raw.flow_style
        length = 1 if block else max(1, last - start.column)
        return Position(self.file, start.line + 1, start.column + 1, length, text)

    def position_in(self, raw: Any, part: Span) -> Position:
        """Return the position of a part of a node as written, up to the end of its first line."""
        start = raw.start_mark
        lines = f"{self.text[start.index : start.index + part.start]}|".splitlines()
        line, column = start.line + len(lines) - 1, len(lines[-1]) - 1
        if len(lines) == 1:
            column += start.column
        text = self._lines[line]
        length = max(1, min(part.length, len(text.rstrip()) - column))
        return Position(self.file, line + 1, column + 1, length, text)

    def where(self, *path: PathStep, key: bool = False, part: Span | None = None) -> Position:
        """Return the position of the value at `path` (or of its key); if it is absent, of the
        innermost section that exists. `part`: of this part of the value's `words`."""
        node = self.root
        for step in path:
            child = node.child(step)
            if child is None:
                key = False
                break
            node = child
        is_section = node.shape in ("mapping", "list")
        if part and node.shape == "text":
            return node.position_of(part)
        return node.key_position if key or is_section else node.position


def path_name(path: tuple[PathStep, ...]) -> str:
    name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return name.removeprefix(".")


def load_document(path: str | Path, findings: Findings) -> Document:
    """Read a file, or standard input for `-`. Raises Rejected if the file cannot be read as a
    mapping; after other findings it still returns a document."""
    file = "<stdin>" if str(path) == files.STDIN else str(path)
    return parse_document(_decode(_read(path, file, findings), file, findings), file, findings)


def parse_document(text: str, file: str, findings: Findings) -> Document:
    """Like load_document, from a text; `file` is the file name in positions."""
    if not text.strip():
        _reject_file(findings, file, "file-empty", "the file is empty", _EMPTY_HINT)
    raw = compose(text, file, findings)
    if raw is None:
        _reject_file(findings, file, "file-empty", "the file has only comments", _EMPTY_HINT)
    document = Document(file, text, raw)
    if document.root.shape != "mapping":
        shape = {"list": "a list", "text": "a text", "nothing": "nothing"}[document.root.shape]
        findings.error(
            "not-a-mapping",
            f"expected a mapping (`key: value`), found {shape}",
            document.root.position,
            "start with `fwgen: 1`; `fwgen init -` prints a complete spec",
        )
        raise Rejected
    _check_nodes(document, raw, findings)
    return document


_EMPTY_HINT = "`fwgen init -` prints a complete spec to start from"


_PERMISSIONS = "check the permissions of the file and its folders: `ls -l`"
_UNREADABLE = {
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.ENAMETOOLONG: "use a shorter name",
    errno.ENOTDIR: "a part of the path is a file: name another path",
    errno.ELOOP: "its symbolic links form a loop: name another file",
}


def _reject_file(findings: Findings, file: str, rule_id: str, message: str, hint: str) -> NoReturn:
    findings.error(rule_id, message, Position(file), hint)
    raise Rejected


def _read(path: str | Path, file: str, findings: Findings) -> bytes:
    try:
        return files.read(path, MOST_BYTES)
    except IsADirectoryError:
        hint = "name a file in it"
        message = "expected a file, found a directory"
        _reject_file(findings, file, "file-directory", message, hint)
    except files.TooBigError:
        message = f"the file is larger than {MOST_BYTES // 1024} KiB, the most that fwgen reads"
        hint = "a spec has a few KiB: is this the right file?"
        _reject_file(findings, file, "file-too-big", message, hint)
    except FileNotFoundError:
        hint = "`fwgen init` writes a spec to start from"
        _reject_file(findings, file, "file-missing", "the file does not exist", hint)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = _UNREADABLE.get(getattr(error, "errno", None) or 0, "is this the right file?")
        _reject_file(findings, file, "file-unreadable", f"cannot be read: {reason}", hint)


def _decode(content: bytes, file: str, findings: Findings) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = "save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)"
        message = "expected UTF-8, found UTF-16"
        _reject_file(findings, file, "file-encoding", message, hint)
    if b"\0" in content:
        hint = "fwgen reads YAML text: is this the right file?"
        message = "expected text, found a binary file"
        _reject_file(findings, file, "file-binary", message, hint)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line_start = before.rfind(b"\n") + 1
        line = content[line_start:].split(b"\n", 1)[0].decode("utf-8", "replace")
        column = len(before[line_start:].decode("utf-8", "replace"))
        position = Position(file, before.count(b"\n") + 1, column + 1, 1, line)
        findings.error(
            "file-encoding",
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            position,
            "save it as UTF-8 (from Latin-1: `iconv -f LATIN1 -t UTF-8`)",
        )
        raise Rejected from None


def _is_list(raw: Any) -> bool:
    return bool(raw.id == "sequence")


def _check_nodes(document: Document, root: Any, findings: Findings) -> None:
    """Report duplicate keys, keys that are not a word, merge keys and tags in the document."""
    waiting, seen = [root], set()
    while waiting:
        raw = waiting.pop()
        if id(raw) in seen:
            continue
        seen.add(id(raw))
        _check_tag(document, raw, findings)
        if isinstance(raw.value, str):
            continue
        if _is_list(raw):
            waiting.extend(raw.value)
            continue
        _check_keys(document, raw, findings)
        waiting.extend(value for _, value in raw.value)


def _check_tag(document: Document, raw: Any, findings: Findings) -> None:
    tag = str(raw.tag)
    if not tag.startswith(_TAG) or tag.startswith(_TAG + "python"):
        shown = tag.replace(_TAG, "!!")
        findings.error(
            "yaml-tag",
            f"the tag `{shown}` is not supported",
            document.position(raw),
            "remove it",
        )


def _check_keys(document: Document, raw: Any, findings: Findings) -> None:
    first: dict[str, Position] = {}
    for key, _ in raw.value:
        position = document.position(key)
        if not isinstance(key.value, str):
            findings.error("yaml-key", "a key must be one word", position, "write `key: value`")
        elif key.value == "<<" and key.style is None:
            hint = "write the keys out"
            findings.error("yaml-key", "merge keys (`<<`) are not supported", position, hint)
        elif key.value in first:
            line = first[key.value].line
            place = "" if line == position.line else f"; the first is on line {line}"
            message = f"{quote(key.value)} is given twice{place}"
            findings.error("duplicate-key", message, position, "keep one of them")
        else:
            first[key.value] = position
