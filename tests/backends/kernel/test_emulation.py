"""Our emulated Linux held against the real kernel: the same on the rings, step by step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fwgen.backends.kernel.vhost import FROM_LINUX, TO_LINUX
from fwgen.backends.wire_watch import WireWatch
from tests.backends.kernel import running
from tests.backends.kernel.lab import Lab
from tests.backends.running import bundled
from tests.backends.running import run as run_emulated
from tests.peer.linux.plain import Bench, Firmware, firmware


@dataclass
class Recording:
    """`kicks`: step -> the rings that Linux rang, in order. `sizes`, `heads`: of Linux's messages:
    bytes and descriptors. `written`: what the writes returned; 0 is ENOMEM. `interrupts`: whether
    Linux wants to know of used buffers, ring by ring. `buffers`: addresses of the buffers for
    messages to Linux, from the first one; and their sizes."""

    kicks: dict[str, list[int]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    interrupts: list[bool] = field(default_factory=list)


STEPS = {"announced": 2, "burst": 3, "small": 4, "long": 5, "full": 6, "given back": 7, "again": 9}
"""Step -> its end in the real kernel, in s. The first has the kick of the new rings, too."""


def kernel(folder: Path) -> Recording:
    lab, made = Lab(folder), Recording()
    lab.at(2, lambda: lab.burst(5))
    lab.at(4.5, lambda: setattr(lab, "holds", True))
    lab.at(6, lambda: lab.give_back(2, rings=False))
    lab.at(6.5, lambda: made.interrupts.extend(map(lab.wants_interrupt, (TO_LINUX, FROM_LINUX))))
    results = lab.run("ring_traffic")
    start_s = 0.0
    for step, end_s in STEPS.items():
        log = [what for time_s, what in lab.log if start_s <= time_s < end_s]
        made.kicks[step] = [int(what[-1]) for what in log if what.startswith("kick")]
        start_s = end_s
    made.sizes, made.heads = [len(data) for _, data in lab.sent], lab.heads
    made.written = [0 if result == "ENOMEM" else result for result in results]
    return made


class Emulated:
    """fwgen.peer.linux over plain memory; kicks are noted before the mailbox delays them."""

    def __init__(self) -> None:
        self.bench, self.made = Bench(), Recording()
        self._kicks: list[int] = []
        send = self.bench.kernel.mailbox.send

        def note(channel: int) -> None:
            self._kicks.append(channel)
            send(channel)

        self.bench.kernel.mailbox.send = note  # type: ignore[method-assign]
        self.bench.kernel.start(firmware())
        self.bench.kernel.bind()
        self.device = Firmware(self.bench.memory)

    def step(self, name: str) -> None:
        self.made.kicks[name], self._kicks[:] = self._kicks[:], []

    def write(self, size: int) -> None:
        assert self.bench.kernel.tty is not None
        self.made.written.append(self.bench.kernel.tty.write(bytes(size)))

    def take(self, holds: bool = False) -> list[int]:
        """The firmware takes what was sent; return the descriptors that it keeps."""
        kept = []
        while (taken := self.device.inward.take()) is not None:
            head, _, length = taken
            self.made.sizes.append(length - 16)
            self.made.heads.append(head)
            if holds:
                kept.append(head)
            else:
                self.device.inward.give(head, 0)
        return kept


def emulated() -> Recording:
    side = Emulated()
    side.device.announce()
    side.bench.kernel.rang(0)
    side.device.peer = 1024
    side.step("announced")
    for _ in range(5):
        assert side.device.send(bytes(8))
    side.bench.kernel.rang(0)
    side.step("burst")
    for _ in range(3):
        side.write(10)
        side.take()
    side.step("small")
    side.write(3000)
    side.take()
    side.step("long")
    side.write(5000)
    kept = side.take(holds=True)
    side.write(1)
    side.step("full")
    for head in kept[:2]:
        side.device.inward.give(head, 0)
    rings = (side.device.out, side.device.inward)
    side.made.interrupts = [ring.wants_interrupt() for ring in rings]
    side.step("given back")
    side.write(10)
    side.take(holds=True)
    side.step("again")
    return side.made


@pytest.mark.needs("linux")
def test_the_emulated_linux_does_the_same_on_the_rings(tmp_path: Path) -> None:
    real, ours = kernel(tmp_path), emulated()
    assert ours.kicks == real.kicks, "who rings when"
    assert ours.written == real.written, "what write(2) says when buffers run out"
    assert ours.sizes == real.sizes, "how a long write is cut"
    assert ours.interrupts == real.interrupts
    assert ours.heads == real.heads, "which descriptors are used again"


def test_what_the_emulated_linux_does() -> None:
    """The same figures without a kernel, so that they are checked on every machine."""
    made = emulated()
    assert made.kicks == {
        "announced": [0, 0],
        "burst": [0],
        "small": [1] * 3,
        "long": [1] * 7,
        "full": [1] * 8,
        "given back": [],
        "again": [1],
    }
    assert made.written == [10, 10, 10, 3000, 2048 + 3 * 496, 0, 10]
    assert made.interrupts == [True, False], "not of the buffers that it has sent"


SAME = (
    *("back-to-back", "sleep-twice", "stale-doorbells", "linux-reboot-asleep", "unbind"),
    "ten-minutes",
)
"""Scenarios in which the emulated Linux exchanges exactly the same messages. docs/linux.md says how
others differ, and why."""


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What passes between the application and the firmware, in order: `>` from Linux."""
    found: list[str] = []

    def note(name: str, mark: str) -> None:
        usual = getattr(WireWatch, name)

        def noted(self: WireWatch, message: object, now_us: int) -> None:
            found.append(mark + type(message).__name__)
            usual(self, message, now_us)

        monkeypatch.setattr(WireWatch, name, noted)

    note("went", ">")
    note("came", "<")
    return found


@pytest.mark.needs("linux")
@pytest.mark.parametrize("name", SAME)
def test_the_same_messages_in_a_scenario(name: str, messages: list[str]) -> None:
    seen = []
    for run in (running.run, run_emulated):
        messages.clear()
        record, report = run(bundled(name))
        stream = ("<Block", "<Status", ">Ack")
        seen.append(
            {
                "counts": Counter(messages),
                "handshake": [message for message in messages if message not in stream],
                "causes": [sleep["wake_cause"] for sleep in report["sleeps"]],
                "in flight": [(s.used_closed, s.used_opened) for s in record.sleeps],
                "samples": report["samples"],
            }
        )
    assert seen[1] == seen[0]


@pytest.mark.needs("linux")
@pytest.mark.parametrize("name", ["firmware-reset-asleep", "damaged-log"])
def test_an_application_wakes_a_firmware_that_was_reset(name: str, messages: list[str]) -> None:
    """It does not know of the reset; nobody answers until remoteproc has started the firmware."""
    wakes = []
    for run in (running.run, run_emulated):
        messages.clear()
        run(bundled(name))
        wakes.append(messages.count(">Wake"))
    assert wakes[0] == wakes[1] > 1
