"""Every rule of the audit passes the good firmware and reports a firmware that breaks it."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fwgen.build.audit import RULES, audit
from fwgen.build.audit.finding import Finding
from fwgen.build.audit.rules.remoteproc import memory_regions
from fwgen.generate import render
from tests.audit.firmware_elf import (
    IN_SRAM2,
    SPEC,
    SPEC_SRAM2,
    Layout,
    firmware,
    patched,
    plan,
    with_relocations,
)

DDR = 0x8010_0000


@dataclass(frozen=True)
class Case:
    """A firmware that breaks a rule. `words`: part of the finding's message."""

    words: str
    defines: tuple[str, ...] = ()
    layout: Layout = field(default_factory=Layout)
    flags: tuple[str, ...] = ()
    patch: Callable[[Path], Path] | None = None
    spec: Path = SPEC

    def build(self) -> Path:
        elf = firmware(*self.defines, layout=self.layout, flags=self.flags, spec=self.spec)
        return self.patch(elf) if self.patch else elf


def sram2(words: str, *defines: str, patch: Callable[[Path], Path] | None = None) -> Case:
    """A firmware with its rings in SRAM2."""
    return Case(words, (*IN_SRAM2, *defines), patch=patch, spec=SPEC_SRAM2)


def _header(elf: Path, index: int, word: int, value: int) -> Path:
    """Change one word of a program header (offset, vaddr, paddr, filesz, memsz at 1 to 5)."""
    (start,) = struct.unpack_from("<I", elf.read_bytes(), 28)
    return patched(elf, (start + 32 * index + 4 * word, struct.pack("<I", value)))


def _renamed(elf: Path, name: bytes, new: bytes) -> Path:
    """Change the name of a section or a symbol, in its string table."""
    return patched(elf, (elf.read_bytes().rindex(name), new))


