"""What a value may look like: each kind reads a node and describes itself to the JSON Schema.

A document is described once, as pydantic models whose fields carry their kind:

    class Noise(Part):
        '''One line of text about it.'''
        spread_um: Annotated[int, Key("spread"), Amount("um", "0 mm", "1 m", example="2 mm"),
                             Field(description="...")] = 0

    noise = read_part(node, Noise, findings)      # raises Rejected when something in it is wrong
    period_us = Period("1 ms", "1 h", example="60 ms").read(node, findings)

`Key` is the name in YAML where it differs from the attribute's (which carries the unit). A field
without a default is required. Every `read` adds what is wrong to `findings` and raises Rejected;
`read_part` goes on with the other fields first, so that all is told in one go. To choose a model
by a key (`do: suspend`), look at `node.child("do")` and call `read_part` with the model it names.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from fwgen.spec import quantity as q
from fwgen.spec.diagnostics import Findings, Rejected, did_you_mean, quote, suggest
from fwgen.spec.document import Node

T = TypeVar("T")
Schema = dict[str, Any]


class Part(BaseModel):
    """A mapping of a document; frozen. Its fields carry kinds, see the module."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Key:
    """The name of a field in YAML."""

    name: str


class Kind(ABC, Generic[T]):
    """`example` is a right value as it would be written."""

    example: str = ""

    @abstractmethod
    def read(self, node: Node, findings: Findings) -> T:
        """The value; raises Rejected after it has added why not to `findings`."""

    @abstractmethod
    def schema(self) -> Schema:
        """JSON Schema of what a person writes."""


def read_text(node: Node, findings: Findings, example: str) -> str:
    """The text of a scalar; a mapping, a list or nothing is rejected."""
    hint = f"write it like `{example}`" if example else ""
    if node.shape == "nothing":
        node.reject(findings, "no-value", "the value is missing", hint)
    if node.shape != "text":
        node.reject(findings, "wrong-shape", f"one value is due here, not a {node.shape}", hint)
    return node.text


@dataclass(frozen=True)
class Word(Kind[str]):
    """A text of a given form. `what` says in words what is due."""

    pattern: str
    what: str
    example: str
    rule_id: str = "bad-word"
    mend: Callable[[str], str] = field(default=lambda text: text)

    def read(self, node: Node, findings: Findings) -> str:
        text = read_text(node, findings, self.example)
        if not re.fullmatch(self.pattern, text):
            mended = self.mend(text)
            fits = mended != text and re.fullmatch(self.pattern, mended)
            hint = f"did you mean `{mended}`?" if fits else f"write it like `{self.example}`"
            node.reject(findings, self.rule_id, f"{quote(text)} is not {self.what}", hint)
        return text

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class Text(Kind[str]):
    """Any text on one line."""

    example: str
    most: int = 200

    def read(self, node: Node, findings: Findings) -> str:
        text = read_text(node, findings, self.example)
        if not text.isprintable() or len(text) > self.most:
            hint = f"write one line of at most {self.most} characters"
            node.reject(findings, "bad-text", f"{quote(text)} is not one line of text", hint)
        return text

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1, "maxLength": self.most}


@dataclass(frozen=True)
class Choice(Kind[T]):
    """One of some words, each with its value."""

    values: Mapping[str, T]
    synonyms: Mapping[str, str] = field(default_factory=dict)

    @property
    def example(self) -> str:  # type: ignore[override]
        return next(iter(self.values))

    def read(self, node: Node, findings: Findings) -> T:
        text = read_text(node, findings, self.example)
        if text not in self.values:
            meant = self.synonyms.get(text.lower())
            hint = f"did you mean `{meant}`?" if meant else did_you_mean(text, self.values)
            words = ", ".join(f"`{word}`" for word in self.values)
            due = words if len(self.values) == 1 else f"one of {words}"
            node.reject(findings, "unknown-value", f"{quote(text)} is not {due}", hint)
        return self.values[text]

    def schema(self) -> Schema:
        return {"enum": list(self.values)}


def on_off() -> Choice[bool]:
    meant = {"true": "on", "yes": "on", "false": "off", "no": "off", "1": "on", "0": "off"}
    return Choice({"on": True, "off": False}, meant)


_INTEGER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[+-]?[0-9]{1,20}")


@dataclass(frozen=True)
class Integer(Kind[int]):
    """A whole number, decimal or 0x hexadecimal."""

    least: int
    most: int
    example: str
    hexadecimal: bool = False

    def read(self, node: Node, findings: Findings) -> int:
        text = read_text(node, findings, self.example)
        if not _INTEGER.fullmatch(text):
            hint = f"write it like `{self.example}`"
            node.reject(findings, "not-an-integer", f"{quote(text)} is no whole number", hint)
        value = int(text, 16) if text[:2] in ("0x", "0X") else int(text)
        if not self.least <= value <= self.most:
            low, high = self._show(self.least), self._show(self.most)
            hint = f"write a number from {low} to {high}"
            node.reject(findings, "out-of-range", f"{quote(text)} is out of range", hint)
        return value

    def _show(self, value: int) -> str:
        return hex(value) if self.hexadecimal else str(value)

    def schema(self) -> Schema:
        number = {"type": "integer", "minimum": self.least, "maximum": self.most}
        if not self.hexadecimal:
            return number
        return {"anyOf": [number, {"type": "string", "pattern": "^0[xX][0-9a-fA-F]+$"}]}


