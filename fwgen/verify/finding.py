"""A rule's finding: layer and node, what was found and expected, the effect on the board, and the
lines that fix it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]
Layer = Literal["Linux", "OP-TEE", "ELF"]


@dataclass(frozen=True)
class Finding:
    """`mend`: how to fix it: device-tree source lines, or a sentence that says what to do."""

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
    """`title`: what the rule requires, in one line; `layer`: where the mistake is to be fixed;
    `also`: a second file that the rule needs."""

    id: str
    layer: Layer
    title: str
    also: Layer | None = None

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
