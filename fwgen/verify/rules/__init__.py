"""The rules of verify. Each module has a group of them: `RULES` and `check(subject)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.rules import (
    chip,
    elf_image,
    elf_rings,
    linux_boot_vector,
    linux_bus,
    linux_mailbox,
    linux_owners,
    linux_pins,
    linux_power,
    linux_regions,
    linux_reserved,
    linux_rproc,
    optee_memory,
    optee_peripherals,
    optee_rproc,
    optee_shared,
)
from fwgen.verify.subject import Subject

_GROUPS = (
    linux_rproc,
    linux_boot_vector,
    linux_reserved,
    linux_regions,
    linux_bus,
    elf_image,
    elf_rings,
    linux_mailbox,
    linux_power,
    linux_owners,
    linux_pins,
    optee_rproc,
    optee_memory,
    optee_shared,
    optee_peripherals,
)

RULES: tuple[Rule, ...] = (
    *chip.RULES,
    *(rule for group in _GROUPS for rule in group.RULES),
)


def check_all(subject: Subject) -> Iterator[Finding]:
    """Yield all findings. Rules skip a tree of another chip, board or layer, which is itself a
    finding."""
    yield from chip.check(subject)
    wrong = {layer for layer, tree in chip.trees(subject) if chip.judge(subject, layer, tree)}
    rest = replace(
        subject,
        linux=None if "Linux" in wrong else subject.linux,
        optee=None if "OP-TEE" in wrong else subject.optee,
    )
    for group in _GROUPS:
        yield from group.check(rest)