@dataclass(frozen=True)
class Amount(Kind[int]):
    """A quantity with a unit as a whole number of `resolution` (a key of quantity.RESOLUTIONS)."""

    resolution: str
    least: str
    most: str
    example: str

    def read(self, node: Node, findings: Findings) -> int:
        text = read_text(node, findings, self.example)
        try:
            written = q.parse(text, self.dimension, example=self.example)
            low, high = q.parse(self.least), q.parse(self.most)
            _check_bounds(written.value < low.value, written.value > high.value, text, self)
            return q.whole(written, self.resolution)
        except q.QuantityError as error:
            node.reject(findings, error.rule, error.sentence, error.hint)

    @property
    def dimension(self) -> q.Dimension:
        return q.RESOLUTIONS[self.resolution][0]

    def schema(self) -> Schema:
        return _quantity_schema(self.example, self.dimension)


@dataclass(frozen=True)
class Period(Kind[int]):
    """A time, or the frequency it belongs to, in µs; bounds are times.

    `rounded`: a frequency whose period is no whole number of µs takes the nearest.
    """

    least: str
    most: str
    example: str
    rounded: bool = False

    def read(self, node: Node, findings: Findings) -> int:
        text = read_text(node, findings, self.example)
        try:
            written = q.parse(text, q.Dimension.TIME, q.Dimension.FREQUENCY, example=self.example)
            period_us = q.period_us(written, rounded=self.rounded)
            low, high = q.parse(self.least), q.parse(self.most)
            low_us, high_us = q.whole(low, "us"), q.whole(high, "us")
            _check_bounds(period_us < low_us, period_us > high_us, text, self)
            return period_us
        except q.QuantityError as error:
            node.reject(findings, error.rule, error.sentence, error.hint)

    def schema(self) -> Schema:
        return _quantity_schema(self.example, q.Dimension.TIME, q.Dimension.FREQUENCY)


def _check_bounds(below: bool, above: bool, text: str, kind: Amount | Period) -> None:
    if below or above:
        limit = f"at least `{kind.least}`" if below else f"at most `{kind.most}`"
        side = "little" if below else "much"
        sentence = f"{quote(text)} is too {side}: {limit}"
        hint = f"write a value from `{kind.least}` to `{kind.most}`"
        raise q.QuantityError("out-of-range", sentence, hint)


def _quantity_schema(example: str, *dimensions: q.Dimension) -> Schema:
    return {"type": "string", "pattern": q.pattern(*dimensions), "examples": [example]}


@dataclass(frozen=True)
class Ascending(Kind[tuple[int, int]]):
    """Two values of one kind, the lower first: `[20 mm, 4000 mm]`."""

    each: Kind[int]
    example: str

    def read(self, node: Node, findings: Findings) -> tuple[int, int]:
        items = list(node.items())
        if node.shape != "list" or len(items) != 2:
            found = f"{len(items)} of them" if node.shape == "list" else "something else"
            sentence = f"a list of two values is due here, not {found}"
            node.reject(findings, "wrong-shape", sentence, f"write it like `{self.example}`")
        values = read_each([(item, self.each) for item in items], findings)
        low, high = values
        if low >= high:
            first, second = items[0].text, items[1].text
            hint = (
                f"the lower one comes first: `[{second}, {first}]`"
                if low > high
                else (f"write two different values, as in `{self.example}`")
            )
            sentence = f"{quote(first)} is not below {quote(second)}"
            node.reject(findings, "bad-range", sentence, hint)
        return low, high

    def schema(self) -> Schema:
        return {"type": "array", "items": self.each.schema(), "minItems": 2, "maxItems": 2}


@dataclass(frozen=True)
class WordOr(Kind[T]):
    """A certain word with its own value, or a value of another kind: `auto` or `96 KiB`."""

    word: str
    meaning: T
    other: Kind[T]

    @property
    def example(self) -> str:  # type: ignore[override]
        return self.other.example

    def read(self, node: Node, findings: Findings) -> T:
        if node.shape == "text":
            if node.text == self.word:
                return self.meaning
            if suggest(node.text, [self.word]) and not any(c.isdigit() for c in node.text):
                sentence = f"{quote(node.text)} is neither `{self.word}` nor like `{self.example}`"
                hint = f"did you mean `{self.word}`?"
                node.reject(findings, "unknown-value", sentence, hint)
        return self.other.read(node, findings)

    def schema(self) -> Schema:
        return {"anyOf": [{"const": self.word}, self.other.schema()]}


