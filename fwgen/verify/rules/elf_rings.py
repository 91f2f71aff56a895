"""The ELF's resource table and Linux's tree must have the same rings."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.elf import Elf
from fwgen.build.resource_table import ANY_ADDRESS, Resources, TableError, parse_table
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.subject import Subject
from fwgen.verify.words import span

RINGS = Rule(
    "elf-rings", "ELF", "the resource table's rings are where Linux's tree has them", also="Linux"
)

RULES = (RINGS,)


def check(subject: Subject) -> Iterator[Finding]:
    elf = subject.elf
    if elf is None or subject.linux_rproc is None:
        return
    table = _table(elf)
    if table is None:
        yield RINGS.broken(
            ".resource_table",
            found="no resource table that Linux would accept",
            expected="a resource table with an RPMsg device and two rings",
            effect="Linux starts the firmware without a link to it",
            mend="run `fwgen audit` on the ELF: it says what is wrong",
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
                expected="the same address, or 0xffffffff to leave the choice to Linux",
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
