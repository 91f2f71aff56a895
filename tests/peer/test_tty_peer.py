"""The peer on its tty in virtual time: wishes, modes, buffers that are taken, slow applications."""

from __future__ import annotations

import errno
import subprocess
import sys
import termios

import pytest

from fwgen.peer.events import (
    Event,
    Online,
    Resumed,
    Samples,
    SuspendFailed,
    SuspendReady,
    SuspendRefused,
    TtyDisturbed,
)
from fwgen.peer.modes import raw_modes, wrong_modes
from tests.peer.fake_system import COOKED, SAMPLES, Bench, Fake
from tests.peer.talk import TIMERS


def online() -> Bench:
    bench = Bench()
    bench.run(1_000_000)
    assert bench.told(Online)
    bench.events.clear()
    return bench


def ends(bench: Bench) -> list[type]:
    kinds = (SuspendReady, SuspendRefused, SuspendFailed, Resumed)
    return [type(event) for event in bench.told(*kinds)]


# --------------------------------------------------------------------------------------- requests


def test_a_request_without_a_tty_is_refused_after_the_patience() -> None:
    bench = Bench()
    bench.system.there = False
    bench.peer.turn()
    made, told = bench.system.now, []

    def react(event: Event) -> None:
        told.append(bench.system.now - made)

    bench.react = react
    for _ in range(3):
        bench.peer.suspend()
    bench.run(10_000_000)
    assert bench.events == [SuspendRefused("/dev/ttyRPMSG0 does not exist")]
    assert told == [TIMERS["patience"]]
    bench.system.there = True
    bench.run(10_000_000)
    assert bench.slept == 0


@pytest.mark.parametrize(
    ("away_us", "expected"),
    [(1_000_000, [SuspendReady, Resumed]), (2_000_000, [SuspendRefused])],
)
def test_a_request_waits_for_a_tty_that_comes_back(away_us: int, expected: list[type]) -> None:
    bench = online()
    bench.system.silent = True
    bench.peer.suspend()
    bench.run(300_000)
    bench.system.hang_up()
    bench.run(away_us)
    bench.system.come_back()
    bench.system.silent = False
    bench.run(5_000_000)
    assert ends(bench) == expected


def test_a_request_just_after_a_hang_up_is_granted() -> None:
    """As when a getty on the tty is stopped: the node stays."""
    bench = online()
    bench.system.hang_up()
    bench.system.come_back()
    bench.peer.turn()
    bench.peer.suspend()
    bench.run(5_000_000)
    assert ends(bench) == [SuspendReady, Resumed]


def test_a_restarted_firmware_can_still_grant_a_request() -> None:
    bench = online()
    bench.system.silent = True
    bench.peer.suspend()
    bench.run(300_000)
    bench.system.restart_firmware()
    bench.system.silent = False
    bench.run(5_000_000)
    assert ends(bench) == [SuspendReady, Resumed]


def test_a_request_under_another_spec_is_granted() -> None:
    bench = Bench(spec_hash=bytes(8))
    bench.peer.suspend()
    bench.run(5_000_000)
    assert ends(bench) == [SuspendReady, Resumed]


def test_a_firmware_that_does_not_answer_delays_by_the_patience_only() -> None:
    bench = online()
    bench.system.silent = True
    made = bench.system.now
    told: list[int] = []
    bench.react = lambda event: told.append(bench.system.now)
    bench.peer.suspend()
    bench.run(5_000_000)
    assert ends(bench) == [SuspendRefused]
    assert told == [made + TIMERS["patience"]]


def test_a_request_that_was_taken_too_late_is_refused() -> None:
    """The handler was busy, or Linux slept meanwhile."""
    bench = online()
    bench.peer.suspend()
    bench.system.now += TIMERS["patience"]
    bench.run(1_000_000)
    assert ends(bench) == [SuspendRefused]
    assert bench.slept == 0


def test_requests_made_together_are_one() -> None:
    bench = online()
    for _ in range(3):
        bench.peer.suspend()
    bench.peer.turn()
    bench.peer.suspend()
    bench.run(5_000_000)
    assert ends(bench) == [SuspendReady, Resumed]
    assert bench.slept == 1


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_a_peer_that_is_stopped_answers_first(turns: int) -> None:
    bench = online()
    bench.peer.suspend()
    for _ in range(turns):
        bench.peer.turn()
    bench.peer.stop()
    bench.peer.run()
    assert ends(bench) == [SuspendRefused]
    assert bench.slept == 0


