"""The ELF must be the firmware of this spec, with a vector table that Linux finds."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.rules.vectors import SECTION as VECTORS
from fwgen.build.elf import Elf
from fwgen.build.sizes import declared_shared
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.subject import Subject
from fwgen.verify.words import span

SPEC = Rule("elf-spec", "ELF", "the ELF was built from this spec")
SHARED = Rule("elf-shared", "ELF", "the ELF shares with Linux the memory of the plan")
TABLE = Rule("elf-vectors", "ELF", "the ELF has a vector table that Linux finds")

RULES = (SPEC, SHARED, TABLE)

_AGAIN = "build it again with `fwgen build`, or give the spec from which it was built"


def check(subject: Subject) -> Iterator[Finding]:
    elf = subject.elf
    if elf is None:
        return
    wanted = subject.plan.spec.spec_hash
    if not any(wanted in content for content in _contents(elf)):
        yield SPEC.broken(
            str(elf.path),
            found=f"nowhere the spec's hash {wanted.hex()}",
            expected="firmware that fwgen generated from this spec",
            effect="pins, periods, memory and messages may be others than those of the trees",
            mend=_AGAIN,
        )
    yield from _check_shared(subject, elf)
    table = elf.section(VECTORS)
    if table is None or not table.size_bytes or not table.in_file:
        yield TABLE.broken(
            str(elf.path),
            found=f"no section {VECTORS}",
            expected=f"a section {VECTORS}, from which the driver takes the boot vector",
            effect="the M33 starts at address 0, not at the firmware's vector table",
            mend="keep the section headers (`strip` without `--strip-section-headers`)",
        )


def _check_shared(subject: Subject, elf: Elf) -> Iterator[Finding]:
    found, planned = declared_shared(elf), subject.plan.rings.region
    if found is not None and found != planned:
        yield SHARED.broken(
            "shared_memory",
            found=span(found),
            expected=span(planned),
            effect="the firmware has no access to the rings that Linux uses, or none to its own "
            "memory",
            mend="build it again with `fwgen build`: the node of `zephyr,ipc_shm` is wrong",
        )


def _contents(elf: Elf) -> Iterator[bytes]:
    """Yield the bytes of the file that Linux loads."""
    for segment in elf.segments:
        content = elf.read(segment.start, segment.file_bytes) if segment.file_bytes else None
        yield content or b""
