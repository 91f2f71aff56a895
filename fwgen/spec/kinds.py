"""Kinds of values: each reads a node and describes itself for the JSON Schema.

    period_us = Period("1 ms", "1 h", example="60 ms").read(node, findings)

The fields of a Part carry kinds (see fwgen.spec.parts); a kind can also be used alone, as above.
For a wrong value it adds an error with a hint to `findings` and raises Rejected.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from fwgen.spec import quantity as q
from fwgen.spec.diagnostics import Findings, Rejected, did_you_mean, quote, suggest
from fwgen.spec.document import Node

T = TypeVar("T")
Schema = dict[str, Any]


class Part(BaseModel):
    """A mapping of a document as a frozen model; fwgen.spec.parts reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Raise Rejected for a field of a partial Part that could not be read."""
            if name in type(self).model_fields:
                raise Rejected
            return super().__getattr__(name)


@dataclass(frozen=True)
class Key:
    """A field's name in YAML if it differs from the attribute's (which carries the unit).

    `required`: must be written although the attribute has a default. `example`: for this key.
    """

    name: str
    required: bool = False
    example: str = ""


class Kind(ABC, Generic[T]):
    """Reads one kind of value. `example`: a valid value as a user would write it."""

    example: str = ""

    @abstractmethod
    def read(self, node: Node, findings: Findings) -> T:
        """Return the value; for a wrong one add an error to `findings` and raise Rejected."""

    @abstractmethod
    def schema(self) -> Schema:
        """Return the JSON Schema of the value as written."""


def read_text(node: Node, findings: Findings, example: str) -> str:
    """Return the text of a scalar; reject a mapping, a list or a missing value."""
    hint = f"write it like `{example}`" if example else ""
    if node.shape == "nothing":
        node.reject(findings, "no-value", "the value is missing", hint)
    if node.shape != "text":
        node.reject(findings, "wrong-shape", f"expected one value, found a {node.shape}", hint)
    return node.text


@dataclass(frozen=True)
class Word(Kind[str]):
    """A text that matches `pattern`. `what` describes it; `correct` repairs common mistakes, for
    the hint."""

    pattern: str
    what: str
    example: str
    rule_id: str = "bad-word"
    correct: Callable[[str], str] = field(default=lambda text: text)

    def read(self, node: Node, findings: Findings) -> str:
        text = read_text(node, findings, self.example)
        if not re.fullmatch(self.pattern, text):
            corrected = self.correct(text)
            fits = corrected != text and re.fullmatch(self.pattern, corrected)
            hint = f"did you mean `{corrected}`?" if fits else f"write it like `{self.example}`"
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


_LISTED = 8
"""A longer list of words is left to the hint."""


@dataclass(frozen=True)
class Choice(Kind[T]):
    """One of several words, each with its value. `otherwise`: the hint for a word that resembles
    none of them; `{}` is the word."""

    values: Mapping[str, T]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""

    @property
    def example(self) -> str:  # type: ignore[override]
        return next(iter(self.values))

    def read(self, node: Node, findings: Findings) -> T:
        text = read_text(node, findings, self.example)
        if text not in self.values:
            meant = self.synonyms.get(text.lower())
            hint = f"did you mean `{meant}`?" if meant else did_you_mean(text, self.values)
            if self.otherwise and not self.means(text):
                hint = self.otherwise.format(quote(text).strip("`"))
            message = f"unknown value {quote(text)}"
            if len(self.values) <= _LISTED:
                words = ", ".join(f"`{word}`" for word in self.values)
                expected = words if len(self.values) == 1 else f"one of {words}"
                message = f"expected {expected}, found {quote(text)}"
            node.reject(findings, "unknown-value", message, hint)
        return self.values[text]

    def means(self, text: str) -> str | None:
        """Return the word that a user most likely meant."""
        return self.synonyms.get(text.lower()) or suggest(text, list(self.values))

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
            hexadecimal = self.hexadecimal and re.fullmatch("[0-9a-fA-F]{1,16}", text)
            hint = f"did you mean `0x{text}`?" if hexadecimal else f"write it like `{self.example}`"
            message = f"expected a whole number, found {quote(text)}"
            node.reject(findings, "not-an-integer", message, hint)
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
    """A quantity with a unit, read as a whole number of `resolution` (a key of
    quantity.RESOLUTIONS)."""

    resolution: str
    least: str
    most: str
    example: str

    def read(self, node: Node, findings: Findings) -> int:
        text = read_text(node, findings, self.example)
        try:
            written = q.parse(text, self.dimension, example=self.example)
            _check_bounds(written, written.value, self)
            return q.whole(written, self.resolution)
        except q.QuantityError as error:
            node.reject(findings, error.rule, error.sentence, error.hint, error.part)

    @property
    def dimension(self) -> q.Dimension:
        return q.RESOLUTIONS[self.resolution][0]

    def schema(self) -> Schema:
        return _quantity_schema(self.example, self.dimension)


@dataclass(frozen=True)
class Period(Kind[int]):
    """A period in µs, written as a time or as a frequency; the bounds are times.

    `rounded`: a frequency's period is rounded to the nearest µs instead of rejected.
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
            _check_bounds(written, Fraction(period_us, 10**6), self)
            return period_us
        except q.QuantityError as error:
            node.reject(findings, error.rule, error.sentence, error.hint, error.part)

    def schema(self) -> Schema:
        return _quantity_schema(self.example, q.Dimension.TIME, q.Dimension.FREQUENCY)