def test_stopping_the_peer_at_the_last_moment_keeps_both_sides_awake() -> None:
    bench = online()
    bench.react = lambda event: bench.peer.stop() if isinstance(event, SuspendReady) else None
    bench.peer.suspend()
    bench.peer.run()
    bench.system.node.poll(bench.system.now)
    assert ends(bench) == [SuspendReady]
    assert bench.slept == 0
    assert bench.system.node.door_open


def test_a_suspend_that_breaks_the_application_leaves_the_firmware_awake() -> None:
    bench = online()

    def suspend_linux() -> None:
        raise RuntimeError("the application's own")

    bench.peer._suspend_linux = suspend_linux
    bench.peer.suspend()
    with pytest.raises(RuntimeError):
        bench.peer.run()
    bench.system.node.poll(bench.system.now)
    assert bench.system.node.door_open


# --------------------------------------------------------------------------- buffers are in use


class FewBuffers(Fake):
    """Write like rpmsg_tty: 496 bytes per buffer, ENOMEM if none is free."""

    buffers = 0

    def write(self, handle: int, data: bytes) -> int:
        if self.buffers == 0:
            self.calls["refused"] += 1
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        taken = data[: 496 * self.buffers]
        self.buffers -= -(-len(taken) // 496)
        return super().write(handle, taken)


def test_a_full_ring_ends_no_session_and_delays_little() -> None:
    bench = Bench()
    bench.system = bench.peer._system = FewBuffers()
    bench.run(1_000_000)
    assert bench.system.calls["refused"] <= 20
    bench.peer.suspend()
    bench.run(300_000)
    bench.system.buffers = 100
    bench.run(2_000_000)
    assert ends(bench) == [SuspendReady, Resumed]
    assert bench.sessions == 1


@pytest.mark.parametrize(
    ("full_us", "late_us"), [(0, 1_000), (30_000, 32_000), (5_000_000, 100_000)]
)
def test_a_message_without_a_buffer_is_sent_soon_after_one_is_free(
    full_us: int, late_us: int
) -> None:
    bench = Bench()
    bench.system = bench.peer._system = FewBuffers()
    while not bench.system.calls["refused"]:
        bench.peer.turn()
    bench.run(full_us)
    bench.system.buffers = 100
    freed = bench.system.now
    while not bench.system.calls["write"]:
        bench.peer.turn()
    assert bench.system.now - freed <= late_us


def test_a_ring_that_stays_full_does_not_fill_the_memory() -> None:
    bench = Bench()
    bench.system = bench.peer._system = FewBuffers()
    bench.run(3_600_000_000)
    assert sum(map(len, bench.peer._outbox._pieces)) < 2000
    bench.system.buffers = 1000
    bench.run(1_000_000)
    assert bench.told(Online)


@pytest.mark.parametrize("size", [1, 3, 20])
def test_a_message_written_in_parts_arrives_complete(size: int) -> None:
    bench = Bench()
    whole = bench.system.write
    bench.system.write = lambda handle, data: whole(handle, data[:size])  # type: ignore[method-assign]
    bench.peer.suspend()
    bench.run(5_000_000)
    assert ends(bench) == [SuspendReady, Resumed]
    assert bench.system.node.counter("stream_errors") == 0


# ------------------------------------------------------------------------------------------ modes


@pytest.mark.parametrize(
    ("field", "flag", "name"),
    [
        (0, termios.ICRNL, "icrnl"),
        (0, termios.IXON, "ixon"),
        (0, termios.INLCR, "inlcr"),
        (0, termios.PARMRK, "parmrk"),
        (1, termios.OPOST, "opost"),
        (3, termios.ECHO, "echo"),
        (3, termios.ICANON, "icanon"),
        (3, termios.ISIG, "isig"),
        (3, termios.IEXTEN, "iexten"),
    ],
)
def test_modes_changed_by_another_process_are_restored_before_sleep(
    field: int, flag: int, name: str
) -> None:
    bench = online()
    bench.system.modes = raw_modes(bench.system.modes)
    bench.system.modes[field] |= flag
    written = len(bench.system.written)
    at_sleep: list[tuple[str, ...]] = []
    write = bench.system.write

    def note(handle: int, data: bytes) -> int:
        at_sleep.append(wrong_modes(bench.system.modes))
        return write(handle, data)

    bench.system.write = note  # type: ignore[method-assign]
    bench.peer.suspend()
    bench.run(1_000_000)
    assert len(bench.system.written) > written
    assert set(at_sleep) == {()}
    assert TtyDisturbed((name,)) in bench.events
    assert ends(bench) == [SuspendReady, Resumed]


def test_a_vmin_that_would_delay_bytes_is_restored() -> None:
    bench = online()
    bench.system.modes = raw_modes(bench.system.modes)
    bench.system.modes[6][termios.VMIN] = 200
    bench.run(2_000_000)
    assert bench.told(TtyDisturbed) == [TtyDisturbed(("min",))]


def test_modes_changed_between_sleep_and_permission_keep_linux_awake() -> None:
    """With echo on, the acknowledgement returned to the firmware, whose door may open."""
    bench = online()
    bench.peer.suspend()
    while bench.peer._session is None or bench.peer._session.state != "quiet":
        bench.peer.turn()
    bench.system.modes = COOKED
    bench.run(1_000_000)
    assert ends(bench) == [SuspendRefused, Resumed]
    assert bench.slept == 0
    refused = bench.told(SuspendRefused)[0]
    assert isinstance(refused, SuspendRefused) and "echo" in refused.reason
    bench.peer.suspend()
    bench.run(1_000_000)
    assert bench.slept == 1


def test_a_tty_that_cannot_be_made_raw_raises() -> None:
    bench = Bench()
    bench.system.set_modes = lambda handle, modes: None  # type: ignore[method-assign]
    with pytest.raises(Exception, match=r"the modes icrnl .* cannot be turned off"):
        bench.peer.run()


# ------------------------------------------------------------------------------ slow applications


def test_acknowledging_later_from_another_thread_repeats_nothing() -> None:
    bench = Bench(automatic=False)
    bench.run(30_000_000)
    last, log = _end_of_samples(bench)
    assert bench.peer._session is not None
    assert bench.peer._session.duplicates == 0
    bench.peer.acknowledge(last + 1, log)  # of another session: not believed
    bench.peer.turn()
    bench.peer.acknowledge(last, log)
    bench.run(30_000_000)
    assert bench.peer._session.duplicates == 0
    assert bench.peer._session.known is not None
    assert bench.peer._session.known.next_seq == last == SAMPLES


def test_an_acknowledgement_frees_no_samples_of_another_log() -> None:
    """A slow application acknowledges what it got before a cold power cycle of the whole board."""
    bench = Bench(automatic=False)
    bench.run(1_000_000)
    old_end, old_log = _end_of_samples(bench)
    bench.system.hang_up()
    bench.run(300_000)
    bench.system.replace_memory()
    bench.events.clear()
    bench.system.come_back()
    bench.run(1_000_000)
    end, log = _end_of_samples(bench)
    session = bench.peer._session
    assert session is not None
    assert (log != old_log, end) == (True, old_end)  # the new log uses the same numbers
    bench.peer.acknowledge(old_end, old_log)
    bench.run(1_000_000)
    assert session.known is not None
    assert session.known.next_seq == 0
    bench.peer.acknowledge(end, log)
    bench.peer.acknowledge(old_end, old_log)  # does not replace the one before
    bench.run(1_000_000)
    assert session.known.log == log
    assert session.known.next_seq == end


def _end_of_samples(bench: Bench) -> tuple[int, int]:
    """Return the number after the last sample that was handed out, and its log."""
    last = [event for event in bench.events if isinstance(event, Samples)][-1]
    return last.block.first_seq + last.block.count, last.log


def test_the_peer_needs_nothing_but_cbor2() -> None:
    """It runs on the board, without the packages of the generator."""
    code = (
        "import sys\n"
        "for name in ('pydantic', 'ruamel', 'ruamel.yaml', 'jinja2', 'elftools'):\n"
        "    sys.modules[name] = None\n"
        "import fwgen.peer.tty\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('fwgen.')}\n"
        "assert rooms <= {'errors', 'wire', 'handshake', 'peer'}, rooms\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_tty_that_disappears_before_the_permission_takes_it_along() -> None:
    bench = online()
    bench.peer.suspend()
    while bench.peer._session is None or bench.peer._session.state != "suspended":
        bench.peer.turn()
    bench.system.hang_up()
    bench.run(1_000_000)
    assert ends(bench) == []
    bench.run(1_000_000)
    assert ends(bench) == [SuspendRefused]
    assert bench.slept == 0


def test_requests_share_a_result_though_the_handler_fails() -> None:
    bench = online()
    bench.peer.suspend()
    bench.peer.turn()
    bench.system.hang_up()
    bench.peer.suspend()

    def fail(event: Event) -> None:
        bench.events.append(event)
        raise RuntimeError

    bench.react = fail
    with pytest.raises(RuntimeError):
        bench.peer.run()
    bench.react = lambda event: None
    bench.peer.stop()
    bench.peer.run()
    assert ends(bench) == [SuspendRefused]
