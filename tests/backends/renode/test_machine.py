"""The models on the emulated board, from Python: checks that robot/models cannot make."""

from __future__ import annotations

import dataclasses
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fwgen.sensors.hc_sr04.world import World
from tests.backends.renode.in_renode import in_renode
from tests.zephyr.stock import RETAINED, stock_sample

pytestmark = pytest.mark.needs("renode")

WIRING = """
sensor: Sensors.HC_SR04 @ sysbus
    Echo -> gpiof@7

gpiof:
    6 -> sensor@0
"""
HERE = "tests.backends.renode.test_machine"
MASK_OF_M33, CONTROL_OF_M33, SET_CLEAR_OF_M33 = 0x4049_0014, 0x4049_0010, 0x4049_0018


# ---------------------------------------------------------------- the sensor's numbers


def worlds() -> list[World]:
    walk = ((0, 1_500_000), (5_000, 300_000), (5_000, 900_000), (9_000, 4_100_000))
    noisy = World(walk, seed=7, noise_sigma_um=2_000, missed_ppm=2_000)
    return [
        World(walk),
        noisy,
        dataclasses.replace(noisy, seed=-1, air_decicelsius=-150),
        dataclasses.replace(noisy, seed=1 << 63, noise_sigma_um=40_000, missed_ppm=500_000),
        World(((0, 10_000),), seed=3, noise_sigma_um=9_000, air_decicelsius=401),
    ]


def case_pulses() -> list[int]:
    from fwgen.backends.renode.machine import Machine
    from fwgen.sensors.hc_sr04.renode import show_world

    machine = Machine("stm32mp257f_dk", WIRING)
    at_ms = np.concatenate([np.arange(0, 12_000, 7), np.arange(86_000_000, 86_400_000, 499)])
    wrong = []
    for world in worlds():
        show_world(machine.part("sensor"), world)
        pulse_at = machine.part("sensor").PulseAt
        pulses = np.array([int(pulse_at(int(t_ms))) for t_ms in at_ms])
        wrong.append(int(np.count_nonzero(pulses != world.echo_us(at_ms))))
    return wrong


def test_the_sensors_pulses_equal_the_formulas_to_the_bit() -> None:
    assert in_renode(HERE, "case_pulses") == [0] * len(worlds())


# ---------------------------------------------------------------- Linux's side


def case_linux() -> dict[str, Any]:
    from fwgen.backends.renode.machine import Machine

    machine = Machine("stm32mp257f_dk", WIRING)
    linux, called = machine.linux, []

    def on_linux() -> None:
        called.append(machine.now_ns)
        if len(called) == 1:
            linux.SetAlarm(machine._net.UInt64(machine.now_ns + 3_000))
        elif machine.now_ns == 7_000_000:
            raise KeyError("broken peer")

    machine.on_linux(on_linux)
    for at_ns in (9_999_999, 2_345_678):  # the second one moves the alarm
        linux.SetAlarm(machine._net.UInt64(at_ns))
    machine.run_until(4_000_000)
    machine.write32(SET_CLEAR_OF_M33, 1 << 16)  # one doorbell, then another in its latency
    machine.run_until(4_010_000)
    machine.write32(SET_CLEAR_OF_M33, 1 << 17)
    machine.run_until(5_000_000)
    events = [int(number) for number in linux.TakeEvents()]
    linux.SetAlarm(machine._net.UInt64(7_000_000))
    machine.run_until(6_999_999)
    error = ""
    try:
        machine.run_until(8_000_000)
    except KeyError as raised:
        error = str(raised)
    return {"called": called, "events": events, "error": error}


def test_linux_is_called_at_exact_times_and_its_errors_are_raised() -> None:
    seen = in_renode(HERE, "case_linux")
    assert seen["called"] == [2_345_678, 2_348_678, 4_050_000, 7_000_000]
    assert seen["events"] == [4_000_000, 1, 0, 4_010_000, 1, 1]
    assert "broken peer" in seen["error"]


# ---------------------------------------------------------------- the core's sleep

CODE = struct.pack(
    "<12H4I",
    0xB672,  # cpsid i
    *(0x4805, 0x4905, 0x6001),  # interrupt 171 on: ldr r0, r1; str r1, [r0]
    *(0x4B05, 0x4C06),  # ldr r3, r4
    *(0x22C8, 0x3A01, 0xD1FD),  # 200 times round: movs r2, #200; subs r2, #1; bne
    0xBF30,  # wfi
    *(0x601C, 0xE7FE),  # ring: str r4, [r3]; b .
    *(0xE000_E114, 1 << 11, SET_CLEAR_OF_M33, 1 << 16),
)
WFI_NS = (7 + 2 * 200 + 1) * 5 // 2
"""From the start to the end of the WFI, if it does not wait."""


