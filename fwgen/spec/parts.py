"""Mappings of a document as pydantic models whose fields carry their kind.

    class Noise(Part):
        spread_um: Annotated[
            int,
            Key("spread"),
            Amount("um", "0 mm", "1 m", example="2 mm"),
            Field(description="One sentence for the JSON Schema."),
        ] = 0

    findings = Findings()
    document = load_document(path, findings)            # Rejected: cannot be read
    noise = read_part(document.root, Noise, findings)   # Rejected: a value in it is wrong
    findings.raise_errors(SomeErrors)                   # errors such as duplicate keys

A field without a default must be written; one without a kind cannot be written. `Section` nests a
Part, `ListOf(Section(X))` is a list of them, `Variants` selects one by a key such as `do: suspend`.
`read_part` continues after a wrong field, so that all errors are reported at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from fwgen.spec.diagnostics import Findings, Rejected, did_you_mean, quote, suggest
from fwgen.spec.document import Node
from fwgen.spec.kinds import Choice, Key, Kind, Part, Schema, read_text

P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class WrittenField:
    key: str
    attribute: str
    kind: Kind[Any]
    required: bool
    description: str
    example: str


def fields_of(part: type[Part]) -> list[WrittenField]:
    """Return the fields that a user can write, in order."""
    found = []
    for name, info in part.model_fields.items():
        kind = next((m for m in info.metadata if isinstance(m, Kind)), None)
        key = next((m for m in info.metadata if isinstance(m, Key)), Key(name))
        if kind is not None:
            required = info.is_required() or key.required
            example = key.example or kind.example
            found.append(
                WrittenField(key.name, name, kind, required, info.description or "", example)
            )
    return found


@dataclass(frozen=True)
class Section(Kind[P]):
    """A mapping that a Part describes. `short`: the attribute that is set if a user writes a plain
    value instead of a mapping."""

    part: type[P]
    short: str = ""

    @property
    def example(self) -> str:  # type: ignore[override]
        if self.short:
            return self._short.example
        every = list(fields_of(self.part))
        fields = [field for field in every if field.required] or every[:1]
        return "{" + ", ".join(f"{field.key}: {field.example}" for field in fields) + "}"

    @property
    def _short(self) -> WrittenField:
        return next(field for field in fields_of(self.part) if field.attribute == self.short)

    def read(self, node: Node, findings: Findings) -> P:
        if self.short and node.shape == "text":
            return self.part(**{self.short: self._short.kind.read(node, findings)})
        return read_part(node, self.part, findings)

    def schema(self) -> Schema:
        whole = part_schema(self.part)
        return {"anyOf": [self._short.kind.schema(), whole]} if self.short else whole


@dataclass(frozen=True)
class Variants(Kind[P]):
    """A mapping whose `key` selects the Part that describes it; each Part has a field for `key`.

    `listed`: an error names all Parts; without `key`, the Part with the most of the written keys
    says what is missing."""

    key: str
    parts: Mapping[str, type[P]]
    listed: bool = False

    @property
    def example(self) -> str:  # type: ignore[override]
        return Section(next(iter(self.parts.values()))).example

    def read(self, node: Node, findings: Findings) -> P:
        _expect_mapping(node, self.example, findings)
        chooser = node.child(self.key)
        if chooser is None and self.listed:
            return read_part(node, self._likeliest(node), findings)
        if chooser is None:
            hint = did_you_mean("", self.parts, f"one of `{self.key}`")
            message = f"{_lead(node)}the key `{self.key}` is missing"
            findings.error("missing-key", message, node.key_position, hint)
            raise Rejected
        name = read_text(chooser, findings, next(iter(self.parts)))
        if name not in self.parts:
            if self.listed:
                self._reject_chooser(node, chooser, findings)
            hint = did_you_mean(name, self.parts)
            self._read_common(node, findings)
            chooser.reject(findings, "unknown-value", f"unknown value {quote(name)}", hint)
        return read_part(node, self.parts[name], findings)

    def _likeliest(self, node: Node) -> type[P]:
        written = {key for key, _ in node.entries()}
        return max(
            self.parts.values(), key=lambda part: len(written & {f.key for f in fields_of(part)})
        )

    def _reject_chooser(self, node: Node, chooser: Node, findings: Findings) -> NoReturn:
        """Report the wrong chooser and what else is wrong. Raises Rejected with a partial Part."""
        kinds = [_kind_of(part, self.key) for part in self.parts.values()]
        synonyms = {wrong: right for kind in kinds for wrong, right in kind.synonyms.items()}
        hint = next((kind.otherwise for kind in kinds if kind.otherwise), "")
        choice = Choice({name: name for name in self.parts}, synonyms, hint)
        with suppress(Rejected):
            choice.read(chooser, findings)
        rest = Findings()
        try:
            read_part(node, self._likeliest(node), rest)
        except Rejected as error:
            others = (one for one in rest.diagnostics if one.position != chooser.position)
            if hint and not choice.means(chooser.text):  # what it needs is not known
                others = (one for one in others if one.rule_id != "missing-key")
            findings.diagnostics.extend(others)
            raise Rejected(error.partial) from None
        raise AssertionError(self.key)

    def _read_common(self, node: Node, findings: Findings) -> None:
        """Check the fields that all Parts have in common."""
        first, *others = ({f.key: f.kind for f in fields_of(p)} for p in self.parts.values())
        for key, kind in first.items():
            value = node.child(key)
            if key != self.key and value and all(other.get(key) == kind for other in others):
                with suppress(Rejected):
                    kind.read(value, findings)

    def schema(self) -> Schema:
        return {"anyOf": [part_schema(part) for part in self.parts.values()]}


def _kind_of(part: type[Part], key: str) -> Choice[Any]:
    kind = next(field.kind for field in fields_of(part) if field.key == key)
    assert isinstance(kind, Choice), key
    return kind


def read_part(node: Node, part: type[P], findings: Findings, **also: Any) -> P:
    """Read a mapping as `part`; `also`: attributes that users cannot write. Raises Rejected.

    An unknown key similar to a missing one is read as that one: a typing error is one error.
    """
    _expect_mapping(node, Section(part).example, findings)
    fields = fields_of(part)
    written, wrong = _match_keys(node, [field.key for field in fields], findings)
    values, unread = dict(also), set()
    for field in fields:
        if field.key not in written:
            if field.required:
                wrong = True
                _add_missing(node, field, findings)
            continue
        try:
            values[field.attribute] = field.kind.read(written[field.key], findings)
        except Rejected as error:
            wrong = True
            unread.add(field.attribute)
            if isinstance(error.partial, Part):
                values[field.attribute] = error.partial
    if wrong:
        raise Rejected(_partial(part, values, unread - values.keys()))
    return part(**values)


def _partial(part: type[P], values: dict[str, Any], unread: set[str]) -> P:
    """Return a Part with only the fields that could be read, not validated; see Rejected."""
    made = part.model_construct(**values)
    for attribute in unread:  # the user wrote something else than the default
        made.__dict__.pop(attribute, None)
    return made


def _expect_mapping(node: Node, example: str, findings: Findings) -> None:
    hint = f"write it like `{example}`"
    if node.shape == "nothing":
        node.reject(findings, "no-value", "the value is missing", hint)
    if node.shape != "mapping":
        message = f"expected a mapping, found a {node.shape}"
        node.reject(findings, "wrong-shape", message, hint)


def _lead(node: Node) -> str:
    return f"`{node.name}`: " if node.path else ""


def _add_missing(node: Node, field: WrittenField, findings: Findings) -> None:
    message = f"{_lead(node)}the key `{field.key}` is missing"
    hint = f"add `{field.key}: {field.example}`"
    findings.error("missing-key", message, node.key_position, hint)


def _match_keys(node: Node, known: list[str], findings: Findings) -> tuple[dict[str, Node], bool]:
    """Return the values by key, and whether there is an unknown key."""
    entries = dict(node.entries())
    written = {key: value for key, value in entries.items() if key in known}
    unknown = [key for key in entries if key not in known and key != "<<"]
    for key in unknown:
        near = suggest(key, [name for name in known if name not in written])
        hint = f"did you mean `{near}`?" if near else did_you_mean(key, known, "known keys")
        place = f" in `{node.name}`" if node.path else ""
        message = f"unknown key {quote(key)}{place}"
        findings.error("unknown-key", message, entries[key].key_position, hint)
        if near:
            written[near] = entries[key]
    return written, bool(unknown)


def part_schema(part: type[Part]) -> Schema:
    """Return the JSON Schema of the mapping that `part` describes."""
    fields = fields_of(part)
    return {
        "type": "object",
        "properties": {
            field.key: {"description": field.description, **field.kind.schema()} for field in fields
        },
        "required": [field.key for field in fields if field.required],
        "additionalProperties": False,
    }
