"""What a rule found: which layer, which node, what is there and what should be, what happens on the
board if it stays, and the lines that mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]
Layer = Literal["Linux", "OP-TEE", "ELF"]


@dataclass(frozen=True)
class Finding:
    """`mend`: lines for the layer's source, in its language, or a sentence that says what to do."""

    rule: str
    severity: Severity
    layer: Layer
    node: str
    found: str
    expected: str
    effect: str
    mend: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Rule:
    """`title` says in a line what the rule demands; `layer` is the one that it blames."""

    id: str
    layer: Layer
    title: str

    def broken(
        self,
        node: str,
        *,
        found: str,
        expected: str,
        effect: str,
        mend: str = "",
        severity: Severity = "error",
    ) -> Finding:
        return Finding(self.id, severity, self.layer, node, found, expected, effect, mend)
