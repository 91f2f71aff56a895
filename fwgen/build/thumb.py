"""Decodes a part of the Thumb-2 instruction set.

Finds the 32-bit constants that code loads, and whether it accesses memory through them. Also finds
calls and stack use, for the depth of the stacks.

Encodings: Armv8-M Architecture Reference Manual (DDI 0553), chapter C2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FOLLOWED = 24
"""Number of instructions after a constant's load in which its register is followed."""

_PC = 15
_ANY = 0xFFFF


@dataclass(frozen=True)
class Instruction:
    """`code`: one halfword, or two (`wide`): the first in the upper half, the second in the
    lower."""

    address: int
    code: int
    wide: bool

    @property
    def end(self) -> int:
        return self.address + (4 if self.wide else 2)


@dataclass(frozen=True)
class Constant:
    """A 32-bit value that code loads into a register.

    `pool`: address of its literal, None if the instructions contain the value. `accessed_at`: the
    instruction that accesses memory through it before the register changes or the code branches,
    None if there is none. `immediate`: one instruction contains the whole value.
    """

    address: int
    value: int
    register: int
    pool: int | None
    accessed_at: int | None
    immediate: bool = False


def decode(code: bytes, start: int) -> list[Instruction]:
    """Return all instructions of a piece of code without data."""
    halves = struct.unpack(f"<{len(code) // 2}H", code[: len(code) // 2 * 2])
    found, at = [], 0
    while at < len(halves):
        first = halves[at]
        if first >> 11 in (0b11101, 0b11110, 0b11111) and at + 1 < len(halves):
            found.append(Instruction(start + at * 2, first << 16 | halves[at + 1], True))
            at += 2
        else:
            found.append(Instruction(start + at * 2, first, False))
            at += 1
    return found


def literal_of(code: Instruction) -> tuple[tuple[int, int], ...]:
    """Return (register, address) for each word that a PC-relative load reads."""
    base = (code.address + 4) & ~3
    word = code.code
    if not code.wide:
        if word >> 11 == 0b01001:  # LDR (literal) T1
            return ((word >> 8 & 7, base + (word & 0xFF) * 4),)
        return ()
    if word & 0xFF7F_0000 == 0xF85F_0000:  # LDR (literal) T2
        offset = word & 0xFFF
        return ((word >> 12 & 15, base + (offset if word >> 23 & 1 else -offset)),)
    if word & 0xFE5F_0000 == 0xE85F_0000 and word & 0x0120_0000:  # LDRD (literal)
        offset = (word & 0xFF) * 4
        at = base + (offset if word >> 23 & 1 else -offset)
        return (word >> 12 & 15, at), (word >> 8 & 15, at + 4)
    return ()


def constants(code: list[Instruction], literals: Mapping[int, int]) -> Iterator[Constant]:
    """Yield the constants that the code loads. `literals`: address in a pool -> word."""
    known: dict[int, int] = {}
    for index, instruction in enumerate(code):
        for loaded, pool in literal_of(instruction):
            if pool in literals:
                used = _accessed(code, index + 1, loaded)
                yield Constant(instruction.address, literals[pool], loaded, pool, used)
        register, value = _moved(instruction, known)
        if register is None or value is None:
            for gone in [r for r in known if _writes(instruction) >> r & 1]:
                del known[gone]
            if _branches(instruction):
                known.clear()
            continue
        known[register] = value
        used = _accessed(code, index + 1, register)
        immediate = instruction.code & _MOVT_MASK != _MOVT
        yield Constant(instruction.address, value, register, None, used, immediate)


_MOVT_MASK, _MOVT = 0xFBF0_8000, 0xF2C0_0000


def _moved(code: Instruction, known: Mapping[int, int]) -> tuple[int | None, int | None]:
    """Return (register, its new value) for a move of a constant; `known`: constants in
    registers."""
    word = code.code
    if not code.wide:
        if word >> 11 == 0b00100:  # MOV (immediate) T1
            return word >> 8 & 7, word & 0xFF
        return None, None
    register = word >> 8 & 15
    if word & 0xFBF0_8000 == 0xF240_0000:  # MOVW
        return register, _imm16(word)
    if word & _MOVT_MASK == _MOVT:
        low = known.get(register)
        return register, None if low is None else _imm16(word) << 16 | low & 0xFFFF
    if word & 0xFBEF_8000 == 0xF04F_0000:  # MOV (immediate) T2
        return register, _expanded(word)
    if word & 0xFBEF_8000 == 0xF06F_0000:  # MVN (immediate)
        return register, ~_expanded(word) & 0xFFFF_FFFF
    return None, None


def _imm16(word: int) -> int:
    return (word >> 16 & 15) << 12 | (word >> 26 & 1) << 11 | (word >> 12 & 7) << 8 | word & 0xFF


def _expanded(word: int) -> int:
    """Return the value of a modified immediate constant (ThumbExpandImm)."""
    packed = (word >> 26 & 1) << 11 | (word >> 12 & 7) << 8 | word & 0xFF
    low = packed & 0xFF
    if packed >> 10 == 0:
        repeat = (1, 0x0001_0001, 0x0100_0100, 0x0101_0101)[packed >> 8 & 3]
        return low * repeat
    byte, turn = 0x80 | packed & 0x7F, packed >> 7
    return (byte >> turn | byte << (32 - turn)) & 0xFFFF_FFFF


def _accessed(code: list[Instruction], index: int, register: int) -> int | None:
    for instruction in code[index : index + _FOLLOWED]:
        base = base_register(instruction)
        if base == register:
            return instruction.address
        if _writes(instruction) >> register & 1 or _branches(instruction):
            return None
    return None


def base_register(code: Instruction) -> int | None:
    """Return the register with the address of a load or store; None for PC or no such access."""
    word = code.code
    if not code.wide:
        if 0b0101 <= word >> 12 <= 0b1000:  # STR, LDR and the like, register or immediate
            return word >> 3 & 7
        return word >> 8 & 7 if word >> 12 == 0b1100 else None  # STM, LDM
    base = word >> 16 & 15
    top = word >> 25
    if top in (0b1110100, 0b1111100):
        is_table_branch = word & 0xFFF0_FFE0 == 0xE8D0_F000
        return None if base == _PC or is_table_branch else base
    return base if word >> 25 == 0b1110110 and base != _PC else None  # VLDR, VSTR


def _writes(code: Instruction) -> int:
    """Return the registers that may change, one bit each; if in doubt, the bit is set."""
    word = code.code
    return _writes_wide(word) if code.wide else _writes_narrow(word)


def _writes_narrow(word: int) -> int:
    top = word >> 12
    if top in (0b0000, 0b0001):  # shifts, adds
        return 1 << (word & 7)
    if top in (0b0010, 0b0011):
        return 0 if word >> 11 == 0b00101 else 1 << (word >> 8 & 7)  # CMP changes none
    if top == 0b0100:
        if word >> 11 == 0b01001:
            return 1 << (word >> 8 & 7)
        if word >> 10 == 0b010001:
            return 1 << (word >> 4 & 8 | word & 7)
        return 1 << (word & 7)
    if top in (0b0101, 0b0110, 0b0111, 0b1000):  # a load, if it is one
        loads = word >> 9 & 7 >= 3 if top == 0b0101 else word >> 11 & 1
        return 1 << (word & 7) if loads else 0
    if top in (0b1001, 0b1010):
        return 1 << (word >> 8 & 7)
    if top == 0b1011:
        return 0x80FF if word >> 9 == 0b1011110 else 1 << (word & 7)  # POP, extends, REV
    if top == 0b1100:
        return 1 << (word >> 8 & 7) | (word & 0xFF if word >> 11 & 1 else 0)
    return 0


def _writes_wide(word: int) -> int:
    if word >> 25 == 0b1110100 and not word >> 22 & 1:  # LDM, STM
        loads = word & 0xFFFF if word >> 20 & 1 else 0
        return loads | 1 << (word >> 16 & 15)
    if word >> 20 in (0xE84, 0xE8C):  # STREX, STLEX: the result's register
        return 1 << (word & 15) | 1 << (word >> 8 & 15)
    return 1 << (word >> 12 & 15) | 1 << (word >> 8 & 15) | 1 << (word >> 16 & 15)


def _branches(code: Instruction) -> bool:
    """Return whether the instruction branches or calls."""
    word = code.code
    if code.wide:
        return word & 0xF800_8000 == 0xF000_8000 or word & 0xFFF0_FFE0 == 0xE8D0_F000
    is_register = word >> 8 == 0x47
    is_pop = word >> 8 == 0xBD
    is_compare = word & 0xF500 == 0xB100  # CBZ, CBNZ
    return is_register or is_pop or is_compare or word >> 12 in (0b1101, 0b1110)


def call_target(code: Instruction) -> int | None:
    """Return the target of a direct BL or B.W (which may be a tail call), else None."""
    word = code.code
    if not code.wide or word & 0xF800_9000 != 0xF000_9000:
        return None
    sign = word >> 26 & 1
    one, two = ~(word >> 13 ^ sign) & 1, ~(word >> 11 ^ sign) & 1
    offset = (one << 23 | two << 22 | (word >> 16 & 0x3FF) << 12 | (word & 0x7FF) << 1) - sign * (
        1 << 24
    )
    return code.address + 4 + offset


def is_call(code: Instruction) -> bool:
    return code.wide and code.code & 0xF800_D000 == 0xF000_D000


def indirect_call(code: Instruction) -> bool:
    """Return whether the instruction is BLX with a register."""
    return not code.wide and code.code & 0xFF87 == 0x4780


def stack_bytes(code: Instruction) -> int:
    """Return by how many bytes the instruction makes the stack grow: PUSH, STMDB SP!, SUB SP, STR
    or STRD [SP, #-n]!, VPUSH."""
    word = code.code
    if not code.wide:
        if word >> 9 == 0b1011010:
            return (word & 0x1FF).bit_count() * 4
        return (word & 0x7F) * 4 if word >> 7 == 0b101100001 else 0
    if word & 0xFFFF_0000 == 0xE92D_0000:
        return (word & 0xFFFF).bit_count() * 4
    if word & 0xFBFF_8F00 == 0xF1AD_0D00:  # SUB (SP minus immediate) T2
        return _expanded(word)
    if word & 0xFBFF_8F00 == 0xF2AD_0D00:  # SUBW
        return (word >> 26 & 1) << 11 | (word >> 12 & 7) << 8 | word & 0xFF
    if word & 0xFFFF_0F00 == 0xF84D_0D00:  # STR Rt, [SP, #-imm8]!
        return word & 0xFF
    if word & 0xFFFF_0000 == 0xE96D_0000:  # STRD Rt, Rt2, [SP, #-imm8]!
        return (word & 0xFF) * 4
    return (word & 0xFF) * 4 if word & 0xFFBF_0F00 == 0xED2D_0B00 else 0  # VPUSH