CASES: dict[str, dict[str, Case]] = {
    "segment-in-ddr": {
        "code": Case("is at 0x80100000, in DDR", layout=Layout(code=DDR)),
        "data": Case("runs at 0x80A00000, in DDR", layout=Layout(data=0x80A0_0000)),
        "bss": Case("is at 0x81200000", ("BULK=64",), Layout(bulk=0x8120_0000)),
        "loaded there": Case(
            "is loaded at 0x80200000", patch=lambda e: _header(e, 1, 3, 0x8020_0000)
        ),
    },
    "segment-outside": {
        "another memory": Case(
            "0x0A060000 to 0x0A06003F, outside of 0x0A043000", ("BULK=64",), Layout()
        ),
        "OP-TEE's pages of SRAM1": Case("is at 0x0A040000", layout=Layout(code=0x0A04_0000)),
        "DDR parameters after the data": Case(
            "is at 0x0A09F000 to 0x0A09F03F", ("BULK=64",), Layout(bulk=0x0A09_F000)
        ),
        "nowhere": Case("is at 0x20000000", ("BULK=64",), Layout(bulk=0x2000_0000)),
    },
    "segment-overlap": {
        "same place": Case("use the same memory", patch=lambda e: _header(e, 1, 3, 0x0A04_3100)),
    },
    "entry-outside": {
        "no Thumb bit": Case(
            "has no Thumb bit", patch=lambda e: patched(e, (24, struct.pack("<I", 0x0A04_3540)))
        ),
        "no code": Case(
            "is not in executable code", patch=lambda e: patched(e, (24, struct.pack("<I", 0x1001)))
        ),
    },
    "remoteproc-region": {
        "stock DDR": Case("`bad phdr da 0x80100000", layout=Layout(code=DDR)),
        "nowhere": Case("`bad phdr da 0x20000000 mem", ("BULK=64",), Layout(bulk=0x2000_0000)),
    },
    "remoteproc-sizes": {
        "more than fits": Case("`bad phdr filesz`", patch=lambda e: _header(e, 1, 4, 0x1000)),
    },
    "vectors-missing": {
        "another name": Case(
            "expected a section .isr_vectors, found none",
            patch=lambda e: _renamed(e, b".isr_vectors", b".vectors_isr"),
        ),
    },
    "vectors-unaligned": {
        "half way": Case("a multiple of 0x00000800", layout=Layout(vector_offset=0x400)),
    },
    "vectors-target": {
        "reset without Thumb bit": Case("reset points to 0x0A043550", ("RESET=0x0A043550",)),
        "reset into data": Case("reset points to 0x0A080001", ("RESET=0x0A080001",)),
        "no stack": Case(
            "the initial stack pointer 0x00000000",
            patch=lambda e: patched(e, (_offset(e, ".isr_vectors"), bytes(4))),
        ),
    },
    "resource-table-missing": {
        "left out": Case("expected a section .resource_table, found none", ("NO_TABLE",)),
        "linked elsewhere": Case(
            "the variable `resource_table` is in another section",
            patch=lambda e: _renamed(e, b".resource_table", b".table_resource"),
        ),
    },
    "resource-table-place": {
        "in DDR": Case(
            "is in DDR: the firmware reads its status byte", layout=Layout(table=0x8120_0000)
        ),
        "by bytes": Case(
            "and Linux reads it word by word", layout=Layout(table_align=1, table_offset=1)
        ),
        "by words": Case("not aligned to 16 bytes", layout=Layout(table_align=4, table_offset=4)),
    },
    "resource-table-format": {
        "version": Case("`unsupported fw ver: 2`", ("VERSION=2",)),
        "too many rings": Case("`vdev rsc is truncated`", ("RINGS=3",)),
    },
    "resource-table-vdev": {
        "another device": Case(
            "expected 1 RPMsg device in the resource table, found 0", ("DEVICE=3",)
        ),
        "no announcement": Case("VIRTIO_RPMSG_F_NS", ("FEATURES=0",)),
        "one ring": Case("expected 2 rings, one for each direction, found 1", ("RINGS=1",)),
        "already up": Case("the status byte must be 0 in the file, found 0x4", ("STATUS=4",)),
    },
    "resource-table-rings": {
        "fewer buffers": Case("vdev0vring0: the plan has 8 buffers, found 4", ("BUFFERS=4",)),
        "too many": Case("the Linux fragment reserves 4 KiB", ("BUFFERS=256",)),
        "alignment": Case("must be a power of two, found 24", ("RING_ALIGN=24",)),
        "swapped": Case("vdev0vring0 is at 0x812F9000; in the Linux", ("RING0=0x812F9000u",)),
        "elsewhere": Case("vdev0vring1 is at 0x81200000", ("RING1=0x81200000u",)),
    },
    "log-missing": {
        "not fwgen's": Case(
            "keeps no samples",
            ("NO_CONFIG",),
            patch=lambda e: _renamed(e, b"fwgen_log_start", b"other_log_start"),
        ),
    },
    "log-place": {
        "smaller in the linker script": Case(
            "`fwgen_log_start` puts the log at 0x0A090000", layout=Layout(log_start=0x0A09_0000)
        ),
    },
    "log-covered": {
        "by the stacks": Case("noinit (0x0A080008 to", ("MAIN_STACK=65536",)),
        "by a section that is not loaded": Case(
            "overlaps the log (", ("BULK=64",), Layout(bulk=0x0A09_0000)
        ),
    },
    "other-spec": {
        "another hash": Case(
            "was built from a spec with the hash 0000000000000000",
            patch=lambda e: patched(e, (e.read_bytes().index(plan().spec.spec_hash), bytes(8))),
        ),
    },
    "ddr-pointer": {
        "constant": Case("`stray_literal` loads 0x81200010", ("STRAY_LITERAL",)),
        "access": Case("`stray_access` accesses 0x90ABCDE4, in DDR", ("STRAY_ACCESS",)),
        "in a structure": Case("`stray_pointer` holds 0x812FA100", ("STRAY_POINTER",)),
        "relocated": Case(
            "`stray_symbol` holds 0x90000000, in DDR",
            ("STRAY_SYMBOL",),
            patch=lambda e: with_relocations(e.parent),
        ),
        "no debug information": Case("`stray_pointer` holds", ("STRAY_POINTER",), flags=("-g0",)),
        "rings in SRAM2, constant": sram2("`stray_literal` loads 0x81200010", "STRAY_LITERAL"),
        "rings in SRAM2, access": sram2("`stray_access` accesses 0x90ABCDE4", "STRAY_ACCESS"),
        "rings in SRAM2, relocated": sram2(
            "`stray_symbol` holds 0x90000000, in DDR",
            "STRAY_SYMBOL",
            patch=lambda e: with_relocations(e.parent),
        ),
        "rings in SRAM2, the owner's constant": Case(
            "`link_shared` holds 0x81200000", spec=SPEC_SRAM2
        ),
        "rings in SRAM2, the owner's access": Case(
            "`link_send` accesses 0x812F8000", spec=SPEC_SRAM2
        ),
    },
    "shared-region": {
        "another memory": Case(
            "`shared_memory` is 64 KiB at 0x0A070000; the plan has 1 MiB at 0x81200000", IN_SRAM2
        ),
        "in DDR": Case(
            "`shared_memory` is 1 MiB at 0x81200000; the plan has 64 KiB at 0x0A070000",
            spec=SPEC_SRAM2,
        ),
    },
    "ddr-mpu": {
        "region": sram2(
            "the MPU region 0x80000000 to 0x80FFFFFF is in DDR",
            "MPU_BASE=0x80000000u",
            "MPU_LIMIT=0x80FFFFE0u",
        ),
        "region around it": sram2(
            "the MPU region 0x60000000 to 0xBFFFFFFF is in DDR",
            "MPU_BASE=0x60000000u",
            "MPU_LIMIT=0xBFFFFFE0u",
        ),
        "memory attribute": sram2(
            "the MPU region 0x80000000 to 0x80000FFF is in DDR", "ATTRIBUTE_START=0x80000000u"
        ),
    },
    "stack-small": {
        "main": Case("`z_main_stack` has 64 B; bg_thread_main > deep", ("MAIN_STACK=64",)),
    },
}


