"""The memory that the firmware shares with Linux: the plan's; no DDR if the rings are elsewhere.

Layouts: Zephyr include/zephyr/arch/arm/mpu/arm_mpu.h and arm_mpu_v8.h (`mpu_config`: number and
address of rows of base, name, attributes and limit; the limit's five lower bits are ones), and
include/zephyr/mem_mgmt/mem_attr.h (`mem_attr_region`: rows of name, address, size and attributes).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.sizes import declared_shared
from fwgen.plan.words import address, size
from fwgen.soc.region import Region

REGION = Rule("shared-region", "the firmware shares with Linux the memory that the plan gives it")
MPU = Rule("ddr-mpu", "with rings outside DDR, no region of the MPU is in DDR")

RULES = (REGION, MPU)

_WORD_PAIR = struct.Struct("<II")
_ROW = struct.Struct("<IIII")
_LIMIT_ONES = 31
_REGIONS_MOST = 32
"""An Armv8-M MPU has at most 16 regions; more rows mean that this is not Zephyr's table."""


def check(subject: Subject) -> Iterator[Finding]:
    yield from _check_region(subject)
    if not subject.plan.rings.in_ddr:
        yield from _check_mpu(subject)


def _check_region(subject: Subject) -> Iterator[Finding]:
    found, planned = declared_shared(subject.elf), subject.plan.rings.region
    symbol = subject.elf.symbol("shared_memory")
    if found is not None and symbol is not None and found != planned:
        yield REGION.broken(
            f"`{symbol.name}` is {size(found.size_bytes)} at {address(found.start)}; the plan has "
            f"{size(planned.size_bytes)} at {address(planned.start)}",
            subject.data_place(symbol.start),
            "build the firmware again with `fwgen build`: the node of `zephyr,ipc_shm` is wrong",
        )


def _check_mpu(subject: Subject) -> Iterator[Finding]:
    for at, region in (*_mpu_regions(subject), *_attribute_regions(subject)):
        if subject.ddr.overlaps(region):
            yield MPU.broken(
                f"the MPU region {address(region.start)} to {address(region.end - 1)} is in DDR",
                Place(address=at, symbol=_symbol(subject, at)),
                "remove its node from the devicetree: with these rings the firmware never uses DDR",
            )


def _symbol(subject: Subject, at: int) -> str:
    found = subject.elf.symbol_at(at)
    return found.name if found else ""


def _mpu_regions(subject: Subject) -> Iterator[tuple[int, Region]]:
    config = subject.elf.symbol("mpu_config")
    content = subject.elf.read(config.start, _WORD_PAIR.size) if config else None
    if content is None:
        return
    number, start = _WORD_PAIR.unpack(content)
    for at, (base, _, _, limit) in _rows(subject, start, min(number, _REGIONS_MOST)):
        yield at, Region(base, (limit | _LIMIT_ONES) + 1 - base)


def _attribute_regions(subject: Subject) -> Iterator[tuple[int, Region]]:
    symbol = subject.elf.symbol("mem_attr_region")
    if symbol:
        number = symbol.size_bytes // _ROW.size
        for at, (_, start, size_bytes, _) in _rows(subject, symbol.start, number):
            yield at, Region(start, size_bytes)


def _rows(
    subject: Subject, start: int, number: int
) -> Iterator[tuple[int, tuple[int, int, int, int]]]:
    for at in range(start, start + number * _ROW.size, _ROW.size):
        content = subject.elf.read(at, _ROW.size)
        if content is not None:
            yield at, _ROW.unpack(content)
