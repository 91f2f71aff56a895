"""The decoder against the encodings of the Armv8-M manual (checked with objdump)."""

from __future__ import annotations

import struct

import pytest

from fwgen.build import thumb


def code(*halves: int, at: int = 0x1000) -> list[thumb.Instruction]:
    return thumb.decode(struct.pack(f"<{len(halves)}H", *halves), at)


def values(*halves: int, literals: dict[int, int] | None = None) -> list[int]:
    return [c.value for c in thumb.constants(code(*halves), literals or {})]


def test_lengths() -> None:
    found = code(0x4770, 0xF000, 0xF802, 0xE92D, 0x4FF0, 0xBF00)
    assert [(i.address, i.wide) for i in found] == [
        (0x1000, False),
        (0x1002, True),
        (0x1006, True),
        (0x100A, False),
    ]


@pytest.mark.parametrize(
    ("halves", "register", "address"),
    [
        ((0x4B01,), 3, 0x1008),  # ldr r3, [pc, #4]
        ((0xF8DF, 0x0010), 0, 0x1014),  # ldr.w r0, [pc, #16]
        ((0xF85F, 0xC008), 12, 0x0FFC),  # ldr.w ip, [pc, #-8]
    ],
)
def test_literal(halves: tuple[int, ...], register: int, address: int) -> None:
    assert thumb.literal_of(code(*halves)[0]) == ((register, address),)


def test_two_literals_at_once() -> None:  # ldrd r0, r1, [pc, #8]
    assert thumb.literal_of(code(0xE9DF, 0x0102)[0]) == ((0, 0x100C), (1, 0x1010))


def test_constants_of_a_pair() -> None:
    assert values(0xF240, 0x0310, 0xF2C8, 0x1320)[-1] == 0x8120_0010  # movw r3; movt r3
    assert values(0x2010, 0xF2C8, 0x1020)[-1] == 0x8120_0010  # movs r0, #16; movt r0
    assert values(0xF64F, 0x72FF, 0xF2C8, 0x1220)[-1] == 0x8120_FFFF  # movw r2, #0xffff
    assert 0x8120_0010 not in values(0xF240, 0x0310, 0xF2C8, 0x1220), "another register"
    assert 0x8120_0010 not in values(0xF240, 0x0310, 0x3301, 0xF2C8, 0x1320), "changed between"


def test_modified_immediates() -> None:
    assert values(0xF04F, 0x4300) == [0x8000_0000]  # mov.w r3, #0x80000000
    assert values(0xF04F, 0x3381) == [0x8181_8181]
    assert values(0xF04F, 0x1381) == [0x0081_0081]
    assert values(0xF04F, 0x2381) == [0x8100_8100]
    assert values(0xF06F, 0x4300) == [0x7FFF_FFFF]  # mvn


def test_access_through_a_constant() -> None:
    pool = {0x1008: 0x8120_0000}
    direct = code(0x4B01, 0x681A)  # ldr r3, [pc, #4]; ldr r2, [r3]
    assert [c.accessed_at for c in thumb.constants(direct, pool)] == [0x1002]
    changed = code(0x4B01, 0x2300, 0x681A)  # movs r3, #0 between
    assert next(thumb.constants(changed, pool)).accessed_at is None
    branched = code(0x4B01, 0x4770, 0x681A)  # bx lr between
    assert next(thumb.constants(branched, pool)).accessed_at is None
    compared = code(0x4B01, 0x2B00, 0x601A)  # cmp r3, #0; str r2, [r3]
    assert next(thumb.constants(compared, pool)).accessed_at == 0x1004


@pytest.mark.parametrize(
    ("halves", "base"),
    [
        ((0x681A,), 3),  # ldr r2, [r3]
        ((0x54D1,), 2),  # strb r1, [r2, r3]
        ((0xF8C3, 0x2100), 3),  # str.w r2, [r3, #256]
        ((0xE9C3, 0x0102), 3),  # strd r0, r1, [r3, #8]
        ((0xE8D3, 0x1FEF), 3),  # ldaex r1, [r3]
        ((0xC30C,), 3),  # stmia r3!, {r2, r3}
        ((0xE8DF, 0xF003), None),  # tbb [pc, r3]
        ((0x18D1,), None),  # adds r1, r2, r3
    ],
)
def test_base_register(halves: tuple[int, ...], base: int | None) -> None:
    assert thumb.base_register(code(*halves)[0]) == base


def test_calls() -> None:
    forward, back, tail = code(0xF000, 0xF802)[0], code(0xF7FF, 0xFFFE)[0], code(0xF000, 0xB802)[0]
    assert thumb.call_target(forward) == 0x1008 and thumb.is_call(forward)
    assert thumb.call_target(back) == 0x1000
    assert thumb.call_target(tail) == 0x1008 and not thumb.is_call(tail)
    assert thumb.indirect_call(code(0x4798)[0]) and not thumb.indirect_call(code(0x4718)[0])


@pytest.mark.parametrize(
    ("halves", "size_bytes"),
    [
        ((0xB5F0,), 20),  # push {r4-r7, lr}
        ((0xE92D, 0x4FF0), 36),  # stmdb sp!, {r4-r11, lr}
        ((0xB084,), 16),  # sub sp, #16
        ((0xF5AD, 0x7D80), 256),  # sub.w sp, sp, #256
        ((0xF2AD, 0x1D01), 257),  # subw
        ((0xF84D, 0xED04), 4),  # str lr, [sp, #-4]!
        ((0xE96D, 0x4504), 16),  # strd r4, r5, [sp, #-16]!
        ((0xB004,), 0),  # add sp, #16
    ],
)
def test_stack_growth(halves: tuple[int, ...], size_bytes: int) -> None:
    assert thumb.stack_bytes(code(*halves)[0]) == size_bytes
