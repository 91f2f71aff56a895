"""The conditions of `sleep.wake_if`: when the firmware wakes a sleeping Linux.

    distance < 300 mm for 3 samples
    distance > 2 m for 10 s until < 1.8 m
    distance changes by > 200 mm within 2 s
    no echo for 30 s

A condition is `<channel> < <value> for <duration>`, the same with `>`, `<channel> changes by >
<value> within <time>`, or `<status> for <duration>`; a duration is a number of samples or a time.
`until` says from which value on it counts as false again. With two sensors a channel or a status
that both have is named as in `climate.ambient-temp`. This module reads the form; whether a sensor
has the channel, and can have the value, is checked by the plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fwgen.spec import quantity as q
from fwgen.spec.condition_parser import EXAMPLE, NAME, parse
from fwgen.spec.condition_parser import Form as Form
from fwgen.spec.condition_parser import WakeIf as WakeIf
from fwgen.spec.diagnostics import Findings, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import Kind, Schema, read_text
from fwgen.spec.scalar import Span

LONGEST: Final = 60
"""Bytes of a condition: the firmware sends its text when it wakes Linux."""

_NEVER_MEANT: Final = 4 * LONGEST
"""Characters of a text that is not examined further."""

_QUANTITY = r"[+-]?[0-9]+(?:\.[0-9]+)? *[^ 0-9<>]+(?:/[a-z]+\^?[23])?"
_DURATION = r"[0-9]+(?:\.[0-9]+)? *[^ 0-9<>]+"
_PATTERN = (
    rf"^ *{NAME} *(?:[<>] *{_QUANTITY} +for +{_DURATION}(?: +until *[<>] *{_QUANTITY})?"
    rf"| +changes +by *> *{_QUANTITY} +within +{_DURATION}| +for +{_DURATION}) *$"
)


@dataclass(frozen=True)
class WakeIfText(Kind[WakeIf]):
    """Reads a condition."""

    @property
    def example(self) -> str:  # type: ignore[override]
        return EXAMPLE

    def read(self, node: Node, findings: Findings) -> WakeIf:
        read_text(node, findings, EXAMPLE)
        text = node.words
        hint = f"write it like `{EXAMPLE}`"
        at = next((at for at, char in enumerate(text) if not char.isprintable()), None)
        if at is not None:
            message = f"expected a condition, found a control character in it: {quote(text[at])}"
            node.reject(findings, "bad-condition", message, hint, Span(at, 1))
        surplus = _surplus(text)
        message = f"expected a condition of at most {LONGEST} bytes"
        if len(text) > _NEVER_MEANT:
            node.reject(findings, "bad-condition", message, hint, surplus)
        try:
            condition = parse(text)
        except q.QuantityError as error:
            node.reject(findings, error.rule, error.sentence, error.hint, error.part)
        if surplus:
            node.reject(findings, "bad-condition", message, hint, surplus)
        return condition

    def schema(self) -> Schema:
        return {
            "type": "string",
            "maxLength": LONGEST,
            "pattern": _PATTERN,
            "examples": [EXAMPLE],
        }


def _surplus(text: str) -> Span | None:
    """Return the words that make the text too long."""
    for word in re.finditer(r"\S+", text):
        if len(text[: word.end()].encode()) > LONGEST:
            return Span(word.start(), len(text) - word.start())
    return None
