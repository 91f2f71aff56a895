"""The M33 must keep its power while Linux sleeps, and Linux must not refuse to sleep."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from fwgen.verify.words import text

KEEP = Rule("linux-keep-power", "Linux", "keep-power-in-suspend is set")
DOMAINS = Rule("linux-power-domains", "Linux", "m33_rproc has power domains for awake and asleep")

RULES = (KEEP, DOMAINS)


def check(subject: Subject) -> Iterator[Finding]:
    node = subject.linux_rproc
    if subject.linux is None or node is None:
        return
    mend = subject.lines("linux", subject.plan.board.linux_rproc_label)
    if not node.has("keep-power-in-suspend"):
        yield KEEP.broken(
            node.path,
            found="no keep-power-in-suspend",
            expected="keep-power-in-suspend",
            effect="every suspend ends with -EBUSY (`remote fw is still running`)"
            if node.has("power-domains")
            else "Linux sleeps without a check, and may switch off the M33's power",
            mend=mend,
        )
    yield from _check_domains(subject.linux, node, mend)


def _check_domains(tree: Tree, node: Node, mend: str) -> Iterator[Finding]:
    names, words = node.strings("power-domain-names"), node.cells("power-domains")
    named = dict(zip(names, map(tree.phandle, words), strict=False))
    sleep, default = named.get("sleep"), named.get("default")
    if not words:
        found = "no power-domains"
        effect = "keep-power-in-suspend has no effect: Linux may switch off the M33's power"
    elif len(words) == 1:
        found = f"one power domain, power-domain-names {text(names)}"
        effect = "Linux itself attaches a single domain, so that the driver's probe fails (-EEXIST)"
    elif sleep is None:
        found = f"power-domain-names {text(names)}"
        effect = "the driver finds no domain named sleep, and its probe fails"
    elif default is None or sleep not in tree.references(default, "power-domains"):
        found = f"power-domains: default {_name(default)}, sleep {_name(sleep)}"
        effect = "while Linux sleeps it keeps another domain on than the one of the M33's memory"
    elif not (sleep.enabled and default.enabled):
        off = default if sleep.enabled else sleep
        found = f"{off.path}, which is not enabled"
        effect = "the driver waits indefinitely for that domain: there is no remoteproc0"
    else:
        return
    yield DOMAINS.broken(
        node.path,
        found=found,
        expected='power-domains with the names "default", "sleep"; the second is the parent of '
        "the first",
        effect=effect,
        mend=mend,
    )


def _name(domain: Node | None) -> str:
    return domain.name if domain else "unknown"
