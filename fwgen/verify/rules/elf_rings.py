"""The resource table of the ELF and Linux's tree speak of the same rings."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.elf import Elf
from fwgen.build.resource_table import ANY_ADDRESS, Resources, TableError, parse_table
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.subject import Subject
from fwgen.verify.words import span

RINGS = Rule("elf-rings", "ELF", "the resource table's rings are where Linux's tree has them")

RULES = (RINGS,)


def check(subject: Subject) -> Iterator[Finding]:
    elf = subject.elf
    if elf is None or subject.linux_rproc is None:
        return
    table = _table(elf)
    if table is None:
        yield RINGS.broken(
            ".resource_table",
            found="no resource table that Linux would read",
            expected="one with an RPMsg device and two rings",
            effect="Linux starts the firmware but makes no link; `fwgen audit` says more",
        )
        return
    names = {node.bare_name: region for node, region in subject.memory_regions()}
    for vdev in table.vdevs:
        for index, ring in enumerate(vdev.vrings):
            region = names.get(f"vdev0vring{index}")
            if region is None or ring.address in (ANY_ADDRESS, region.start):
                continue
            yield RINGS.broken(
                f"ring {index}",
                found=f"0x{ring.address:x} in the resource table, {span(region)} in Linux's tree",
                expected="one place, or 0xffffffff to leave it to Linux",
                effect="remoteproc refuses the ring: its carveout does not fit the device address",
                mend=subject.lines("linux", f"vdev0vring{index}"),
            )


def _table(elf: Elf) -> Resources | None:
    section = elf.section(".resource_table")
    if section is None:
        return None
    try:
        return parse_table(elf.content(section))
    except TableError:
        return None
