"""Stacks must be large enough for the calls that are known to run on them."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.plan.words import size

SMALL = Rule("stack-small", "each stack is large enough for the calls that are known to use it")

RULES = (SMALL,)


def check(subject: Subject) -> Iterator[Finding]:
    for stack in subject.stacks.all:
        if stack.depth is None or stack.needed_bytes <= stack.size_bytes:
            continue
        chain = " > ".join(stack.depth.path)
        symbol = subject.elf.symbol_at(stack.start)
        line = subject.elf.debug.object_line(stack.start)
        yield SMALL.broken(
            f"`{stack.name}` has {size(stack.size_bytes)}; {chain} and an interrupt need "
            f"{size(stack.needed_bytes)}",
            Place(
                address=stack.start,
                symbol=symbol.name if symbol else "",
                file=line.file if line else "",
                line=line.line if line else 0,
            ),
            "make the stack larger (CONFIG_..._STACK_SIZE in prj.conf)",
        )
