"""Where the ELF is loaded and runs: only in memory that the M33 can use while Linux sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.elf import Segment
from fwgen.plan.words import address, size
from fwgen.soc.region import Region

IN_DDR = Rule("segment-in-ddr", "nothing is loaded into or runs from DDR")
OUTSIDE = Rule("segment-outside", "every segment is in the plan's windows for code and data")
OVERLAP = Rule("segment-overlap", "no two segments use the same memory")
ENTRY = Rule("entry-outside", "the entry point is Thumb code in the code window")

RULES = (IN_DDR, OUTSIDE, OVERLAP, ENTRY)


def check(subject: Subject) -> Iterator[Finding]:
    for segment in subject.elf.segments:
        yield from _check_place(subject, segment)
    for one, other in combinations(subject.elf.segments, 2):
        if one.loaded.overlaps(other.loaded) or one.overlaps(other):
            yield OVERLAP.broken(
                f"{subject.names(one)} and {subject.names(other)} use the same memory",
                Place(address=max(one.start, other.start)),
                "give each segment its own addresses in the linker script",
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
                f"link it into {_windows(subject)}, as the overlay of `fwgen generate` does",
            )
        elif not any(window.contains(region) for window in subject.windows):
            yield OUTSIDE.broken(
                f"{what} {does} {address(region.start)} to {address(region.end - 1)}, "
                f"outside of {_windows(subject)}",
                place,
                _hint(subject, region),
            )


def _places(segment: Segment) -> list[tuple[Region, str]]:
    """Return where the segment runs and, if different, where its bytes are loaded."""
    if segment.load_start == segment.start:
        return [(segment, "is at")]
    stored = Region(segment.load_start, segment.file_bytes)
    return [(segment, "runs at"), (stored, "is loaded at")]


def _windows(subject: Subject) -> str:
    return " and ".join(
        f"{address(w.start)} to {address(w.end - 1)} ({w.name})" for w in subject.windows
    )


def _hint(subject: Subject, region: Region) -> str:
    memory = subject.memory_of(region)
    if memory is None:
        return "the chip has no memory there: link it into these windows"
    if memory.name not in subject.plan.mode.reachable:
        closed = f"the M33 cannot use {memory.title} in {subject.plan.mode.name}"
        return f"{closed}: link it into these windows"
    window = next((w for w in subject.windows if w.start <= region.start < w.end), None)
    if window:
        more = size(region.end - window.end)
        return f"it exceeds the {window.name} window by {more}: make `memory.{window.name}` larger"
    return f"link it into these windows, or change `memory:` in the spec to use {memory.title}"


def _check_entry(subject: Subject) -> Iterator[Finding]:
    entry = subject.elf.entry
    segment = subject.elf.segment_at(entry & ~1)
    if entry & 1 and segment and segment.executable:
        return
    why = "has no Thumb bit" if segment and segment.executable else "is not in executable code"
    yield ENTRY.broken(
        f"the entry point {address(entry)} {why}: the M33 would fault at its start",
        hint="set ENTRY() in the linker script to a Thumb function",
    )
