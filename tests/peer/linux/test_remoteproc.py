"""remoteproc: loading by Linux's rules, start, stop, recovery."""

from __future__ import annotations

import struct

import pytest

from fwgen.peer.linux.elf import RefusedError
from fwgen.peer.linux.remoteproc import CRASHED, OFFLINE, RUNNING
from tests.peer.linux.plain import (
    CODE,
    DATA,
    DATA_BYTES,
    TABLE,
    VRING0,
    VRING1,
    Bench,
    Part,
    carveout,
    elf,
    firmware,
    table,
    vdev,
)

VECTORS = Part(".isr_vectors", CODE, b"VECTORS!")


def test_segments_are_copied_and_their_rest_cleared() -> None:
    bench = Bench()
    bench.memory.write(DATA, b"\xff" * 128)
    bench.kernel.start(firmware())
    assert bench.memory.read(CODE, 8) == b"VECTORS!"
    assert bench.memory.read(DATA, 64) == b"\x11\x22\x33\x44" + bytes(60)
    assert bench.memory.read(DATA + 64, 64) == b"\xff" * 64, "the log region is left alone"
    assert bench.core.happened == [f"start 0x{CODE:x}"]
    assert bench.kernel.rproc.state == RUNNING


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([VECTORS, Part("ddr", 0x8010_0000, b"abcd")], "bad phdr da 0x80100000 mem 0x4"),
        ([VECTORS, Part("below", CODE - 4, b"12345678")], f"bad phdr da 0x{CODE - 4:x} mem 0x8"),
        ([VECTORS, Part("bss", DATA, b"", DATA_BYTES + 1)], "bad phdr da 0xa080000 mem 0x1f001"),
        ([VECTORS, Part("odd", DATA, b"abcd", 2)], "bad phdr filesz 0x4 memsz 0x2"),
        ([VECTORS, Part("buffer", 0x812F_A000, b"abcd")], "bad phdr da 0x812fa000 mem 0x4"),
        ([Part("text", CODE, b"abcd")], "no section .isr_vectors"),
    ],
)
def test_what_linux_refuses_to_load(parts: list[Part], message: str) -> None:
    bench = Bench()
    with pytest.raises(RefusedError, match=message):
        bench.kernel.start(elf(*parts))
    assert bench.core.happened == []
    assert bench.kernel.rproc.state == OFFLINE


def test_a_file_that_ends_too_early_is_refused() -> None:
    image = bytearray(firmware())
    image[52 + 16 : 52 + 20] = struct.pack("<I", len(image))
    image[52 + 20 : 52 + 24] = struct.pack("<I", len(image))
    with pytest.raises(RefusedError, match="truncated fw: need 0x"):
        Bench().kernel.start(bytes(image))


def test_the_table_gets_ring_numbers_at_the_start_and_addresses_at_the_bind() -> None:
    bench = Bench()
    bench.kernel.start(firmware())
    rings = TABLE + 20 + 4 + 24
    words = struct.unpack("<10I", bench.memory.read(rings, 40))
    assert (words[0], words[3], words[5], words[8]) == (0xFFFFFFFF, 0, 0xFFFFFFFF, 1)
    assert bench.status == 0
    bench.kernel.bind()
    words = struct.unpack("<10I", bench.memory.read(rings, 40))
    assert (words[0], words[5]) == (VRING0, VRING1)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (vdev(num=256), "Registered carveout doesn't fit len request"),
        (vdev(da=(VRING0 - 16, VRING1)), "Registered carveout doesn't fit da request"),
        (vdev(da=(VRING0 + 16, VRING1)), "Registered carveout doesn't fit len request"),
        (carveout(b"vdev0vring0", VRING0 - 1, 16), "doesn't fit da request"),
        (carveout(b"vdev0vring0", VRING0, 0x1001), "doesn't fit len request"),
    ],
)
def test_addresses_that_do_not_fit_memory_regions(entry: bytes, message: str) -> None:
    with pytest.raises(RefusedError, match=message) as caught:
        Bench().kernel.start(firmware(table(entry)))
    assert caught.value.errno == 12


def test_a_carveout_of_the_device_tree_gets_its_address() -> None:
    bench = Bench()
    bench.kernel.start(firmware(table(carveout(b"vdev0vring0", 0xFFFFFFFF, 16))))
    assert struct.unpack("<III", bench.memory.read(TABLE + 24, 12)) == (VRING0, VRING0, 0x1000)


def test_a_firmware_without_a_table_runs_without_a_device() -> None:
    bench = Bench()
    bench.kernel.start(elf(VECTORS))
    bench.kernel.bind()
    assert bench.kernel.rproc.state == RUNNING
    assert bench.kernel.bus is None
    assert any("no resource table found" in line for line in bench.log)


def test_recovery_reloads_the_firmware_and_leaves_the_log_region() -> None:
    bench = Bench()
    bench.up()
    bench.memory.write(DATA, b"\xee" * 128)
    bench.memory.write(CODE, b"scribble")
    bench.kernel.rproc.crashed()
    assert bench.kernel.rproc.state == CRASHED
    bench.kernel.recover()
    assert bench.core.happened[-2:] == ["stop", f"start 0x{CODE:x}"]
    assert bench.memory.read(CODE, 8) == b"VECTORS!"
    assert bench.memory.read(DATA, 64) == b"\x11\x22\x33\x44" + bytes(60)
    assert bench.memory.read(DATA + 64, 64) == b"\xee" * 64
    assert bench.status == 0, "the firmware starts with the table of the first start"
    assert bench.kernel.tty is None
    bench.kernel.bind()
    assert bench.status == 7
    assert bench.kernel.rproc.state == RUNNING


def test_a_running_core_is_not_started_again() -> None:
    bench = Bench()
    bench.kernel.start(firmware())
    with pytest.raises(RefusedError, match="running"):
        bench.kernel.start(firmware())
