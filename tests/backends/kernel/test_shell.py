"""A shell in the real Linux, and what a person can do there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fwgen.backends.kernel.host import KernelHostBackend
from fwgen.backends.kernel.linux import INTERRUPT, KernelLinux
from fwgen.errors import InputError
from fwgen.record import ASLEEP, AWAKE
from fwgen.report.document import build_report
from tests.backends.kernel.running import kernel
from tests.backends.running import in_a_room, reference_plan

pytestmark = pytest.mark.needs("linux")

SECOND = 1_000_000
BY_HAND = in_a_room("", until="40 s")


@pytest.fixture
def board() -> Iterator[KernelHostBackend]:
    backend = KernelHostBackend(kernel())
    try:
        backend.start(reference_plan(), BY_HAND, 1)
        backend.run_until(SECOND)
        yield backend
    finally:
        backend.close()


def _linux(board: KernelHostBackend) -> KernelLinux:
    assert board._real is not None
    return board._real


def test_the_shell_keeps_its_folder_and_survives_an_interrupt(board: KernelHostBackend) -> None:
    linux = _linux(board)
    linux.shell("cd /sys/bus/rpmsg; pwd; uname -s")
    linux.shell("sleep 1000")
    board.run_until(5 * SECOND)
    assert linux.output == "/sys/bus/rpmsg\nLinux\n"
    linux.shell(INTERRUPT)
    linux.shell("pwd")
    board.run_until(6 * SECOND)
    assert linux.output.endswith("/sys/bus/rpmsg\n")
    assert linux.output.count("/sys/bus/rpmsg\n") == 2


def test_a_shell_that_ends_is_reported_and_starts_again(board: KernelHostBackend) -> None:
    linux = _linux(board)
    linux.shell("exit 7")
    board.run_until(2 * SECOND)
    assert linux.output == "the shell has ended with status 7\n"
    linux.shell("echo again")
    board.run_until(3 * SECOND)
    assert linux.output.endswith("again\n")


def test_a_suspend_from_the_shell_closes_ddr_and_the_firmware_keeps_off(
    board: KernelHostBackend,
) -> None:
    linux = _linux(board)
    board.run_until(10 * SECOND)
    linux.shell("echo +5 > /sys/class/rtc/rtc0/wakealarm; echo mem > /sys/power/state")
    board.run_until(12 * SECOND)
    assert linux.state == ASLEEP
    with pytest.raises(InputError, match="Linux is asleep"):
        linux.shell("true")
    board.run_until(20 * SECOND)
    assert linux.state == AWAKE
    board.run_until(40 * SECOND)
    report = build_report(board.finish(), BY_HAND)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["sleeps"][0]["slept_s"] == pytest.approx(5, abs=0.1)


def test_a_line_that_does_not_fit_into_a_message_is_refused(board: KernelHostBackend) -> None:
    with pytest.raises(InputError, match="expected at most 480 bytes, found 500"):
        _linux(board).shell("x" * 500)
