"""The sample log's region: at the planned address, and not used by anything else."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.sizes import declared_log
from fwgen.plan.words import address, size
from fwgen.soc.region import Region

MISSING = Rule("log-missing", "the firmware declares where its sample log is")
PLACE = Rule("log-place", "the log has the address and the size of the plan")
COVERED = Rule("log-covered", "no segment and no section overlaps the log's region")
SPEC = Rule("other-spec", "the firmware was built from this spec")

RULES = (MISSING, PLACE, COVERED, SPEC)


def check(subject: Subject) -> Iterator[Finding]:
    planned = subject.plan.log
    declared = declared_log(subject.elf)
    if not declared:
        yield MISSING.broken(
            "expected the symbol `fwgen_config` or `fwgen_log_start` with the log's address, found "
            "neither: this firmware keeps no samples while Linux sleeps",
            hint="build the firmware with `fwgen build`",
        )
    for name, region in declared.items():
        if region != Region(planned.start, planned.size_bytes):
            symbol = subject.elf.symbol(name)
            yield PLACE.broken(
                f"`{name}` puts the log at {address(region.start)}, {size(region.size_bytes)}; the "
                f"plan has it at {address(planned.start)}, {size(planned.size_bytes)}",
                subject.data_place(symbol.start) if name == "fwgen_config" and symbol else None,
                "build the firmware again with `fwgen build`",
            )
    for region in dict.fromkeys([Region(planned.start, planned.size_bytes), *declared.values()]):
        yield from _check_covered(subject, region)
    yield from _check_spec(subject)


def _check_covered(subject: Subject, log: Region) -> Iterator[Finding]:
    for segment in subject.elf.segments:
        for part in (segment.loaded, segment):
            if part.overlaps(log):
                yield COVERED.broken(
                    f"{subject.names(segment)} ({address(part.start)} to {address(part.end - 1)}) "
                    f"overlaps the log ({address(log.start)} to {address(log.end - 1)}): loading "
                    "the firmware again would overwrite samples",
                    Place(address=max(part.start, log.start), section=subject.names(segment)),
                    "make the log smaller, or move that section out of the log's region",
                )
                return
    for section in subject.elf.allocated:
        if section.overlaps(log):
            yield COVERED.broken(
                f"the section {section.name} overlaps the log's region",
                Place(address=section.start, section=section.name),
                "move that section out of the log's region",
            )
            return


def _check_spec(subject: Subject) -> Iterator[Finding]:
    """Compare the spec's hash in `struct fwgen_config`, if debug information describes it."""
    symbol = subject.elf.symbol("fwgen_config")
    member = subject.elf.debug.member(symbol.start, "node.spec_hash") if symbol else None
    if symbol is None or member is None:
        return
    offset, size_bytes = member
    found = subject.elf.read(symbol.start + offset, size_bytes)
    wanted = subject.plan.spec.spec_hash
    if found is not None and found != wanted:
        yield SPEC.broken(
            f"the firmware was built from a spec with the hash {found.hex()}; the given spec has "
            f"{wanted.hex()}",
            subject.data_place(symbol.start),
            "build the firmware again, or give the spec from which it was built",
        )
