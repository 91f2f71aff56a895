"""What a scenario expects of the run report, field by field.

    expect: {lost: 0, declared_lost: {at-least: 1}, drain: {at-most: 5 s}}

Some fields are expected to be zero by every scenario that does not say otherwise (STANDING).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fwgen.record import WAKE_CAUSES
from fwgen.spec import quantity as q
from fwgen.spec.diagnostics import Findings, Rejected, did_you_mean, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import Amount, Integer, Kind, Schema, read_text

Report = dict[str, Any]
Figure = int | float | Fraction

LIMITS = ("at-least", "at-most")


@dataclass(frozen=True)
class Decimal(Kind[Fraction]):
    """A plain number, `1` or `0.7`."""

    example: str = "1.0"

    def read(self, node: Node, findings: Findings) -> Fraction:
        text = read_text(node, findings, self.example)
        whole, _, digits = text.partition(".")
        if len(text) > 20 or not whole.isdecimal() or ("." in text and not digits.isdecimal()):
            hint = f"write it like `{self.example}`"
            node.reject(findings, "not-a-number", f"{quote(text)} is no number", hint)
        return Fraction(text)

    def schema(self) -> Schema:
        return {"type": "number"}


_COUNT = Integer(0, 2**53, "0")
_DURATION = Amount("us", "0 s", "8784 h", example="500 ms")
_SIZE = Amount("bytes", "0 B", "4096 MiB", example="96 KiB")


@dataclass(frozen=True)
class Field:
    """A figure of the report: how to find it (None: there is none) and how it is written.

    `scale` turns the report's unit into the one that is read (ms or s into us).
    """

    find: Callable[[Report], Figure | None]
    kind: Kind[Any] = _COUNT
    scale: int = 1
    resolution: str = ""

    def show(self, figure: Figure) -> str:
        """The figure, in the unit that is read, as a person writes it."""
        if self.resolution:
            return q.show(round(figure), self.resolution)
        return f"{float(figure):g}" if isinstance(figure, Fraction | float) else str(figure)


def _worst(key: str) -> Callable[[Report], Figure | None]:
    def find(report: Report) -> Figure | None:
        figures = [sleep[key] for sleep in report["sleeps"] if sleep[key] is not None]
        return max(figures, default=None)

    return find


def _least(key: str) -> Callable[[Report], Figure | None]:
    def find(report: Report) -> Figure | None:
        return min((sleep[key] for sleep in report["sleeps"]), default=None)

    return find


def _in(section: str, key: str) -> Callable[[Report], Figure | None]:
    return lambda report: report[section][key]


def _acknowledged(report: Report) -> Figure | None:
    return sum(sleep["ack_ms"] is not None for sleep in report["sleeps"])


def _woken_by(cause: str) -> Callable[[Report], Figure | None]:
    return lambda report: sum(sleep["wake_cause"] == cause for sleep in report["sleeps"])


SAMPLE_COUNTS = (
    "taken",
    "delivered",
    "lost",
    "declared_lost",
    "duplicated",
    "out_of_order",
    "wrong",
    "waiting",
)
KEPT = (
    "late",
    "woken_early",
    "woken_late",
    "against_policy",
    "dropped_early",
    "sent_again",
    "known_again",
    "freed_early",
    "miscounted",
)
"""What the spec asks for of every run that can show it."""

STATUSES = ("valid", "too_near", "too_far", "no_echo", "missed_period", "sensor_fault")
"""Samples taken, by what they have to say."""

LINK_COUNTS = ("blocked_accesses", "bad_rings", "bad_messages", "foreign_messages")

FIELDS: dict[str, Field] = {
    **{name: Field(_in("samples", name)) for name in SAMPLE_COUNTS},
    **{name: Field(_in("kept", name)) for name in KEPT},
    **{name: Field(_in("statuses", name)) for name in (*STATUSES, "late_samples")},
    "ddr_accesses_while_closed": Field(_in("ddr", "accesses_while_closed")),
    **{name: Field(_in("link", name)) for name in LINK_COUNTS},
    "sleeps": Field(lambda report: len(report["sleeps"])),
    "acknowledged": Field(_acknowledged),
    **{f"woken_by_{cause.replace('-', '_')}": Field(_woken_by(cause)) for cause in WAKE_CAUSES},
    "backlog": Field(_worst("backlog")),
    "ack": Field(_worst("ack_ms"), _DURATION, 1000, "us"),
    "first_sample": Field(_worst("first_sample_ms"), _DURATION, 1000, "us"),
    "drain": Field(_worst("drain_ms"), _DURATION, 1000, "us"),
    "slept": Field(_least("slept_s"), _DURATION, 1_000_000, "us"),
    "log_peak": Field(_in("log", "peak_bytes"), _SIZE, 1, "bytes"),
    "log_capacity": Field(_in("log", "capacity_bytes"), _SIZE, 1, "bytes"),
    "bytes_per_sample": Field(_in("log", "bytes_per_sample"), Decimal()),
    "jitter_p50": Field(_in("jitter_us", "p50"), _DURATION, 1, "us"),
    "jitter_p99": Field(_in("jitter_us", "p99"), _DURATION, 1, "us"),
    "jitter_max": Field(_in("jitter_us", "max"), _DURATION, 1, "us"),
}

STANDING = (
    "lost",
    "declared_lost",
    "duplicated",
    "out_of_order",
    "wrong",
    "ddr_accesses_while_closed",
    *LINK_COUNTS,
    *KEPT,
)


@dataclass(frozen=True)
class Expectation:
    """Bounds for a field, both included, in the unit that its kind reads."""

    field: str
    least: Figure | None = None
    most: Figure | None = None
    standing: bool = False
    """Expected of every run that has such a figure."""

    def judge(self, report: Report) -> str | None:
        """None if the report meets it, else the sentence that says why not."""
        field = FIELDS[self.field]
        found = field.find(report)
        if found is None:
            return f"`{self.field}` is expected to be {self.due}, the run gave no such figure"
        figure = found * field.scale
        too_little = self.least is not None and figure < self.least
        too_much = self.most is not None and figure > self.most
        if too_little or too_much:
            return f"`{self.field}` is {field.show(figure)}, expected: {self.due}"
        return None

    @property
    def due(self) -> str:
        """The bounds as a person writes them."""
        show = FIELDS[self.field].show
        if self.least is not None and self.least == self.most:
            return show(self.least)
        parts = [
            f"{word} {show(bound)}"
            for word, bound in zip(LIMITS, (self.least, self.most), strict=True)
            if bound is not None
        ]
        return " and ".join(parts)


class Expect(Kind[tuple[Expectation, ...]]):
    """The mapping behind `expect`."""

    example = "{lost: 0}"

    def read(self, node: Node, findings: Findings) -> tuple[Expectation, ...]:
        if node.shape != "mapping":
            hint = f"write it like `{self.example}`"
            node.reject(findings, "wrong-shape", "keys and values are due here", hint)
        found, wrong = [], False
        for name, value in node.entries():
            try:
                found.append(_read_expectation(name, value, findings))
            except Rejected:
                wrong = True
        if wrong:
            raise Rejected
        return tuple(found)

    def schema(self) -> Schema:
        properties = {}
        for name, field in FIELDS.items():
            figure = field.kind.schema()
            limits = {
                "type": "object",
                "properties": dict.fromkeys(LIMITS, figure),
                "additionalProperties": False,
                "minProperties": 1,
            }
            properties[name] = {"anyOf": [figure, limits]}
        return {"type": "object", "properties": properties, "additionalProperties": False}


def _read_expectation(name: str, node: Node, findings: Findings) -> Expectation:
    if name not in FIELDS:
        hint = did_you_mean(name, FIELDS, "known fields")
        message = f"the report has no {quote(name)} to expect anything of"
        findings.error("unknown-field", message, node.key_position, hint)
        raise Rejected
    kind = FIELDS[name].kind
    if node.shape != "mapping":
        figure = kind.read(node, findings)
        return Expectation(name, figure, figure)
    bounds: dict[str, Figure] = {}
    for limit, value in node.entries():
        if limit not in LIMITS:
            hint = did_you_mean(limit, LIMITS, "known limits")
            findings.error("unknown-limit", f"{quote(limit)} is no limit", value.key_position, hint)
            raise Rejected
        bounds[limit] = kind.read(value, findings)
    if not bounds:
        hint = f"write it like `{{at-least: {kind.example}}}`"
        node.reject(findings, "no-value", "the limit is missing", hint)
    least, most = bounds.get("at-least"), bounds.get("at-most")
    if least is not None and most is not None and least > most:
        show = FIELDS[name].show
        message = f"nothing is at least {show(least)} and at most {show(most)}"
        node.reject(findings, "bad-range", message, "exchange the two, or leave one out")
    return Expectation(name, least, most)