def _offset(elf: Path, name: str) -> int:
    from fwgen.build.elf import Elf

    section = Elf(elf).section(name)
    assert section
    return section.offset


def test_the_good_firmware_passes() -> None:
    assert audit(firmware(), plan()) == []


def test_the_good_firmware_with_rings_in_sram2_passes() -> None:
    mpu = ("MPU_BASE=0x0A070000u", "MPU_LIMIT=0x0A07FFE0u", "ATTRIBUTE_START=0x0A070000u")
    assert audit(firmware(*IN_SRAM2, spec=SPEC_SRAM2), plan(SPEC_SRAM2)) == []
    assert audit(firmware(*IN_SRAM2, *mpu, spec=SPEC_SRAM2), plan(SPEC_SRAM2)) == []


def test_with_rings_in_ddr_the_mpu_may_have_a_region_there() -> None:
    assert audit(firmware("MPU_BASE=0xA0000000u", "MPU_LIMIT=0xA0FFFFE0u"), plan()) == []


def test_every_rule_has_a_firmware_that_breaks_it() -> None:
    assert {rule.id for rule in RULES} == set(CASES)


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        pytest.param(rule, case, id=f"{rule}: {name}")
        for rule, cases in CASES.items()
        for name, case in cases.items()
    ],
)
def test_rule_catches(rule: str, case: Case) -> None:
    found = audit(case.build(), plan(case.spec))
    messages = [finding.message for finding in found if finding.rule_id == rule]
    assert any(case.words in message for message in messages), found


def _only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("define", "function", "text"),
    [
        ("STRAY_LITERAL", "stray_literal", "consume(0x81200010u)"),
        ("STRAY_ACCESS", "stray_access", "0x90ABCDE4u"),
        ("STRAY_TWO", "stray_two", "0x812F9004u"),
        ("STRAY_POINTER", "stray_pointer", "stray_pointer[2]"),
    ],
)
def test_a_pointer_is_named_with_function_and_line(define: str, function: str, text: str) -> None:
    place = _only(audit(firmware(define), plan())).place
    source = (Path(__file__).parent / "firmware/stray.c").read_text().splitlines()
    line = next(n for n, written in enumerate(source, 1) if text in written)
    assert (place.symbol, place.file, place.line) == (function, "src/stray.c", line)


def test_bytes_text_and_hashes_are_no_pointers() -> None:
    """firmware/main.c has each of them, with the bits of addresses in DDR."""
    content = firmware().read_bytes()
    assert struct.pack("<II", 0x8120_0010, 0x8120_0000) in content
    assert audit(firmware(), plan()) == []


def test_ring_addresses_of_the_plan_pass() -> None:
    rings = plan().rings
    fixed = (f"RING0={rings.vring0.start:#x}u", f"RING1={rings.vring1.start:#x}u")
    assert audit(firmware(*fixed), plan()) == []


def test_the_document_lists_every_rule() -> None:
    text = (Path(__file__).parents[2] / "docs/audit.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{rule.id}` | {rule.title} |" for rule in RULES]


def test_the_regions_are_those_of_the_linux_fragment() -> None:
    fragment = render(plan())["fragments/linux/stm32mp257f_dk-fwgen.dtsi"].decode()
    listed = re.search(r"memory-region = ([^;]*);", fragment)
    assert listed
    assert re.findall(r"<&(\w+)>", listed[1]) == list(memory_regions(plan()))
