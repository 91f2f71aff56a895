"""The reference firmware's link on the emulated board, with a Linux that misbehaves."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from fwgen.peer.linux.rpmsg import Channel, RpmsgBus
from fwgen.scenario.steps import make_step
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import PeerHello, Sleep, encode
from tests.backends.renode.in_renode import in_renode

pytestmark = pytest.mark.needs("renode", "zephyr")

HERE = "tests.backends.renode.test_link"
ADDRESS = 1024
SECOND = 1_000_000


class Heard:
    """Another program's endpoint, which stores what the firmware sends to it."""

    def __init__(self) -> None:
        self.data = b""

    def received(self, data: bytes) -> None:
        self.data += data

    def removed(self) -> None:
        pass


def started() -> Any:
    from fwgen.backends.renode.emulated import EmulatedBackend
    from fwgen.config import load_config
    from fwgen.scenario.load import parse_scenario
    from tests.backends.renode.test_firmware import elf
    from tests.backends.running import ROOM, reference_plan

    backend = EmulatedBackend(elf().read_bytes(), load_config().renode)
    plan = reference_plan()
    backend.start(plan, parse_scenario(f"{ROOM}\nuntil: 100 s\n"), 1)
    ulong = backend.machine._net.UInt64
    for window in (plan.rings.vring0, plan.rings.vring1, plan.rings.vdev_buffer):
        first, size = ulong(window.start), ulong(window.size_bytes)
        backend.machine.ddr.AddWindow(first, size)
    return backend


def seen(backend: Any) -> dict[str, Any]:
    bus: RpmsgBus = backend.port.kernel.bus
    channels = [line for _, line in backend.kernel_log if "ing channel" in line]
    return {
        "processed": backend.linux.processed_seq,
        "announced": [line.split()[-1] for line in channels],
        "ends": [(channel.source, channel.destination) for channel in bus.channels],
        "state": backend.linux.state,
    }


# ------------------------------------------------------------ the endpoint's address


def case_full_ring() -> dict[str, Any]:
    backend = started()
    backend.run_until(3 * SECOND)
    backend.do(make_step("stall-linux", for_us=30 * SECOND))
    backend.run_until(8 * SECOND)  # by now all buffers are in use
    before = seen(backend)
    backend.machine.start_core(backend.port.kernel.rproc.vector_table)
    backend.run_until(30 * SECOND)  # announcing fails during this time
    waiting = seen(backend)
    backend.run_until(60 * SECOND)
    return {"before": before, "waiting": waiting, "after": seen(backend)}


def test_a_reset_over_a_full_ring_leaves_linux_with_one_channel() -> None:
    """Only the M33 is reset, Linux does not notice: the rings are old and no buffer is free."""
    found = in_renode(HERE, "case_full_ring")
    assert found["waiting"]["announced"] == found["before"]["announced"] == [hex(ADDRESS)]
    after = found["after"]
    assert after["announced"] == [hex(ADDRESS)] * 2, "it was announced again, as the same"
    assert after["ends"] == [[1024, ADDRESS]]
    assert after["processed"] > found["before"]["processed"] + 300, "and samples stream again"


# ------------------------------------------------------------ who is the peer


def other_end(backend: Any) -> tuple[Channel, Heard]:
    heard = Heard()
    return backend.port.kernel.bus.open("other", ADDRESS, lambda channel: heard), heard


def case_foreign() -> dict[str, Any]:
    backend = started()
    backend.run_until(3 * SECOND)
    other, heard = other_end(backend)
    for data in (b"hello world!", b"", encode(Sleep(77)), b"\xff" * 496):
        backend._do(lambda now_us, data=data: other.send(data))
        backend.run_until(backend._t_us + SECOND)
    return {**seen(backend), "heard": len(heard.data), "taken": backend.counts().triggers}


def test_messages_of_another_sender_neither_redirect_nor_stop_the_stream() -> None:
    found = in_renode(HERE, "case_foreign")
    assert found["heard"] == 0
    assert found["taken"] - found["processed"] <= 6, "only samples within the latency wait"


def case_another_first() -> dict[str, Any]:
    """The M33 starts again, and another sender sends before the peer does."""
    backend = started()
    backend.run_until(3 * SECOND)
    other, heard = other_end(backend)
    backend.machine.start_core(backend.port.kernel.rproc.vector_table)
    backend.run_until(20 * SECOND)
    backend._do(lambda now_us: other.send(b"hello world!"))
    backend.run_until(60 * SECOND)
    return {**seen(backend), "heard": len(heard.data), "taken": backend.counts().triggers}


def test_messages_of_another_sender_are_also_ignored_after_a_start_of_the_firmware() -> None:
    found = in_renode(HERE, "case_another_first")
    assert found["heard"] == 0
    assert found["taken"] - found["processed"] <= 7


def case_new_session() -> dict[str, Any]:
    backend = started()
    backend.run_until(3 * SECOND)
    other, heard = other_end(backend)
    backend.do(make_step("crash-app"))
    backend._do(lambda now_us: other.send(encode(PeerHello(FORMAT, None, 4321, None, None, 99))))
    backend.run_until(5 * SECOND)
    moved = len(heard.data)
    backend.do(make_step("start-app"))
    backend.run_until(10 * SECOND)
    later = len(heard.data)
    backend.run_until(12 * SECOND)
    taken = backend.counts().triggers
    return {**seen(backend), "moved": moved, "quiet": len(heard.data) - later, "taken": taken}


