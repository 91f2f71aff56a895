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
from fractions import Fraction
from typing import Final, Literal

from fwgen.spec import quantity as q
from fwgen.spec.diagnostics import Findings, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import Kind, Part, Schema, read_text

Form = Literal["below", "above", "changes", "status"]

EXAMPLE: Final = "distance < 300 mm for 3 samples"
LONGEST: Final = 60
"""Bytes of a condition: the firmware sends its text when it wakes Linux."""

MOST_SAMPLES: Final = 1_000_000

_WORDS = r"[a-z][a-z0-9]*(?:[ -][a-z0-9]+)*"
_NAME = rf"(?:[a-z][a-z0-9-]*\.)?{_WORDS}"
_AMOUNT = r"[+-]?[0-9][^<>]*?"
_SPAN = r"[^<>]*?"
_LIMIT = re.compile(
    rf"({_NAME}) *([<>]) *({_AMOUNT}) +for +({_SPAN})(?: +until *([<>]) *({_AMOUNT}))?"
)
_CHANGE = re.compile(rf"({_NAME}) +changes +by *> *({_AMOUNT}) +within +({_SPAN})")
_STATUS = re.compile(rf"({_NAME}) +for +({_SPAN})")
_QUANTITY = r"[+-]?[0-9]+(?:\.[0-9]+)? *[^ 0-9<>]+(?:/[a-z]+\^?[23])?"
_DURATION = r"[0-9]+(?:\.[0-9]+)? *[^ 0-9<>]+"
_PATTERN = (
    rf"^ *{_NAME} *(?:[<>] *{_QUANTITY} +for +{_DURATION}(?: +until *[<>] *{_QUANTITY})?"
    rf"| +changes +by *> *{_QUANTITY} +within +{_DURATION}| +for +{_DURATION}) *$"
)
_SAMPLES = re.compile(r"([0-9]+) +samples?")
_PART_OF_SAMPLES = re.compile(r"[+-]?[0-9.]+ *samples?")


class WakeIf(Part):
    """One condition. `subject`: a channel or a status, maybe with the name of its sensor. `limit`,
    `until`: quantities as written, `until` only if it was. Exactly one of `samples` and `span_us`
    is set; for a change it is `span_us`."""

    text: str
    form: Form
    subject: str
    limit: str = ""
    until: str = ""
    samples: int | None = None
    span_us: int | None = None


@dataclass(frozen=True)
class WakeIfText(Kind[WakeIf]):
    """Reads a condition."""

    @property
    def example(self) -> str:  # type: ignore[override]
        return EXAMPLE

    def read(self, node: Node, findings: Findings) -> WakeIf:
        text = " ".join(read_text(node, findings, EXAMPLE).split())
        if not text.isprintable():
            message = "expected a condition, found a control character in it"
            node.reject(findings, "bad-condition", message, f"write it like `{EXAMPLE}`")
        if len(text.encode()) > LONGEST:
            message = f"expected a condition of at most {LONGEST} bytes"
            node.reject(findings, "bad-condition", message, f"write it like `{EXAMPLE}`")
        try:
            return _parse(text)
        except q.QuantityError as error:
            node.reject(findings, error.rule, error.sentence, error.hint)

    def schema(self) -> Schema:
        return {
            "type": "string",
            "maxLength": LONGEST,
            "pattern": _PATTERN,
            "examples": [EXAMPLE],
        }


def _parse(text: str) -> WakeIf:
    """Return the condition; raises QuantityError."""
    if found := _LIMIT.fullmatch(text):
        return _limit(text, *found.groups())
    if found := _CHANGE.fullmatch(text):
        _amount(found[2])
        within_us = _time(
            found[3], f"write it like `{found[1]} changes by > {found[2]} within 2 s`"
        )
        return WakeIf(
            text=text, form="changes", subject=found[1], limit=found[2], span_us=within_us
        )
    if found := _STATUS.fullmatch(text):
        samples, span_us = _span(found[2])
        return WakeIf(text=text, form="status", subject=found[1], samples=samples, span_us=span_us)
    raise _refusal(text)


def _limit(text: str, subject: str, sign: str, limit: str, span: str, *rest: str) -> WakeIf:
    until_sign, until = rest
    threshold = _amount(limit)
    samples, span_us = _span(span)
    if until:
        expected = ">" if sign == "<" else "<"
        if until_sign != expected:
            hint = f"write `until {expected} {until}`"
            message = (
                f"a condition with `{sign}` ends with `until {expected}`, found `{until_sign}`"
            )
            raise q.QuantityError("bad-condition", message, hint)
        end = _amount(until, *([threshold.dimension] if threshold else []))
        if threshold and end and _beyond(end.value, threshold.value, sign):
            raise q.QuantityError(
                "bad-condition",
                f"the condition would be true and false at once between `{limit}` and `{until}`",
                f"write a value {'above' if sign == '<' else 'below'} `{limit}` after `until`",
            )
    return WakeIf(
        text=text,
        form="below" if sign == "<" else "above",
        subject=subject,
        limit=limit,
        until=until or "",
        samples=samples,
        span_us=span_us,
    )


def _beyond(end: Fraction, limit: Fraction, sign: str) -> bool:
    return end < limit if sign == "<" else end > limit


def _amount(text: str, *dimensions: q.Dimension) -> q.Quantity | None:
    """Return the quantity; None if its unit is missing or unknown: the plan, which knows the
    channel's, reports it."""
    try:
        return q.parse(text, *dimensions, example="300 mm")
    except q.QuantityError as error:
        if error.rule in ("no-unit", "unknown-unit"):
            return None
        raise


def _time(text: str, hint: str) -> int:
    if _SAMPLES.fullmatch(text):
        raise q.QuantityError("bad-condition", f"expected a time, found `{text}`", hint)
    span_us = q.whole(q.parse(text, q.Dimension.TIME, example="2 s"), "us")
    if span_us <= 0:
        raise q.QuantityError("out-of-range", f"`{text}` is too short", hint)
    return span_us


def _span(text: str) -> tuple[int | None, int | None]:
    """Return the number of samples or the time in µs."""
    if found := _SAMPLES.fullmatch(text):
        samples = int(found[1][:20])  # more digits are too many in any case
        if not 1 <= samples <= MOST_SAMPLES:
            hint = f"write a number from 1 to {MOST_SAMPLES}"
            raise q.QuantityError("out-of-range", f"`{text}` is out of range", hint)
        return samples, None
    if _PART_OF_SAMPLES.fullmatch(text):
        hint = f"write a whole number from 1 to {MOST_SAMPLES}, a space and `samples`"
        message = f"expected a whole number of samples, found `{text}`"
        raise q.QuantityError("bad-condition", message, hint)
    if re.fullmatch("[0-9]+", text):
        hint = f"did you mean `for {text} samples`, or `for {text} s`?"
        raise q.QuantityError("no-unit", f"`for {text}` has no unit", hint)
    return None, _time(text, "write a number of samples or a time, such as `3 samples` or `10 s`")


def _refusal(text: str) -> q.QuantityError:
    return q.QuantityError(
        "bad-condition", f"{quote(text)} is not a condition", f"write it like {_missing(text)}"
    )


def _missing(text: str) -> str:
    """Return the form that the text probably means."""
    if "change" in text:
        return "`distance changes by > 200 mm within 2 s`"
    amount = re.split("[<>]", text)[-1].strip()
    if "for" not in text.split() and re.fullmatch(_AMOUNT, amount) and _amount(amount):
        return f"`{text} for 3 samples`"
    return f"`{EXAMPLE}`, `distance changes by > 200 mm within 2 s` or `no echo for 30 s`"
