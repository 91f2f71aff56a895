"""Where the ELF is loaded and runs: memory that stays reachable while Linux sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.elf import Segment
from fwgen.plan.words import address, size
from fwgen.soc.model import Region

IN_DDR = Rule("segment-in-ddr", "nothing is loaded into or runs from DDR")
OUTSIDE = Rule("segment-outside", "every segment lies in the plan's windows for code and data")
OVERLAP = Rule("segment-overlap", "no segment is loaded over another")
ENTRY = Rule("entry-outside", "the entry point is Thumb code in the code window")

RULES = (IN_DDR, OUTSIDE, OVERLAP, ENTRY)


def check(subject: Subject) -> Iterator[Finding]:
    for segment in subject.elf.segments:
        yield from _check_place(subject, segment)
    for one, other in combinations(subject.elf.segments, 2):
        if one.loaded.overlaps(other.loaded) or one.overlaps(other):
            yield OVERLAP.broken(
                f"{subject.names(one)} and {subject.names(other)} take the same memory",
                Place(address=max(one.start, other.start)),
                "look at the linker script",
            )
    yield from _check_entry(subject)


def _check_place(subject: Subject, segment: Segment) -> Iterator[Finding]:
    what = f"the segment of {subject.names(segment)} ({size(segment.size_bytes)})"
    for region, does in _places(segment):
        place = Place(address=region.start, section=subject.names(segment))
        if subject.ddr.overlaps(region):
            yield IN_DDR.broken(
                f"{what} {does} {address(region.start)}, in DDR, which is closed while Linux "
                "sleeps: any access hangs",
                place,
                f"move it to {_windows(subject)}: the overlay that `fwgen generate` writes does",
            )
        elif not any(window.contains(region) for window in subject.windows):
            yield OUTSIDE.broken(
                f"{what} {does} {address(region.start)} to {address(region.end - 1)}, "
                f"outside of {_windows(subject)}",
                place,
                _way_out(subject, region),
            )


def _places(segment: Segment) -> list[tuple[Region, str]]:
    """Where it runs and, if that is elsewhere, where its bytes are loaded."""
    if segment.load_start == segment.start:
        return [(segment, "lies at")]
    stored = Region(segment.load_start, segment.file_bytes)
    return [(segment, "runs at"), (stored, "is loaded at")]


def _windows(subject: Subject) -> str:
    return " and ".join(
        f"{address(w.start)} to {address(w.end - 1)} ({w.name})" for w in subject.windows
    )


def _way_out(subject: Subject, region: Region) -> str:
    memory = subject.memory_of(region)
    if memory is None:
        return "the chip has no memory there"
    if memory.name not in subject.plan.mode.reachable:
        return f"{memory.title} is closed in {subject.plan.mode.name}"
    window = next((w for w in subject.windows if w.start <= region.start < w.end), None)
    if window:
        return f"{size(region.end - window.end)} too much for the {window.name} window"
    return f"change `memory:` in the spec if {memory.title} is where it belongs"


def _check_entry(subject: Subject) -> Iterator[Finding]:
    entry = subject.elf.entry
    segment = subject.elf.segment_at(entry & ~1)
    if entry & 1 and segment and segment.executable:
        return
    why = "has no Thumb bit" if segment and segment.executable else "lies in no code"
    yield ENTRY.broken(f"the entry point {address(entry)} {why}: the M33 would fault at once")
