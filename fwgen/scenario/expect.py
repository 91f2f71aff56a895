"""What a scenario expects of the fields of the run report.

    expect: {lost: 0, declared_lost: {at-least: 1}, drain: {at-most: 5 s}}

Every scenario expects some fields to be zero unless it says otherwise (STANDING).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

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
    """A number without a unit, `1` or `0.7`."""

    example: str = "1.0"

    def read(self, node: Node, findings: Findings) -> Fraction:
        text = read_text(node, findings, self.example)
        whole, _, digits = text.partition(".")
        if len(text) > 20 or not whole.isdecimal() or ("." in text and not digits.isdecimal()):
            hint = f"write it like `{self.example}`"
            node.reject(findings, "not-a-number", f"expected a number, found {quote(text)}", hint)
        return Fraction(text)

    def schema(self) -> Schema:
        return {"type": "number"}


_COUNT = Integer(0, 2**53, "0")
_DURATION = Amount("us", "0 s", "8784 h", example="500 ms")
_SIZE = Amount("bytes", "0 B", "4096 MiB", example="96 KiB")


@dataclass(frozen=True)
class Field:
    """A figure of the report: how to find it (None: the run has no such figure) and its unit.

    `scale` converts the report's unit to the scenario's (ms or s to us).
    """

    find: Callable[[Report], Figure | None]
    kind: Kind[Any] = _COUNT
    scale: int = 1
    resolution: str = ""

    def show(self, figure: Figure) -> str:
        """Return the figure, given in the scenario's unit, as a user writes it."""
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


def _longest_outage(report: Report) -> Figure | None:
    """Return how long the M33 did not run at most; to the end of the run at the latest."""
    lasted = [
        report["virtual_s"] - outage["at_s"] if outage["for_s"] is None else outage["for_s"]
        for outage in report["outages"]
    ]
    return max(lasted, default=None)


def _in(section: str, key: str) -> Callable[[Report], Figure | None]:
    return lambda report: report[section][key]


def _wake_ups(state: Literal["awake", "asleep"]) -> Callable[[Report], Figure | None]:
    def find(report: Report) -> Figure | None:
        share = report["core"][state] if report["core"] else None
        return share["wake_ups_per_s"] if share else None

    return find


def _acknowledged(report: Report) -> Figure | None:
    return sum(sleep["ack_ms"] is not None for sleep in report["sleeps"])


def _woken_by(cause: str) -> Callable[[Report], Figure | None]:
    return lambda report: sum(
        sleep["wake_cause"].partition(":")[0] == cause for sleep in report["sleeps"]
    )


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
    "woken_without_reason",
    "not_woken",
    "against_policy",
    "dropped_early",
    "closed_early",
    "sent_again",
    "known_again",
    "freed_early",
    "miscounted",
    "misdirected",
    "misdated",
)
"""What the spec requires of every run that can show it."""

STATUSES = ("valid", "too_near", "too_far", "no_echo", "missed_period", "sensor_fault")
"""Samples taken, by status."""

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
    "crashes": Field(lambda report: len(report["crashes"])),
    "ignored": Field(lambda report: len(report["ignored"])),
    "outages": Field(lambda report: len(report["outages"])),
    "not_taken": Field(lambda report: sum(outage["not_taken"] for outage in report["outages"])),
    "outage": Field(_longest_outage, _DURATION, 1_000_000, "us"),
    "ack": Field(_worst("ack_ms"), _DURATION, 1000, "us"),
    "first_sample": Field(_worst("first_sample_ms"), _DURATION, 1000, "us"),
    "drain": Field(_worst("drain_ms"), _DURATION, 1000, "us"),
    "slept": Field(_least("slept_s"), _DURATION, 1_000_000, "us"),
    "log_peak": Field(_in("log", "peak_bytes"), _SIZE, 1, "bytes"),
    "log_capacity": Field(_in("log", "capacity_bytes"), _SIZE, 1, "bytes"),
    "bytes_per_sample": Field(_in("log", "bytes_per_sample"), Decimal()),
    "wake_ups_awake": Field(_wake_ups("awake"), Decimal()),
    "wake_ups_asleep": Field(_wake_ups("asleep"), Decimal()),
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
    "crashes",
    *LINK_COUNTS,
    *KEPT,
)


@dataclass(frozen=True)
class Expectation:
    """Inclusive bounds for a field, in the unit that its kind reads."""

    field: str
    least: Figure | None = None
    most: Figure | None = None
    standing: bool = False
    """Whether every run that has this figure is expected to meet it."""

    def judge(self, report: Report) -> str | None:
        """Return None if the report meets the expectation, else a sentence that says why not."""
        field = FIELDS[self.field]
        found = field.find(report)
        if found is None:
            return f"`{self.field}` is expected to be {self.due}, but the run has no such figure"
        figure = found * field.scale
        too_little = self.least is not None and figure < self.least
        too_much = self.most is not None and figure > self.most
        if too_little or too_much:
            return f"`{self.field}` is {field.show(figure)}, expected: {self.due}"
        return None

    @property
    def due(self) -> str:
        """The bounds as a user writes them."""
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
    """The mapping of `expect`."""

    example = "{lost: 0}"

    def read(self, node: Node, findings: Findings) -> tuple[Expectation, ...]:
        if node.shape != "mapping":
            hint = f"write it like `{self.example}`"
            message = f"expected a mapping, found a {node.shape}".replace("a nothing", "none")
            node.reject(findings, "wrong-shape", message, hint)
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
        message = f"expected a field of the report, found {quote(name)}"
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
            message = f"expected `at-least` or `at-most`, found {quote(limit)}"
            findings.error("unknown-limit", message, value.key_position, hint)
            raise Rejected
        bounds[limit] = kind.read(value, findings)
    if not bounds:
        hint = f"write it like `{{at-least: {kind.example}}}`"
        node.reject(findings, "no-value", "expected a limit, found none", hint)
    least, most = bounds.get("at-least"), bounds.get("at-most")
    if least is not None and most is not None and least > most:
        show = FIELDS[name].show
        message = f"no figure is at least {show(least)} and at most {show(most)}"
        node.reject(findings, "bad-range", message, "swap the two limits, or remove one")
    return Expectation(name, least, most)
