"""From the mailbox to the tty, against a firmware's side written from the specifications."""

from __future__ import annotations

import struct

import pytest

from fwgen.peer.linux.elf import RefusedError
from tests.peer.linux.plain import BUFFERS, Bench, Firmware, firmware, table, vdev


def test_bind_fills_the_ring_sets_driver_ok_and_kicks() -> None:
    bench = Bench()
    bench.kernel.start(firmware())
    bench.kernel.bind()
    assert bench.status == 7
    assert bench.rung == [0]
    device = Firmware(bench.memory)
    places = [device.out.take() for _ in range(8)]
    assert [item[1:] for item in places if item] == [(BUFFERS + n * 512, 512) for n in range(8)]
    assert device.out.take() is None
    assert not device.inward.wants_interrupt(), "Linux does not want to know of sent buffers"
    assert device.out.wants_interrupt()


def test_an_announcement_creates_a_tty_and_the_buffer_is_returned_with_a_kick() -> None:
    bench = Bench()
    bench.kernel.start(firmware())
    bench.kernel.bind()
    bench.free()
    device = Firmware(bench.memory)
    device.announce()
    assert bench.kernel.tty is None, "not before the doorbell"
    bench.kernel.rang(0)
    assert bench.kernel.tty is not None
    assert bench.free() == [0], "the give-back is told"


def test_bytes_flow_in_both_directions_without_boundaries() -> None:
    bench = Bench()
    device = bench.up()
    tty = bench.kernel.tty
    assert tty is not None
    assert tty.write(b"x" * 1000) == 1000
    assert bench.rung == [1], "one ring; the others wait for the channel"
    assert [len(device.read() or b"") for _ in range(3)] == [496, 496, 8]
    assert device.read() is None
    assert bench.free() == [1, 1, 1]
    device.send(b"abc")
    device.send(b"def")
    bench.kernel.rang(0)
    assert tty.read() == b"abcdef"
    assert tty.read() == b""


def test_without_buffers_the_write_is_short() -> None:
    bench = Bench()
    device = bench.up()
    tty = bench.kernel.tty
    assert tty is not None
    assert tty.write(b"y" * 496 * 9) == 2048 + 3 * 496, "the tty layer cuts at 2048 bytes"
    assert tty.write(b"y") == 0
    assert device.read(give_back=True) is not None
    assert tty.write(b"y" * 500) == 496, "a used buffer is found without an interrupt"


def test_the_firmware_runs_out_of_buffers_until_linux_reads() -> None:
    bench = Bench()
    device = bench.up()
    assert [device.send(b"z") for _ in range(9)] == [True] * 8 + [False]
    bench.kernel.rang(0)
    assert bench.free() == [0], "one kick for the whole batch"
    assert device.send(b"z")
    tty = bench.kernel.tty
    assert tty is not None
    assert tty.read() == b"z" * 8


def test_a_doorbell_without_a_message_does_nothing() -> None:
    bench = Bench()
    bench.up()
    bench.kernel.rang(0)
    bench.kernel.rang(1)
    bench.kernel.rang(5)
    assert bench.rung == []


def test_a_firmware_that_wants_no_kicks_gets_none() -> None:
    bench = Bench()
    device = bench.up()
    device.out.suppress_kicks(True)
    device.send(b"z")
    bench.kernel.rang(0)
    assert bench.rung == []


@pytest.mark.parametrize(
    ("length", "to", "line"),
    [
        (497, None, "inbound msg too big: (17, 497)"),
        (2, None, "inbound msg too big: (17, 2)"),
        (1, 77, "msg received with no recipient"),
        (1, 53, "malformed ns msg (1)"),
    ],
)
def test_invalid_messages_are_logged(length: int, to: int | None, line: str) -> None:
    bench = Bench()
    device = bench.up()
    device.send(b"z", to=to if to is not None else 1024, claim=length)
    bench.kernel.rang(0)
    assert bench.log[-1].endswith(line)
    tty = bench.kernel.tty
    assert tty is not None
    assert tty.read() == b""


def test_channels_are_created_once_and_can_be_destroyed() -> None:
    bench = Bench()
    device = bench.up()
    tty = bench.kernel.tty
    assert tty is not None
    device.announce()
    bench.kernel.rang(0)
    assert "already exist" in bench.log[-1]
    device.announce(destroy=True)
    bench.kernel.rang(0)
    assert tty.hung_up
    assert tty.write(b"a") == 0
    device.announce(destroy=True)
    bench.kernel.rang(0)
    assert "rpmsg_destroy_channel failed: -22" in bench.log[-1]


def test_a_channel_without_a_driver_creates_no_tty() -> None:
    bench = Bench()
    bench.kernel.start(firmware())
    bench.kernel.bind()
    Firmware(bench.memory).announce(b"rpmsg-client-sample")
    bench.kernel.rang(0)
    assert bench.kernel.tty is None
    assert "creating channel rpmsg-client-sample addr 0x400" in bench.log[-1]


def test_without_the_name_service_announcements_are_ignored() -> None:
    bench = Bench()
    bench.kernel.start(firmware(table(vdev(features=0))))
    bench.kernel.bind()
    Firmware(bench.memory).announce()
    bench.kernel.rang(0)
    assert bench.log[-1].endswith("msg received with no recipient")


def test_unbind_takes_driver_ok_away_and_bind_brings_new_rings() -> None:
    bench = Bench()
    device = bench.up()
    tty = bench.kernel.tty
    assert tty is not None
    tty.write(b"never read")
    bench.kernel.unbind()
    assert bench.status == 1, "acknowledged, no driver"
    assert tty.hung_up
    bench.free()
    device.send(b"late")
    bench.kernel.rang(0)
    bench.kernel.bind()
    assert bench.status == 7
    assert bench.free() == [0]
    fresh = Firmware(bench.memory)
    assert fresh.read() is None
    assert fresh.announce()
    bench.kernel.rang(0)
    assert bench.kernel.tty is not None and bench.kernel.tty is not tty


def test_linux_that_goes_down_changes_no_memory() -> None:
    bench = Bench()
    device = bench.up()
    bench.kernel.forget()
    assert bench.status == 7, "nobody told the firmware"
    assert device.send(b"z")
    bench.kernel.rang(0)
    bench.kernel.bind()
    assert bench.status == 7
    assert Firmware(bench.memory).announce()
    bench.kernel.rang(0)
    assert bench.kernel.tty is not None


def test_buffers_that_do_not_fit_are_refused() -> None:
    bench = Bench()
    bench.kernel.start(firmware(table(vdev(num=32))))
    with pytest.raises(RefusedError, match="32768 bytes of buffers"):
        bench.kernel.bind()


def test_the_gfeatures_are_those_that_both_support() -> None:
    bench = Bench()
    bench.kernel.start(firmware(table(vdev(features=0xF1))))
    bench.kernel.bind()
    address = bench.kernel.rproc.vdev
    assert address is not None
    raw = bench.memory.read(0x0A04_3400 + 20 + 4, 24)
    assert struct.unpack_from("<I", raw, 12)[0] == 1
