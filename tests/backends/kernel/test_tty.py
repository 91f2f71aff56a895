"""The fault list: what the real kernel's tty, suspend and drivers do, and what the peer does.

docs/linux.md lists these facts; the emulated Linux must behave the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fwgen.wire.messages import Hello, PeerHello, Sleep, SleepAck, decode, encode
from fwgen.wire.stream import StreamReader
from tests.backends.kernel.lab import Lab

pytestmark = pytest.mark.needs("linux")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def say_at(lab: Lab, time_s: float, data: bytes) -> None:
    lab.at(time_s, lambda: lab.say(data))


def test_modes_of_a_fresh_tty_and_what_the_peer_sets(lab: Lab) -> None:
    found = lab.run("modes")
    assert found["fresh"] == ["icrnl", "ixon", "isig", "iexten"]
    assert found["raw"] == []


def test_all_buffers_taken_is_enomem_at_once_and_always_writable(lab: Lab) -> None:
    lab.holds = True
    found = lab.run("all_buffers_taken")
    assert found["taken"] == [2] * 8 + ["ENOMEM"] * 2, "as many messages as the ring has entries"
    assert found["blocking"] == "ENOMEM" and found["waited_s"] < 0.001
    assert found["select"] is True and found["poll"] == [4], "POLLOUT"
    assert found["queued"] == 0
    assert [data for _, data in lab.sent] == [b"%02d" % number for number in range(8)]


def test_a_long_write_is_cut_where_the_buffers_end(lab: Lab) -> None:
    lab.holds = True
    lab.at(5, lambda: lab.give_back(2))
    lab.at(11, lambda: lab.give_back(8))
    assert lab.run("long_writes") == [2 * 496, "ENOMEM", 2048 + 3 * 496, "ENOMEM"]
    sizes = [len(data) for _, data in lab.sent[8:]]
    assert sizes == [496, 496, 496, 496, 496, 496, 64, 496, 496, 496], "2048 bytes at a time"


def test_the_peer_waits_for_buffers_in_one_session(lab: Lab) -> None:
    lab.holds = True
    lab.at(5, lambda: lab.give_back(8))
    lab.at(6, lambda: setattr(lab, "holds", False))
    found = lab.run("peer_without_buffers")
    assert found["sessions"] == 1
    hellos = [time_s for time_s, _ in lab.sent]
    held = [time_s for time_s in hellos if time_s < 5]
    assert len(held) == 8 and min(hellos[8:]) < 5.2, "it goes on when buffers are free"
    assert found["writes"] <= 200, "at most every 0.1 s, and once a hello"


def test_more_buffers_with_more_entries(tmp_path: Path) -> None:
    lab = Lab(tmp_path, entries=16)
    lab.holds = True
    assert lab.run("all_buffers_taken")["taken"] == [2] * 10
    assert len(lab.sent) == 11, "the blocking write, too"


def test_bytes_from_before_the_open_arrive_only_without_a_flush(tmp_path: Path) -> None:
    for trial, found in (
        ("before_a_plain_open", "one two three "),
        ("before_the_open", ["", "two ", "", "four "]),
    ):
        (tmp_path / trial).mkdir()
        lab = Lab(tmp_path / trial)
        for time_s, data in ((2, b"one "), (6, b"two "), (8, b"three "), (12, b"four ")):
            say_at(lab, time_s, data)
        assert lab.run(trial) == found


def test_150_kb_unread_are_kept(lab: Lab) -> None:
    say_at(lab, 2, bytes(i % 251 for i in range(150_000)))
    assert lab.run("unread") == {"bytes": 150_000, "intact": True}


def test_a_doorbell_on_the_way_down_is_swallowed(lab: Lab) -> None:
    stops: list[float] = []

    def stop() -> None:
        stops.append(lab.now_s)
        lab.at(lab.now_s + (10 if len(stops) == 2 else 0), lab.device.wake)

    lab.on_stop = stop
    during, asleep = lab.run("doorbells")
    assert 100 <= during < 100.1, "until the alarm: the doorbell neither stopped nor ended it"
    assert 10 <= asleep < 10.1, "a doorbell to a Linux that sleeps wakes it"
    kinds = [what for _, what in lab.log if what.startswith("rings")]
    assert kinds == ["rings made", *["rings stopped", "rings started"] * 2, "rings stopped"]


def test_the_driver_is_unbound_and_bound(lab: Lab) -> None:
    found = lab.run("unbound")
    assert found["gone"] and found["opened_while_gone"] is None
    assert found["after"] == ["", "EIO"], "hung up"
    assert found["ttys"] == ["ttyRPMSG1"], "the first number is in use until it is closed"
    assert found["write"] == 5 and lab.sent[-1][1] == b"again"
    assert [what for _, what in lab.log if "made" in what or "unbound" in what] == [
        "rings made",
        "unbound",
        "rings made",
        "unbound",  # at the end
    ]


def test_a_second_reader_takes_bytes_and_a_second_peer_is_kept_out(lab: Lab) -> None:
    for number in range(20):
        say_at(lab, 2 + number / 10, b"%02d;" % number)
    found = lab.run("second_reader")
    assert found["locked"] == "EAGAIN", "flock: a second peer reports it"
    assert found["other"] == "".join(f"{number:02};" for number in range(10))
    assert found["own"] == "".join(f"{number:02};" for number in range(10, 20))


def test_a_prober_echoes_until_the_modes_are_restored(lab: Lab) -> None:
    say_at(lab, 2, b"first\n")
    say_at(lab, 4, b"second\n")
    found = lab.run("prober")
    assert found["wrong"] == ["icrnl", "ixon", "opost", "isig", "icanon", "echo"]
    assert found["read"] == "first\nsecond\n"
    prompt = [b"login: ", b"\r\n"]
    echo = [b"f", b"i", b"r", b"s", b"t", b"\r\n"]
    assert [data for _, data in lab.sent] == [*prompt, *echo], "each byte in a message of its own"


def firmware(lab: Lab) -> None:
    """Answers hellos and permits each suspend."""
    reader = StreamReader(decode)

    def later(message: Hello | SleepAck) -> None:
        say_at(lab, lab.now_s + 0.001, encode(message))

    def take(data: bytes) -> None:
        for message in reader.feed(data):
            if isinstance(message, PeerHello):
                spec_hash = bytes(range(8))
                later(Hello(message.format, spec_hash, 1, message.session, 0, 0, 1000, 60_000, 5))
            elif isinstance(message, Sleep):
                later(SleepAck(message.id))

    lab.on_sent = take


@pytest.mark.parametrize(
    ("trial", "answers", "number", "saw"),
    [
        ("disk_full", lambda lab: None, "ENOSPC", ["SuspendRefused"]),
        ("no_wakealarm", firmware, "ENOENT", ["Online", "SuspendReady"]),
    ],
)
def test_errors_of_the_application_are_not_swallowed(
    lab: Lab, trial: str, answers: Callable[[Lab], None], number: str, saw: list[str]
) -> None:
    answers(lab)
    found = lab.run(trial)
    assert found["errno"] == number and found["saw"] == saw


def test_a_suspend_that_the_kernel_refuses_is_reported(lab: Lab) -> None:
    firmware(lab)
    *saw, failed = lab.run("no_suspend")["saw"]
    assert saw == ["Online", "SuspendReady", "SuspendFailed"]
    assert "ENOSYS" in failed
