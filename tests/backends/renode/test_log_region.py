"""The log's region, read from outside the firmware: where it is, how many slots are used."""

from __future__ import annotations

import struct
from pathlib import Path

from fwgen.backends.renode.log_region import LogRegion
from fwgen.peer.linux.elf import Elf
from fwgen.plan import plan_spec
from fwgen.spec import load_spec
from fwgen.wire.log_format import CRASH_BYTES, MAGIC
from tests.peer.linux.plain import CODE, Part, elf

SPEC = Path(__file__).parents[3] / "fwgen/spec/examples/range-node.yaml"


def test_the_elfs_region_overrides_the_plans() -> None:
    plan = plan_spec(load_spec(SPEC))
    silent = Elf(elf(Part("text", CODE, bytes(4))))
    assert LogRegion.of(silent, plan) == LogRegion(plan.log.start, plan.log.size_bytes)
    functions = {"fwgen_log_start": (0x0A08_3000, 0), "fwgen_log_end": (0x0A09_F000, 0)}
    image = bytearray(elf(Part("text", CODE, bytes(4)), functions=functions))
    for address in (0x0A08_3000, 0x0A09_F000):  # symbols of data have no thumb bit
        at = image.index(struct.pack("<I", address | 1))
        image[at : at + 4] = struct.pack("<I", address)
    assert LogRegion.of(Elf(bytes(image)), plan) == LogRegion(0x0A08_3000, 0x1C000)


def test_blocks_are_counted_in_their_slots() -> None:
    region = LogRegion(
        0x1000, CRASH_BYTES + 64 + 488 * 3 + 100
    )  # 100 bytes are left over below the slots
    assert (region.slots, region.capacity_bytes) == (3, 3 * 488)
    memory = bytearray(region.size_bytes)
    first = region.size_bytes - 64 - 3 * 488

    def read(address: int, size: int) -> bytes:
        return bytes(memory[address - 0x1000 : address - 0x1000 + size])

    assert region.used_slots(read) == 0
    memory[first + 488 : first + 492] = MAGIC
    assert region.used_slots(read) == 1
    memory[first : first + 4] = memory[first + 976 : first + 980] = MAGIC
    memory[first + 40 : first + 44] = MAGIC  # in the middle of a block
    assert region.used_slots(read) == 3
