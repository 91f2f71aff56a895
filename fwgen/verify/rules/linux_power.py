"""The M33 must keep its power while Linux sleeps, and Linux must not refuse to sleep."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.subject import Subject
from fwgen.verify.words import text

KEEP = Rule("linux-keep-power", "Linux", "keep-power-in-suspend is set")
DOMAINS = Rule("linux-power-domains", "Linux", "m33_rproc has a power domain named sleep")

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
    names, words = node.strings("power-domain-names"), node.cells("power-domains")
    if not words:
        yield DOMAINS.broken(
            node.path,
            found="no power-domains",
            expected='power-domains with the names "default", "sleep"',
            effect="keep-power-in-suspend has no effect: Linux may switch off the M33's power",
            mend=mend,
        )
    elif "sleep" not in names or any(subject.linux.phandle(word) is None for word in words):
        yield DOMAINS.broken(
            node.path,
            found=f"power-domain-names {text(names)}",
            expected='"default", "sleep", and a power domain for each',
            effect="the driver finds no domain named sleep, and its probe fails",
            mend=mend,
        )