def case_wfi() -> list[int | None]:
    from fwgen.backends.renode.machine import Machine

    vectors = 0x0A04_3000
    machine = Machine("stm32mp257f_dk", WIRING)
    machine.write(vectors, struct.pack("<II", vectors + 0x1000, vectors + 0x101))
    machine.write(vectors + 0x100, CODE)
    machine.linux.Latency = 1_000_000  # only the alarm rings
    machine.on_linux(lambda: machine.linux.Ring(0))
    machine.write32(MASK_OF_M33, 0xFFFF_FFFE)
    machine.write32(CONTROL_OF_M33, 1)
    waited_ns: list[int | None] = []
    for rings_ns in range(WFI_NS - 30, WFI_NS + 11):
        machine.write32(SET_CLEAR_OF_M33, 1)
        machine.linux.Acknowledge(0)
        machine.linux.TakeEvents()
        machine.start_core(vectors)
        start_ns = machine.now_ns
        machine.linux.SetAlarm(machine._net.UInt64(start_ns + rings_ns))
        machine.run_for(10)
        events = [int(number) for number in machine.linux.TakeEvents()]
        answers = [at for at, kind in zip(events[::3], events[1::3], strict=True) if kind == 1]
        first_ns = start_ns + max(rings_ns, WFI_NS)
        waited_ns.append(answers[0] - first_ns if answers else None)
    return waited_ns


def test_an_interrupt_at_the_wfi_wakes_the_core() -> None:
    waited_ns = in_renode(HERE, "case_wfi")
    assert all(wait is not None and 0 <= wait <= 5 for wait in waited_ns), waited_ns


# ---------------------------------------------------------------- a real ELF


def case_openamp(elf_name: str) -> dict[str, Any]:
    from elftools.elf.elffile import ELFFile

    from fwgen.backends.renode.machine import Machine

    machine = Machine("stm32mp257f_dk", WIRING)
    machine.load_elf(Path(elf_name))
    with Path(elf_name).open("rb") as file:
        sections = {section.name: section for section in ELFFile(file).iter_sections()}
        table = sections[".resource_table"].header.sh_addr
        vectors = sections[".isr_vectors"].header.sh_addr
    peer = MiniPeer(machine, table)
    machine.on_linux(peer.serve)
    machine.start_core(vectors)
    machine.run_for(50_000)
    peer.start()
    machine.run_for(200_000)
    names = {re.split(b"\0", text)[0].decode(): src for src, dst, text in peer.heard if dst == 53}
    peer.send(names["rpmsg-tty"], b"are you there")
    machine.run_for(50_000)
    answer = peer.heard[-1][2].decode()
    machine.linux.Suspend()
    machine.linux.Ring(1)  # a stale doorbell: this sample looks into the ring
    machine.run_for(50_000)
    violation = machine.violations()[0]
    return {"names": sorted(names), "answer": answer, "address": violation.address}


@pytest.mark.needs("zephyr")
def test_the_stock_openamp_sample_answers_and_is_caught_at_closed_ddr() -> None:
    seen = in_renode(HERE, "case_openamp", str(stock_sample(RETAINED)))
    assert {"rpmsg-client-sample", "rpmsg-tty"} <= set(seen["names"])
    assert seen["answer"].endswith("are you there")
    assert 0x812F_8000 <= seen["address"] < 0x8130_0000


