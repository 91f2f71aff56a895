"""The result of verify as one JSON document, and as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fwgen.build.elf import Elf
from fwgen.terminal import Style
from fwgen.verify.finding import Finding, Layer, Rule
from fwgen.verify.rules import RULES
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree

FORMAT = 1


def passed(findings: list[Finding]) -> bool:
    return not any(finding.severity == "error" for finding in findings)


def to_json(subject: Subject, findings: list[Finding]) -> dict[str, Any]:
    plan = subject.plan
    return {
        "fwgen-verify": FORMAT,
        "spec": plan.spec.source.path if plan.spec.source else "",
        "board": plan.board.name,
        "trees": plan.board.release.name,
        "flavour": plan.board.flavour.name,
        "linux_dtb": str(subject.linux.path) if subject.linux else None,
        "optee_dtb": str(subject.optee.path) if subject.optee else None,
        "elf": str(subject.elf.path) if subject.elf else None,
        "ok": passed(findings),
        "findings": [finding.to_json() for finding in findings],
        "rules": {rule.id: rule.title for rule in RULES},
        "checked": [rule.id for rule in _checked(subject)],
    }


def to_text(subject: Subject, findings: list[Finding], style: Style) -> str:
    """Return a table of the layers, the findings, and a last line with the result."""
    lines = list(_table(subject, findings, style))
    for finding in findings:
        lines += ["", *_finding(finding, style)]
    lines += ["", _verdict(subject, findings)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _table(subject: Subject, findings: list[Finding], style: Style) -> Iterator[str]:
    for layer, what in _given(subject).items():
        if what is None:
            yield f"  {layer:<8} {style.paint('not given, not checked', '2')}"
            continue
        mine = [finding for finding in findings if finding.layer == layer]
        errors = sum(finding.severity == "error" for finding in mine)
        state = (
            style.paint(f"{errors} error{'s' * (errors > 1)}", "31")
            if errors
            else style.paint("ok", "32")
        )
        warnings = len(mine) - errors
        more = f", {warnings} warning{'s' * (warnings > 1)}" if warnings else ""
        yield f"  {layer:<8} {state}{more}  {what.path}"


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    colour = "31" if finding.severity == "error" else "33"
    head = f"{finding.severity}[{finding.rule}]: {finding.layer}, {finding.node}"
    yield style.paint(head, colour)
    yield f"  found     {finding.found}"
    yield f"  expected  {finding.expected}"
    yield f"  effect    {finding.effect}"
    if finding.mend:
        first, *rest = finding.mend.split("\n")
        yield f"  fix       {first}"
        yield from (f"            {line}" for line in rest)


def _verdict(subject: Subject, findings: list[Finding]) -> str:
    plan, checked = subject.plan, _checked(subject)
    name = f"{plan.spec.name} on {plan.board.called}, {plan.board.release.title}"
    if passed(findings):
        some = f" of {len(RULES)}" if len(checked) < len(RULES) else ""
        return f"passed {len(checked)}{some} rules: {name}"
    broken = len({finding.rule for finding in findings if finding.severity == "error"})
    return f"failed {broken} of {len(checked)} rules: {name}"


def _checked(subject: Subject) -> list[Rule]:
    """Return the rules for which the files were given."""
    layers = {layer for layer, what in _given(subject).items() if what is not None}
    return [rule for rule in RULES if {rule.layer, rule.also or rule.layer} <= layers]


def _given(subject: Subject) -> dict[Layer, Tree | Elf | None]:
    return {"Linux": subject.linux, "OP-TEE": subject.optee, "ELF": subject.elf}