def _check_bounds(written: q.Quantity, value: Fraction, kind: Amount | Period) -> None:
    """Raise QuantityError if `value` (in the base unit; seconds for a period) is out of bounds."""
    below, above = value < q.parse(kind.least).value, value > q.parse(kind.most).value
    if below or above:
        words = _EXTREMES[written.dimension]
        limit = f"the minimum is `{kind.least}`" if below else f"the maximum is `{kind.most}`"
        if written.dimension is q.Dimension.FREQUENCY:
            limit = limit.replace(" is ", " period is ")
        raise q.QuantityError(
            "out-of-range",
            f"{quote(written.text)} is too {words[above]}: {limit}",
            f"write a value from `{kind.least}` to `{kind.most}`",
        )


_EXTREMES = {
    q.Dimension.TIME: ("short", "long"),
    q.Dimension.FREQUENCY: ("fast", "slow"),
    q.Dimension.TEMPERATURE: ("cold", "hot"),
    q.Dimension.LENGTH: ("near", "far"),
    q.Dimension.SIZE: ("small", "big"),
    q.Dimension.SHARE: ("small", "big"),
}


def _quantity_schema(example: str, *dimensions: q.Dimension) -> Schema:
    return {"type": "string", "pattern": q.pattern(*dimensions), "examples": [example]}


@dataclass(frozen=True)
class Ascending(Kind[tuple[int, int]]):
    """Two values of one kind, the lower first, such as `[20 mm, 4000 mm]`."""

    each: Kind[int]
    example: str

    def read(self, node: Node, findings: Findings) -> tuple[int, int]:
        items = list(node.items())
        if node.shape != "list" or len(items) != 2:
            found = f"a list of {len(items)}" if node.shape == "list" else f"a {node.shape}"
            sentence = f"expected a list of two values, found {found}".replace("a nothing", "none")
            node.reject(findings, "wrong-shape", sentence, f"write it like `{self.example}`")
        values = read_each([(item, self.each) for item in items], findings)
        low, high = values
        if low >= high:
            first, second = items[0].text, items[1].text
            hint = (
                f"write the lower value first: `[{second}, {first}]`"
                if low > high
                else (f"write two different values, as in `{self.example}`")
            )
            sentence = f"{quote(first)} is not less than {quote(second)}"
            node.reject(findings, "bad-range", sentence, hint)
        return low, high

    def schema(self) -> Schema:
        return {"type": "array", "items": self.each.schema(), "minItems": 2, "maxItems": 2}


@dataclass(frozen=True)
class WordOr(Kind[T]):
    """A word with its own meaning, or a value of another kind, such as `auto` or `96 KiB`."""

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
            if not any(c.isdigit() for c in node.text):
                near = suggest(node.text, [self.word])
                sentence = (
                    f"expected `{self.word}` or a value like `{self.example}`, "
                    f"found {quote(node.text)}"
                )
                hint = (
                    f"did you mean `{self.word}`?"
                    if near
                    else f"write `{self.word}` or `{self.example}`"
                )
                node.reject(findings, "unknown-value", sentence, hint)
        return self.other.read(node, findings)

    def schema(self) -> Schema:
        return {"anyOf": [{"const": self.word}, self.other.schema()]}


@dataclass(frozen=True)
class ListOf(Kind[list[T]]):
    """A list of values of one kind. `most`: 0: any number."""

    each: Kind[T]
    least: int = 1
    most: int = 0

    @property
    def example(self) -> str:  # type: ignore[override]
        return f"[{self.each.example}]"

    def read(self, node: Node, findings: Findings) -> list[T]:
        items = list(node.items())
        if node.shape != "list" or len(items) < self.least:
            hint = f"write it like `{self.example}`"
            expected = f"a list of at least {self.least}" if self.least else "a list"
            found = "an empty list" if node.shape == "list" else f"a {node.shape}"
            message = f"expected {expected}, found {found}".replace("a nothing", "none")
            node.reject(findings, "wrong-shape", message, hint)
        if self.most and len(items) > self.most:
            message = f"expected a list of at most {self.most}, found {len(items)}"
            hint = f"leave out {len(items) - self.most} of them"
            node.reject(findings, "wrong-shape", message, hint)
        return read_each([(item, self.each) for item in items], findings)

    def schema(self) -> Schema:
        bounds = {"minItems": self.least, **({"maxItems": self.most} if self.most else {})}
        return {"type": "array", "items": self.each.schema(), **bounds}


def read_each(pairs: list[tuple[Node, Kind[T]]], findings: Findings) -> list[T]:
    """Read all nodes; raise Rejected after the last if any of them was wrong."""
    values, wrong = [], False
    for node, kind in pairs:
        try:
            values.append(kind.read(node, findings))
        except Rejected:
            wrong = True
    if wrong:
        raise Rejected
    return values
