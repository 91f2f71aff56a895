"""What Linux's remoteproc would refuse, in its order and with its messages.

Source: rproc_elf_sanity_check and rproc_elf_load_segments in Linux
drivers/remoteproc/remoteproc_elf_loader.c.
"""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.plan.model import Plan
from fwgen.plan.words import address, size
from fwgen.soc.region import Region

REGION = Rule("remoteproc-region", "Linux can load every segment: it is in a `memory-region`")
SIZES = Rule("remoteproc-sizes", "no segment has more bytes in the file than in memory")

RULES = (REGION, SIZES)


def memory_regions(plan: Plan) -> dict[str, Region]:
    """Return the regions in `memory-region` of the Linux fragment: label -> region."""
    used = [plan.code, plan.data, *plan.rings.nodes]
    return {window.linux: window for window in used if window.linux}


def check(subject: Subject) -> Iterator[Finding]:
    regions = memory_regions(subject.plan)
    for segment in subject.elf.segments:
        place = Place(address=segment.load_start, section=subject.names(segment))
        if segment.file_bytes > segment.size_bytes:
            yield SIZES.broken(
                f"{subject.names(segment)} has {size(segment.file_bytes)} in the file but only "
                f"{size(segment.size_bytes)} of memory; Linux refuses it: `bad phdr filesz`",
                place,
                "fix the linker script: p_filesz must be at most p_memsz",
            )
        if not any(region.contains(segment.loaded) for region in regions.values()):
            yield REGION.broken(
                f"Linux cannot load {subject.names(segment)} to {address(segment.load_start)}: "
                f"`bad phdr da {segment.load_start:#x} mem {segment.size_bytes:#x}`",
                place,
                f"link it into one of the Linux fragment's `memory-region`: {', '.join(regions)}",
            )
