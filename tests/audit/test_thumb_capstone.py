"""The decoder against capstone, over every instruction of ELFs that a compiler has made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import capstone
import pytest
from capstone import arm

from fwgen.build import thumb
from fwgen.build.code import Code
from fwgen.build.elf import Elf
from tests.zephyr.firmwares import built

GOLDEN = Path(__file__).parent / "golden"
MOST_UNKNOWN = 0.001
"""Share of instructions that capstone 5 does not know, such as those of Armv8-M's security."""

Pairs = list[tuple[thumb.Instruction, capstone.CsInsn]]


def pairs(elf: Elf) -> Pairs:
    """Return each instruction as the audit and as capstone decode it."""
    decoder = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
    decoder.detail = True
    found, unknown = [], 0
    for run in Code(elf).runs:
        for ours in run:
            size = 4 if ours.wide else 2
            text = (
                (ours.code >> 16).to_bytes(2, "little") + (ours.code & 0xFFFF).to_bytes(2, "little")
                if ours.wide
                else ours.code.to_bytes(2, "little")
            )
            theirs = next(decoder.disasm(text, ours.address), None)
            if theirs is None or theirs.size != size:
                assert theirs is None, f"{ours}: {theirs.size} bytes"
                unknown += 1
            else:
                found.append((ours, theirs))
    assert found and unknown <= MOST_UNKNOWN * len(found), f"{unknown} of {len(found)}"
    return found


def register(decoded: capstone.CsInsn, number: int) -> int | None:
    """Return the number of a core register: 13 is sp, 14 lr, 15 pc; None for others."""
    name = decoded.reg_name(number)
    names = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}
    return names.get(name, int(name[1:]) if name[0] == "r" and name[1:].isdigit() else None)


def memory(decoded: capstone.CsInsn) -> Iterator[int]:
    """Yield the base registers of an access to memory."""
    operands = decoded.operands
    if arm.ARM_GRP_JUMP in decoded.groups and decoded.mnemonic in ("tbb", "tbh"):
        return
    if decoded.mnemonic.split(".")[0].rstrip("iabdef") in ("ldm", "stm", "vldm", "vstm"):
        base = register(decoded, operands[0].reg)
        assert base is not None
        yield base
    for operand in operands:
        if operand.type == arm.ARM_OP_MEM:
            base = register(decoded, operand.mem.base)
            assert base is not None
            yield base


def check(elf: Elf) -> int:
    """Compare all instructions; return their number."""
    both = pairs(elf)
    for ours, theirs in both:
        told = f"{theirs.address:#x} {theirs.mnemonic} {theirs.op_str}: {ours}"
        written = {
            number
            for each in theirs.regs_access()[1]
            if (number := register(theirs, each)) is not None and number < 13
        }
        changes = thumb._writes(ours)
        if not thumb._branches(ours):
            assert all(changes >> number & 1 for number in written), told
        jumps = arm.ARM_GRP_JUMP in theirs.groups or arm.ARM_GRP_CALL in theirs.groups
        if jumps and theirs.mnemonic not in ("bx", "pop"):
            assert thumb._branches(ours), told
        bases = [base for base in memory(theirs) if base != 15]
        if bases and bases != [13]:
            assert thumb.base_register(ours) == bases[0], told
        literals = thumb.literal_of(ours)
        is_literal = theirs.mnemonic.startswith("ldr") and 15 in memory(theirs)
        if is_literal and theirs.mnemonic in ("ldr", "ldr.w", "ldrd"):
            offset = theirs.operands[-1].mem.disp
            assert literals and literals[0][1] == (theirs.address + 4 & ~3) + offset, told
            assert literals[0][0] == register(theirs, theirs.operands[0].reg), told
        else:
            assert not literals, told
        if theirs.mnemonic == "bl":
            assert thumb.is_call(ours), told
            assert thumb.call_target(ours) == theirs.operands[0].imm & 0xFFFF_FFFF, told
        assert thumb.indirect_call(ours) == (theirs.mnemonic == "blx"), told
        if theirs.mnemonic == "push" or theirs.mnemonic == "push.w":
            assert thumb.stack_bytes(ours) == 4 * len(theirs.operands), told
        if theirs.mnemonic.startswith("sub") and theirs.op_str.startswith("sp, #"):
            assert thumb.stack_bytes(ours) == theirs.operands[-1].imm, told
    return len(both)


@pytest.mark.parametrize("name", ["good", "bad"])
def test_golden_elf(name: str) -> None:
    assert check(Elf(GOLDEN / f"{name}.elf")) > 50


@pytest.mark.needs("zephyr")
@pytest.mark.parametrize("name", ["range-node", "range-node-ev1"])
def test_built_firmware(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(built(name).subject.elf) > 15_000
    monkeypatch.setattr(thumb, "literal_of", lambda code: ())  # the golden ELFs have none
    with pytest.raises(AssertionError):
        check(built(name).subject.elf)


WRONG = {
    "_writes": 0,
    "_branches": False,
    "base_register": None,
    "call_target": None,
    "stack_bytes": 0,
}


@pytest.mark.parametrize("function", WRONG)
def test_a_wrong_decoder_is_noticed(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumb, function, lambda code: WRONG[function])
    with pytest.raises(AssertionError):
        check(Elf(GOLDEN / "bad.elf"))
