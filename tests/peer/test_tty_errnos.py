"""Every row of the table of errnos, and what the peer makes of it."""

from __future__ import annotations

import errno

import pytest

from fwgen.peer.errnos import TABLE, Cure, TtyError, row_for
from fwgen.peer.events import (
    Event,
    Online,
    Resumed,
    Samples,
    SuspendFailed,
    SuspendReady,
    SuspendRefused,
)
from tests.peer.fake_system import COOKED, SAMPLES, Bench

ROWS = [(call, number) for call, rows in TABLE.items() for number in rows]
UNKNOWN = errno.EXDEV
REPORTED = ("suspend", "latency")
"""Calls whose errors are events, and do not end `run`."""


def rows(cure: Cure) -> list[tuple[str, int]]:
    return [row for row in ROWS if row_for(*row).cure is cure and row[0] not in REPORTED]


def names(rows: list[tuple[str, int]]) -> list[str]:
    return [f"{call}-{errno.errorcode[number]}" for call, number in rows]


KNOWN = {
    # what Linux 6.1 was seen to do, or does by its sources: the table must not forget it
    ("open", errno.ENOENT): Cure.GONE,
    ("open", errno.ENXIO): Cure.GONE,
    ("open", errno.ENODEV): Cure.GONE,
    ("open", errno.EIO): Cure.GONE,
    ("open", errno.EACCES): Cure.AGAIN,
    ("open", errno.EBUSY): Cure.TELL,
    ("lock", errno.EWOULDBLOCK): Cure.TELL,
    ("ioctl", errno.EIO): Cure.GONE,
    ("ioctl", errno.ENOTTY): Cure.TELL,
    ("read", errno.EAGAIN): Cure.AGAIN,
    ("read", errno.EIO): Cure.GONE,
    ("write", errno.ENOMEM): Cure.AGAIN,
    ("write", errno.EAGAIN): Cure.AGAIN,
    ("write", errno.EIO): Cure.GONE,
    ("write", errno.ENOSPC): Cure.TELL,
}


def test_the_table_has_the_errnos_of_the_kernel() -> None:
    assert {row: row_for(*row).cure for row in KNOWN} == KNOWN
    for call in REPORTED:
        assert {row.cure for row in TABLE[call].values()} == {Cure.TELL}
    refusals = {errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENODEV, errno.EBUSY, errno.ENOENT}
    assert refusals <= TABLE["suspend"].keys()
    assert all(row.why for rows in TABLE.values() for row in rows.values())


def online(bench: Bench) -> Bench:
    bench.run(1_000_000)
    assert bench.told(Online)
    return bench


@pytest.mark.parametrize(("call", "number"), rows(Cure.AGAIN), ids=names(rows(Cure.AGAIN)))
def test_a_temporary_error_is_retried_with_a_growing_pause(call: str, number: int) -> None:
    bench = Bench()
    bench.system.lasting[call] = number
    bench.run(500_000)
    assert not bench.told(Online)
    opens = bench.system.calls["open"]
    assert bench.system.calls[call] <= 14  # 1 + 2 + 4 ... 64, 100, 100, ... ms
    assert opens <= 14 and bench.sessions <= 1
    bench.system.lasting.clear()
    online(bench)
    assert bench.sessions == 1


@pytest.mark.parametrize(("call", "number"), rows(Cure.AGAIN), ids=names(rows(Cure.AGAIN)))
def test_a_temporary_error_does_not_end_the_session(call: str, number: int) -> None:
    bench = online(Bench())
    bench.system.errors[call] = [number] * 3
    bench.peer.suspend()
    bench.run(1_900_000)
    assert bench.sessions == 1
    assert len(bench.told(SuspendReady)) == 1


@pytest.mark.parametrize(("call", "number"), rows(Cure.GONE), ids=names(rows(Cure.GONE)))
def test_a_tty_that_disappeared_is_retried_slowly(call: str, number: int) -> None:
    bench = online(Bench())
    bench.system.lasting[call] = number
    bench.peer.suspend()
    if call in ("open", "lock"):
        bench.system.hang_up()
        bench.system.there = True
    bench.run(10_000_000)
    assert len(bench.told(SuspendReady, SuspendRefused)) == 1
    assert bench.system.calls["open"] <= 60  # five a second at most
    bench.system.lasting.clear()
    bench.events.clear()
    bench.run(6_000_000)
    assert bench.told(Online)


