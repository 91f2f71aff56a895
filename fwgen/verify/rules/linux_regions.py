"""`memory-region` must name all memory that remoteproc loads or maps."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.plan.model import Window
from fwgen.soc.region import Region
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.words import span

MISSING = Rule("linux-memory-region", "Linux", "memory-region names every window")
SEGMENT = Rule("elf-segment", "ELF", "every segment of the ELF is in a memory-region", also="Linux")
NAMES = Rule("linux-vdev-names", "Linux", "rings and buffers have the names that Linux expects")
POOL = Rule("linux-vdev-pool", "Linux", "the buffers' node is a DMA pool")

RULES = (MISSING, SEGMENT, NAMES, POOL)


def check(subject: Subject) -> Iterator[Finding]:
    node = subject.linux_rproc
    if node is None:
        return
    regions = subject.memory_regions()
    mend = subject.lines("linux", subject.plan.board.linux_rproc_label)
    for window in [*subject.firmware, *subject.rings]:
        if not any(region.contains(window) for _, region in regions):
            yield MISSING.broken(
                node.path,
                found=f"memory-region: {_listed(regions)}",
                expected=f"{window.linux or window.name}, {span(window)}",
                effect=f"remoteproc refuses the firmware: no memory for {window.title}"
                if window in subject.firmware
                else "Linux takes it from its own memory, to which the M33 has no access",
                mend=mend,
            )
    yield from _check_entries(subject, node, mend)
    yield from _check_names(subject, regions, mend)
    yield from _check_segments(subject, regions)


def _check_entries(subject: Subject, rproc: Node, mend: str) -> Iterator[Finding]:
    """Check each entry of `memory-region`: Linux must have reserved that memory."""
    tree = subject.linux
    assert tree is not None
    for handle, node in zip(
        rproc.cells("memory-region"), tree.references(rproc, "memory-region"), strict=True
    ):
        if node is None:
            found = f"<0x{handle:x}>, which is no node's phandle"
        elif node not in tree.reserved:
            found = f"{node.path}, which is not in /reserved-memory"
        elif not node.enabled:
            found = f"{node.path}, which is not enabled"
        else:
            continue
        yield MISSING.broken(
            rproc.path,
            found=f"memory-region names {found}",
            expected="enabled nodes of /reserved-memory only",
            effect="remoteproc does not start: `unable to acquire memory-region`",
            mend=mend,
        )


def _listed(regions: list[tuple[Node, Region]]) -> str:
    return ", ".join(f"{node.name} ({span(region)})" for node, region in regions) or "nothing"


def _check_names(
    subject: Subject, regions: list[tuple[Node, Region]], mend: str
) -> Iterator[Finding]:
    rings = subject.plan.rings
    for window in (rings.vring0, rings.vring1, rings.vdev_buffer):
        node = next((n for n, region in regions if region.start == window.start), None)
        if node is None:
            continue  # `linux-memory-region` reports it
        if node.bare_name != window.linux:
            yield NAMES.broken(
                node.path,
                found=f"the name {node.bare_name}",
                expected=f"the name {window.linux}: the driver compares names, not labels",
                effect="remoteproc allocates the rings elsewhere, and the M33 does not find them",
                mend=f"{window.linux}: {window.linux}@{window.start:x} {{ ... }};",
            )
        if window is rings.vdev_buffer and not node.is_a("shared-dma-pool"):
            yield POOL.broken(
                node.path,
                found='no compatible "shared-dma-pool"',
                expected='compatible = "shared-dma-pool"',
                effect="Linux takes the message buffers from its own memory, to which the M33 has "
                "no access",
                mend=_pool(window),
            )


def _pool(window: Window) -> str:
    return f'&{window.linux} {{\n\tcompatible = "shared-dma-pool";\n}};'


def _check_segments(subject: Subject, regions: list[tuple[Node, Region]]) -> Iterator[Finding]:
    if subject.elf is None:
        return
    for segment in subject.elf.segments:
        where = Region(segment.load_start, segment.size_bytes)
        if where.size_bytes and not any(region.contains(where) for _, region in regions):
            yield SEGMENT.broken(
                f"segment {segment.index}",
                found=f"loaded to {span(where)}; memory-region: {_listed(regions)}",
                expected="an address in one of these regions",
                effect="Linux logs `bad phdr da` and does not start the firmware",
                mend=subject.lines("linux", subject.plan.board.linux_rproc_label),
            )
