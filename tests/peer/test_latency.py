"""The peer holds /dev/cpu_dma_latency while it has the tty open; here it is a file of the test."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from fwgen.peer.errnos import TABLE, row_for
from fwgen.peer.events import LatencyNotHeld, Online, Samples
from fwgen.peer.latency import CPU_DMA_LATENCY, hold_latency
from tests.peer.fake_system import Bench


def is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


def test_it_writes_zero_as_a_binary_number_and_keeps_the_file_open(tmp_path: Path) -> None:
    path = tmp_path / "cpu_dma_latency"
    path.write_bytes(b"")
    handle = hold_latency(path)
    assert handle is not None
    assert path.read_bytes() == b"\0\0\0\0"
    assert is_open(handle)
    assert not os.get_inheritable(handle)
    os.close(handle)


def test_a_kernel_without_the_file_has_no_idle_states_and_the_file_is_not_made(
    tmp_path: Path,
) -> None:
    assert hold_latency(tmp_path / "cpu_dma_latency") is None
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_closes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cpu_dma_latency"
    path.write_bytes(b"")
    written: list[int] = []

    def fail(handle: int, data: bytes) -> int:
        written.append(handle)
        raise OSError(errno.ENOMEM, "no memory")

    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(OSError, match="no memory"):
        hold_latency(path)
    assert not is_open(written[0])


def test_it_is_held_by_default_while_the_tty_is_open() -> None:
    bench = Bench()
    bench.system.there = False
    bench.run(500_000)
    assert bench.system.held == []
    bench.system.come_back()
    bench.run(1_000_000)
    assert bench.told(Online)
    assert bench.system.held == [CPU_DMA_LATENCY]
    bench.system.hang_up()
    bench.run(500_000)
    assert bench.system.held == []
    bench.system.come_back()
    bench.run(6_000_000)
    assert bench.system.held == [CPU_DMA_LATENCY]
    bench.peer.stop()
    bench.peer.run()
    assert bench.system.held == []
    assert not bench.told(LatencyNotHeld)


def test_it_stays_held_across_a_suspend() -> None:
    bench = Bench()
    bench.run(1_000_000)
    bench.peer.suspend()
    bench.run(2_000_000)
    assert bench.slept == 1
    assert bench.system.held == [CPU_DMA_LATENCY]


def test_it_is_released_when_the_application_fails() -> None:
    bench = Bench()

    def fail(event: object) -> None:
        raise RuntimeError("the application's")

    bench.react = fail
    with pytest.raises(RuntimeError, match="the application's"):
        bench.peer.run()
    assert bench.system.held == []


def test_with_rings_outside_ddr_it_is_not_held() -> None:
    bench = Bench(latency=None)
    bench.run(1_000_000)
    assert bench.told(Online)
    assert bench.system.held == []


ROWS = [*TABLE["latency"], errno.EXDEV]


@pytest.mark.parametrize("number", ROWS, ids=[errno.errorcode[number] for number in ROWS])
def test_an_error_is_reported_and_samples_arrive_all_the_same(number: int) -> None:
    bench = Bench()
    bench.system.lasting["latency"] = number
    bench.run(2_000_000)
    assert bench.told(Online) and bench.told(Samples)
    (failed,) = bench.told(LatencyNotHeld)
    assert isinstance(failed, LatencyNotHeld)
    assert failed.errno == number
    assert errno.errorcode[number] in failed.reason
    assert row_for("latency", number).why in failed.reason
    assert bench.system.held == []
