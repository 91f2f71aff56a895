"""The sample log's region: where the plan has it, and in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.sizes import log_told
from fwgen.plan.words import address, size
from fwgen.soc.model import Region

MISSING = Rule("log-missing", "the firmware says where its sample log is")
PLACE = Rule("log-place", "the log is where, and as large as, the plan says")
COVERED = Rule("log-covered", "the log's region lies outside of every segment and section")
SPEC = Rule("other-spec", "the firmware was built from this spec")

RULES = (MISSING, PLACE, COVERED, SPEC)


def check(subject: Subject) -> Iterator[Finding]:
    planned = subject.plan.log
    told = log_told(subject.elf)
    if not told:
        yield MISSING.broken(
            "nothing in the ELF says where the sample log is (neither `fwgen_config` nor "
            "`fwgen_log_start`): this firmware keeps no samples over a sleep",
            hint="build it with `fwgen build`",
        )
    for name, region in told.items():
        if region != Region(planned.start, planned.size_bytes):
            symbol = subject.elf.symbol(name)
            yield PLACE.broken(
                f"`{name}` puts the log at {address(region.start)}, {size(region.size_bytes)}; the "
                f"plan has it at {address(planned.start)}, {size(planned.size_bytes)}",
                subject.data_place(symbol.start) if name == "fwgen_config" and symbol else None,
                "build it again with `fwgen build`",
            )
    for region in dict.fromkeys([Region(planned.start, planned.size_bytes), *told.values()]):
        yield from _check_covered(subject, region)
    yield from _check_spec(subject)


def _check_covered(subject: Subject, log: Region) -> Iterator[Finding]:
    for segment in subject.elf.segments:
        for part in (segment.loaded, segment):
            if part.overlaps(log):
                yield COVERED.broken(
                    f"{subject.names(segment)} ({address(part.start)} to {address(part.end - 1)}) "
                    f"reaches into the log ({address(log.start)} to {address(log.end - 1)}): a "
                    "restart of the firmware would overwrite samples",
                    Place(address=max(part.start, log.start), section=subject.names(segment)),
                    "a smaller log, or the log's region outside of every section",
                )
                return
    for section in subject.elf.allocated:
        if section.overlaps(log):
            yield COVERED.broken(
                f"the section {section.name} lies in the log's region",
                Place(address=section.start, section=section.name),
            )
            return


def _check_spec(subject: Subject) -> Iterator[Finding]:
    """By the spec's hash in `struct fwgen_config`, where the ELF has it with its type."""
    symbol = subject.elf.symbol("fwgen_config")
    member = subject.elf.debug.member(symbol.start, "node.spec_hash") if symbol else None
    if symbol is None or member is None:
        return
    offset, size_bytes = member
    found = subject.elf.read(symbol.start + offset, size_bytes)
    wanted = subject.plan.spec.spec_hash
    if found is not None and found != wanted:
        yield SPEC.broken(
            f"the firmware was built from a spec with the hash {found.hex()}; this one has "
            f"{wanted.hex()}",
            subject.data_place(symbol.start),
            "build it again, or give the spec that it was built from",
        )