@pytest.mark.parametrize("number", [errno.EIO, errno.EINVAL])
def test_a_tty_that_disappears_repeatedly_is_retried_less_often(number: int) -> None:
    bench = Bench()
    bench.system.lasting["write"] = number
    bench.run(60_000_000)
    assert bench.system.calls["open"] <= 20


TOLD = [*rows(Cure.TELL), *((call, UNKNOWN) for call in TABLE if call not in REPORTED)]


@pytest.mark.parametrize(("call", "number"), TOLD, ids=names(TOLD))
def test_a_permanent_error_raises(call: str, number: int) -> None:
    bench = Bench() if call in ("open", "lock") else online(Bench())
    bench.system.lasting[call] = number
    bench.peer.suspend()
    with pytest.raises(TtyError, match=rf"/dev/ttyRPMSG0.*{errno.errorcode[number]}") as error:
        bench.peer.run()
    assert error.value.errno == number
    assert len(bench.told(SuspendReady, SuspendRefused)) == 1


def test_a_temporary_error_that_lasts_raises() -> None:
    bench = Bench()
    bench.system.lasting["open"] = errno.EACCES
    with pytest.raises(TtyError, match="no permission"):
        bench.peer.run()
    assert bench.system.calls["open"] < 30


REFUSALS = [*TABLE["suspend"], UNKNOWN]


@pytest.mark.parametrize("number", REFUSALS, ids=[errno.errorcode[n] for n in REFUSALS])
def test_a_suspend_that_linux_refuses_is_reported_and_the_firmware_woken(number: int) -> None:
    bench = online(Bench())
    bench.suspend_error = OSError(number, "the system's words", "/sys/power/state")
    bench.peer.suspend()
    bench.run(1_000_000)
    told = bench.told(SuspendReady, SuspendRefused, SuspendFailed, Resumed)
    assert [type(event) for event in told] == [SuspendReady, SuspendFailed, Resumed]
    failed = told[1]
    assert isinstance(failed, SuspendFailed)
    assert failed.errno == number
    assert errno.errorcode[number] in failed.reason and "/sys/power/state" in failed.reason
    assert row_for("suspend", number).why in failed.reason
    assert bench.system.node.state == "awake"


# ------------------------------------------------------------------------ errors of the application


def test_an_error_of_the_application_is_raised_unchanged() -> None:
    """Storing fails; what was not stored is handed out again."""
    bench = Bench()
    stored: list[int] = []
    full = OSError(errno.ENOSPC, "No space left on device")

    def store(event: Event) -> None:
        if isinstance(event, Samples):
            if len(stored) >= SAMPLES // 2 and bench.sessions == 1:
                raise full
            stored.extend(event.block.first_seq + at for at in range(event.skip, event.block.count))

    bench.react = store
    with pytest.raises(OSError) as error:
        bench.peer.run()
    assert error.value is full
    bench.run(2_000_000)
    assert stored == list(range(SAMPLES))


@pytest.mark.parametrize("number", [errno.EIO, errno.EAGAIN, errno.ENOMEM, errno.EBUSY])
def test_an_errno_of_the_application_is_not_mistaken_for_one_of_the_tty(number: int) -> None:
    bench = Bench()

    def fail(event: Event) -> None:
        raise OSError(number, "the application's")

    bench.react = fail
    with pytest.raises(OSError, match="the application's"):
        bench.peer.run()
    assert bench.sessions == 1


def test_a_result_that_could_not_be_reported_is_reported_in_the_next_run() -> None:
    bench = online(Bench())
    bench.peer.suspend()
    bench.system.silent = True
    bench.run(100_000)

    def fail(event: Event) -> None:
        raise RuntimeError

    bench.react = fail
    bench.system.modes = COOKED  # told as TtyDisturbed
    with pytest.raises(RuntimeError):
        bench.peer.run()
    bench.react = lambda event: None
    assert not bench.told(SuspendRefused)
    bench.peer.turn()
    assert len(bench.told(SuspendRefused)) == 1