def test_the_stream_follows_new_sessions_to_another_address_and_back() -> None:
    found = in_renode(HERE, "case_new_session")
    assert found["moved"] > 100
    assert found["quiet"] == 0
    assert found["taken"] - found["processed"] <= 6


# ------------------------------------------------------------ invalid rings


BAD_MESSAGES = ("address", "beyond 32 bits", "size", "chain", "length")
BAD_RINGS = ("entry", "count")


def damage(backend: Any, what: str) -> None:
    """Damage the ring that carries messages to the firmware."""
    kernel = backend.port.kernel
    to_firmware = kernel.rproc.vdev.rings[1]
    memory = kernel.memory
    tty = kernel.tty
    tty.write(b"x" * 8)  # the message whose descriptor or header is damaged before it is read
    queue = kernel.bus._send_queue
    place = (queue._avail_index - 1) & (to_firmware.entries - 1)
    (head,) = struct.unpack("<H", memory.read(to_firmware.avail + 4 + 2 * place, 2))
    descriptor = to_firmware.address + 16 * head
    (buffer,) = struct.unpack("<Q", memory.read(descriptor, 8))
    changes = {
        "address": (descriptor, struct.pack("<Q", 0x9000_0000)),  # DDR, but not shared
        "beyond 32 bits": (descriptor, struct.pack("<Q", buffer + (1 << 32))),
        "size": (descriptor + 8, struct.pack("<I", 0xFFFF_FFFF)),
        "chain": (descriptor + 12, struct.pack("<H", 1)),
        "length": (buffer + 12, struct.pack("<H", 0xFFFF)),
        "entry": (to_firmware.avail + 4 + 2 * place, struct.pack("<H", 0x7777)),
        "count": (to_firmware.avail + 2, struct.pack("<H", 0x7777)),
    }
    memory.write(*changes[what])


def unread(backend: Any) -> int:
    counts = backend.counts()
    return int(counts.triggers - counts.processed)


def case_messages() -> dict[str, Any]:
    backend = started()
    backend.run_until(3 * SECOND)
    waits = {}
    for what in BAD_MESSAGES:
        backend._do(lambda now_us, what=what: damage(backend, what))
        backend.run_until(backend._t_us + SECOND)
        waits[what] = unread(backend)
    return {"waits": waits, "strays": len(backend.machine.violations())}


def test_invalid_messages_are_dropped() -> None:
    found = in_renode(HERE, "case_messages")
    assert found["strays"] == 0
    assert max(found["waits"].values()) <= 6, "the stream continues"


def case_ring(what: str) -> dict[str, Any]:
    backend = started()
    backend.run_until(3 * SECOND)
    backend._do(lambda now_us: damage(backend, what))
    backend.run_until(6 * SECOND)
    waits = unread(backend)
    backend.do(make_step("unbind"))
    backend.run_until(7 * SECOND)
    backend.do(make_step("bind"))
    backend.run_until(12 * SECOND)
    return {
        "waits": waits,
        "in the end": unread(backend),
        "strays": len(backend.machine.violations()),
    }


@pytest.mark.parametrize("what", BAD_RINGS)
def test_a_broken_ring_is_not_used_until_linux_makes_a_new_one(what: str) -> None:
    found = in_renode(HERE, "case_ring", what)
    assert found["strays"] == 0
    assert found["waits"] > 20
    assert found["in the end"] <= 6


# ------------------------------------------------------------ an idle Linux closes DDR


def case_idle_in_the_middle() -> dict[str, Any]:
    """The cluster of an idle A35 puts DDR into self-refresh while the firmware sends a block: after
    the firmware has seen in PWR that the A35 runs, and before the block is in its buffer."""
    backend = started()
    from tests.backends.running import reference_plan

    buffers = reference_plan().rings.vdev_buffer
    sends: list[int] = []

    def content() -> bytes:
        return bytes(backend.machine.read_ddr(buffers.start, buffers.size_bytes // 2))

    def run_until_it_changes(step_ns: int, most: int) -> None:
        before = content()
        for _ in range(most):
            backend.machine.run_until(backend.machine.now_ns + step_ns)
            if content() != before:
                sends.append(backend.machine.now_ns)
                return
        raise AssertionError("the firmware sent nothing")

    backend.run_until(3 * SECOND)
    for _ in range(3):
        run_until_it_changes(1_000_000, 1_000)
        backend.run_until(backend._t_us + 20_000)
    backend.machine.run_until(2 * sends[-1] - sends[-2] - 2_000_000)
    run_until_it_changes(500, 8_000)
    backend.machine.linux.Idle(True, True)
    shown = bool(backend.machine.pwr.IsA35Running)
    backend.run_until(backend._t_us + 1_000)
    return {"shown": shown, "violations": len(backend.machine.violations())}


def test_the_look_at_pwr_cannot_close_the_race_with_an_idle_linux() -> None:
    """That is why the peer holds /dev/cpu_dma_latency, or the rings are in SRAM2."""
    found = in_renode(HERE, "case_idle_in_the_middle")
    assert found["shown"], "PWR still shows that the A35 runs"
    assert found["violations"] > 0