class MiniPeer:
    """The parts of virtio and rpmsg that are needed to show that doorbells and rings work."""

    RINGS = (0x812F_8000, 0x812F_9000)
    BUFFERS, COUNT, ALIGN = 0x812F_A000, 8, 16

    def __init__(self, machine: Any, table: int) -> None:
        self.machine, self.table = machine, table
        self.heard: list[tuple[int, int, bytes]] = []
        self.next_used = self.sent = 0

    def avail(self, ring: int) -> int:
        return self.RINGS[ring] + 16 * self.COUNT

    def used(self, ring: int) -> int:
        end = self.avail(ring) + 4 + 2 * self.COUNT + 2
        return (end + self.ALIGN - 1) // self.ALIGN * self.ALIGN

    def load16(self, address: int) -> int:
        return int(self.machine.ddr.Load16(address))

    def give(self, ring: int, index: int) -> None:
        at = self.load16(self.avail(ring) + 2)
        self.machine.ddr.Store16(self.avail(ring) + 4 + 2 * (at % self.COUNT), index)
        self.machine.ddr.Store16(self.avail(ring) + 2, (at + 1) & 0xFFFF)

    def start(self) -> None:
        for ring, address in enumerate(self.RINGS):
            self.machine.write_ddr(address, bytes(0x1000))
            for index in range(self.COUNT):
                buffer = self.BUFFERS + 512 * (ring * self.COUNT + index)
                writable = 2 if ring == 0 else 0
                entry = struct.pack("<QIHH", buffer, 512, writable, 0)
                self.machine.write_ddr(address + 16 * index, entry)
                if ring == 0:
                    self.give(0, index)
        vdev = self.table + self.machine.read32(self.table + 16)
        for ring, address in enumerate(self.RINGS):
            self.machine.write32(vdev + 28 + 20 * ring, address)
        self.machine.write32(vdev + 16, 1)  # name service
        self.machine.bus.WriteByte(self.machine._net.UInt64(vdev + 24), 7)  # DRIVER_OK
        self.machine.linux.Ring(0)

    def serve(self) -> None:
        events = [int(number) for number in self.machine.linux.TakeEvents()]
        for kind, channel in zip(events[1::3], events[2::3], strict=True):
            if kind == 1:
                self.machine.linux.Acknowledge(channel)
        while self.next_used != self.load16(self.used(0) + 2):
            at = self.used(0) + 4 + 8 * (self.next_used % self.COUNT)
            index, length = struct.unpack("<II", self.machine.read_ddr(at, 8))
            message = self.machine.read_ddr(self.BUFFERS + 512 * index, length)
            source, target, _, count, _ = struct.unpack_from("<IIIHH", message)
            self.heard.append((source, target, message[16 : 16 + count]))
            self.next_used = (self.next_used + 1) & 0xFFFF
            self.give(0, index)

    def send(self, target: int, text: bytes) -> None:
        index = self.sent % self.COUNT
        self.sent += 1
        head = struct.pack("<IIIHH", 0x400, target, 0, len(text), 0)
        self.machine.write_ddr(self.BUFFERS + 512 * (self.COUNT + index), head + text)
        self.machine.ddr.Store32(self.RINGS[1] + 16 * index + 8, 16 + len(text))
        self.give(1, index)
        self.machine.linux.Ring(1)


# ---------------------------------------------------------------- what is not modelled

STRANGE = {
    "rcc": 0x4420_0040,
    "pwr": 0x4421_0000,
    "ipcc1": 0x4049_0080,
    "exti2": 0x4623_0084,
    "gpiof": 0x4429_001C,
    "i2c8": 0x4604_0014,
}
"""For each model a register that it does not model."""
KNOWN = (0x4429_0008, 0x4429_0020, 0x4420_0540, 0x4420_1118, 0x4604_0008)
"""Speed and function of pins, enable and divider of clocks, the bus's own address: only stored."""


def case_unmodelled(log: str) -> list[int]:
    from fwgen.backends.renode.machine import Machine

    machine = Machine("stm32mp257f_dk", f"{WIRING}\npanel: Video.PagePanel @ i2c8 0x3c\n", log=log)
    for _ in range(3):
        for address in (*STRANGE.values(), *KNOWN):
            machine.write32(address, 5)
        read = [machine.read32(address) for address in (*STRANGE.values(), *KNOWN)]
        machine.execute("i2c8.panel Write [0x00, 0x2F, 0xE3, 0xAE, 0xF7]")
        machine.part("i2c8.panel").FinishTransmission()
    return read


def test_each_unmodelled_register_is_logged_once(tmp_path: Path) -> None:
    log = tmp_path / "renode.log"
    read = in_renode(HERE, "case_unmodelled", str(log))
    assert read == [5] * len(read), "the registers store what is written"
    told = [line for line in log.read_text().splitlines() if "is not modelled" in line]
    for name, address in STRANGE.items():
        register = f"{name}: Register 0x{address & 0x3FF:03X} is not modelled"
        assert sum(f"{register}; it was read" in line for line in told) == 1
        assert sum(f"{register}; 0x5 was written" in line for line in told) == 1
    assert sum("Command 0x2F" in line for line in told) == 1
    assert sum("Command 0xF7" in line for line in told) == 1
    assert len(told) == 2 * len(STRANGE) + 2
