"""The compiled node on a pty, in its own thread; it takes a sample of each sensor each period."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from pathlib import Path

from fwgen.peer.system import boot_time_us
from tests.core.cnode import PERIOD_US, CCrash, CNode

LOG = 0xA11CE
DEADLINE_S = 20


def distance_mm(number: int) -> int:
    """The distance of sample `number`."""
    return 1000 + number % 50


class PtyFirmware:
    """`ppm`: how much faster the firmware's clock runs than Linux's. `other`: period in
    microseconds and widths of the channels of a second sensor, whose sample has its number as the
    first value."""

    def __init__(
        self,
        slots: int = 200,
        ppm: float = 0.0,
        log_id: int = LOG,
        other: tuple[int, tuple[int, ...]] | None = None,
    ) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(self.master)
        self.path = Path(os.ttyname(slave))
        self.taken = 0
        """Samples taken so far; the next one has this number."""
        self.other_taken = 0
        self._other_us = other[0] if other else None
        self._slave = slave
        self._rate = 1 + ppm * 1e-6
        self._linux_us = boot_time_us()
        self._ahead_us = 0
        self._lock = threading.Lock()
        self.node = CNode(slots=slots, log_id=log_id, other=other)
        self._over, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self.node.link(True, self.now_us())
        self._thread.start()

    def now_us(self) -> int:
        """The firmware's clock."""
        return round((boot_time_us() - self._linux_us) * self._rate) + self._ahead_us

    def linux_us(self, device_us: int) -> float:
        """Return CLOCK_BOOTTIME at an instant of the firmware's clock, before any `skip`."""
        return self._linux_us + device_us / self._rate

    def skip(self, samples: int) -> None:
        """Let the firmware's time jump ahead by that many periods, as if Linux had stood still."""
        with self._lock:
            self._ahead_us += samples * PERIOD_US
            self._take_samples()

    def keep_crash(self, kind: int, pc: int, uptime_s: int) -> None:
        """Let the node keep a crash that no peer knows, as if this were the start after it."""
        with self._lock:
            self.node.crashed(CCrash(kind, 0, pc, 0, 0, 0, uptime_s))

    def pause(self) -> None:
        """Let the node send nothing more."""
        os.write(self._stop, b"!")
        self._thread.join(DEADLINE_S)

    def close(self) -> None:
        self.pause()
        for handle in (self.master, self._slave, self._over, self._stop):
            os.close(handle)

    def _take_samples(self) -> None:
        while self.taken * PERIOD_US <= self.now_us():
            self.node.sample(self.taken * PERIOD_US, distance_mm(self.taken))
            self.taken += 1
        while self._other_us and self.other_taken * self._other_us <= self.now_us():
            self.node.sample(self.other_taken * self._other_us, self.other_taken, stream=1)
            self.other_taken += 1

    def _live(self) -> None:
        while True:
            due_us = min(self.node.next_due_us(self.now_us()), self.taken * PERIOD_US)
            wait_s = min(max(0, due_us - self.now_us()) / 1e6, 0.05)
            ready, _, _ = select.select([self.master, self._over], [], [], wait_s)
            if self._over in ready:
                return
            with self._lock:
                self._turn(self.master in ready)

    def _turn(self, readable: bool) -> None:
        node = self.node
        self._take_samples()
        if readable:
            node.doorbell(self.now_us())
            data = os.read(self.master, 4096)
            if node.door_open:
                node.receive(data, self.now_us())
        node.poll(self.now_us())
        for message in node.sent:
            os.write(self.master, message)
        node.sent.clear()