@dataclass(frozen=True)
class Section(Kind[P]):
    """A mapping that a Part describes. `short`: the attribute that a plain value stands for."""

    part: type[P]
    short: str = ""

    @property
    def example(self) -> str:  # type: ignore[override]
        pairs = [
            (key, kind.example) for key, _, kind, info in parts_of(self.part) if info.is_required()
        ]
        if self.short:
            return pairs[0][1]
        return "{" + ", ".join(f"{key}: {text}" for key, text in pairs) + "}"

    def read(self, node: Node, findings: Findings) -> P:
        if self.short and node.shape == "text":
            kind = next(k for _, name, k, _ in parts_of(self.part) if name == self.short)
            return self.part(**{self.short: kind.read(node, findings)})
        return read_part(node, self.part, findings)

    def schema(self) -> Schema:
        whole = part_schema(self.part)
        if not self.short:
            return whole
        kind = next(k for _, name, k, _ in parts_of(self.part) if name == self.short)
        return {"anyOf": [kind.schema(), whole]}


@dataclass(frozen=True)
class ListOf(Kind[list[T]]):
    """A list of values of one kind."""

    each: Kind[T]
    least: int = 1

    @property
    def example(self) -> str:  # type: ignore[override]
        return f"[{self.each.example}]"

    def read(self, node: Node, findings: Findings) -> list[T]:
        items = list(node.items())
        if node.shape != "list" or len(items) < self.least:
            hint = f"write it like `{self.example}`"
            due = f"a list of at least {self.least} is due here" if self.least else "a list is due"
            node.reject(findings, "wrong-shape", due, hint)
        return read_each([(item, self.each) for item in items], findings)

    def schema(self) -> Schema:
        return {"type": "array", "items": self.each.schema(), "minItems": self.least}


def read_each(pairs: list[tuple[Node, Kind[T]]], findings: Findings) -> list[T]:
    """Read all nodes, then raise Rejected if any of them was wrong."""
    values, wrong = [], False
    for node, kind in pairs:
        try:
            values.append(kind.read(node, findings))
        except Rejected:
            wrong = True
    if wrong:
        raise Rejected
    return values


def parts_of(part: type[Part]) -> list[tuple[str, str, Kind[Any], FieldInfo]]:
    """Key, attribute, kind and pydantic's description of every field that a person can write."""
    found = []
    for name, info in part.model_fields.items():
        kind = next((m for m in info.metadata if isinstance(m, Kind)), None)
        key = next((m.name for m in info.metadata if isinstance(m, Key)), name)
        if kind is not None:
            found.append((key, name, kind, info))
    return found


def read_part(node: Node, part: type[P], findings: Findings, **also: Any) -> P:
    """Read a mapping as `part`; `also` are attributes that nobody writes. Raises Rejected.

    A key near to a missing one counts as that one, so that a slip of the pen is one error.
    """
    if node.shape != "mapping":
        text = Section(part).example
        message = (
            "the value is missing"
            if node.shape == "nothing"
            else (f"keys and values are due here, not a {node.shape}")
        )
        rule = "no-value" if node.shape == "nothing" else "wrong-shape"
        node.reject(findings, rule, message, f"write it like `{text}`")
    fields = parts_of(part)
    known = [key for key, *_ in fields]
    written, wrong = _match_keys(node, known, findings)
    values = dict(also)
    for key, name, kind, info in fields:
        try:
            if key in written:
                values[name] = kind.read(written[key], findings)
            elif info.is_required():
                _missing(node, key, kind, findings)
        except Rejected:
            wrong = True
    if wrong:
        raise Rejected
    return part(**values)


def _missing(node: Node, key: str, kind: Kind[Any], findings: Findings) -> None:
    owner = f"`{node.name}`" if node.path else "the file"
    example = f"add `{key}: {kind.example}`"
    findings.error("missing-key", f"{owner} has no `{key}`", node.key_position, example)
    raise Rejected


def _match_keys(node: Node, known: list[str], findings: Findings) -> tuple[dict[str, Node], bool]:
    """Values by key, and whether there was a key that is not known."""
    entries = dict(node.entries())
    written = {key: entries[key] for key in entries if key in known}
    absent = [key for key in known if key not in written]
    unknown = [key for key in entries if key not in known and key != "<<"]
    for key in unknown:
        near = suggest(key, absent)
        owner = f"`{node.name}`" if node.path else "the file"
        hint = f"did you mean `{near}`?" if near else did_you_mean(key, known, "known keys")
        message = f"{owner} knows no key {quote(key)}"
        findings.error("unknown-key", message, entries[key].key_position, hint)
        if near and near not in written:
            written[near] = entries[key]
    return written, bool(unknown)


def part_schema(part: type[Part]) -> Schema:
    """JSON Schema of the mapping that `part` describes."""
    properties = {}
    for key, _, kind, info in parts_of(part):
        properties[key] = {
            **kind.schema(),
            **({"description": info.description} if info.description else {}),
        }
    required = [key for key, _, _, info in parts_of(part) if info.is_required()]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
