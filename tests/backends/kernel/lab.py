"""A real Linux with a script of ours in it, and a firmware of ours behind its rpmsg device.

Outside, the test says what the firmware does and when. Inside, `trials.py` runs one of its
functions as Linux's first process and writes what it found as JSON.
"""

from __future__ import annotations

import heapq
import itertools
import json
import struct
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from fwgen import process
from fwgen.backends.kernel import memory
from fwgen.backends.kernel.calendar import NEVER, Calendar
from fwgen.backends.kernel.memory import Message
from fwgen.backends.kernel.sockets import GoneError, Sockets
from fwgen.backends.kernel.vhost import FROM_LINUX, RPMSG, TO_LINUX, Device
from tests.backends.kernel.running import kernel
from tests.patience import PATIENCE_S

ROOT: Final = Path(__file__).resolve().parents[3]
ADDRESS: Final = 0x400
LINUX: Final = 1024
"""Linux's address of the tty: the first that it gives away."""
NAME_SERVICE: Final = 53
MOST_BYTES: Final = 496
_END_NS: Final = 3_600 * 10**9
_FIRST_NS: Final = 1_000_000


class Lab:
    """`sent`: what Linux sent, with the time in s. `heads`: the descriptors of these messages.
    `holds`: the firmware keeps Linux's buffers.
    `log`: what Linux did with the device: kicks, and rings that it made, stopped or started."""

    def __init__(self, folder: Path, entries: int = 8) -> None:
        self._folder = folder
        self._entries = entries
        self._sockets = Sockets()
        self._calendar = Calendar(self._sockets, folder / "clock", 1_800_000_000)
        self.device = Device(
            self._sockets,
            folder / "device",
            self._kicked,
            on_rings=self._made,
            on_stop=self._stopped,
            on_unbound=lambda: self.log.append((self.now_s, "unbound")),
        )
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._fresh = True
        self._seen = 0
        self._held: list[int] = []
        self.holds = False
        self.sent: list[tuple[float, bytes]] = []
        self.heads: list[int] = []
        self.log: list[tuple[float, str]] = []
        self.on_sent: Callable[[bytes], None] = lambda data: None
        self.on_stop: Callable[[], None] = lambda: None

    @property
    def now_s(self) -> float:
        return self._calendar.now_ns / 1e9

    def at(self, time_s: float, call: Callable[[], None]) -> None:
        """Call at this time, when Linux waits; times in the past are now."""
        at_ns = max(round(time_s * 1e9), self._calendar.now_ns)
        heapq.heappush(self._events, (at_ns, next(self._numbers), call))
        self._calendar.shorten(at_ns)

    def say(self, data: bytes) -> None:
        """The firmware sends bytes, in as many messages as needed; call it while Linux waits."""
        for start in range(0, len(data), MOST_BYTES):
            part = data[start : start + MOST_BYTES]
            if not self._put(Message(ADDRESS, LINUX, part)):
                self.at(self.now_s + 0.001, partial(self.say, data[start:]))
                return

    def burst(self, count: int) -> None:
        """The firmware sends messages of 8 bytes, and rings once."""
        for _ in range(count):
            message = Message(ADDRESS, LINUX, bytes(8))
            assert memory.put(self.device, self.device.rings[TO_LINUX], message)
        self.device.call(TO_LINUX)

    def give_back(self, count: int, rings: bool = True) -> None:
        """Return buffers to Linux that the firmware holds."""
        for _ in range(count):
            memory.give_back(self.device, self.device.rings[FROM_LINUX], self._held.pop(0), 0)
        if rings:
            self.device.call(FROM_LINUX)

    def wants_interrupt(self, ring: int) -> bool:
        """Whether Linux wants to know that the firmware has used buffers of this ring."""
        flags = memory.read(self.device, self.device.rings[ring].available, 2)
        return not flags[0] & 1

    def run(self, trial: str) -> Any:
        """Run the function of trials.py in a new Linux; return what it returns."""
        result = self._folder / "result.json"
        command = [
            *(str(kernel()), "mem=96M", f"init={sys.executable}", "root=/dev/root", "rw"),
            *("rootfstype=hostfs", "rootflags=/", "con=null", "con0=fd:0,fd:1", "quiet"),
            *("no_console_suspend", f"vring_entries={self._entries}"),
            *("random.trust_bootloader=on", f"uml_dir={self._folder}/"),
            f"virtio_uml.device={self._folder / 'device'}:{RPMSG}",
            *(f"time-travel=ext:{self._folder / 'clock'}", f"PYTHONPATH={ROOT}"),
            *("--", "-s", "-B", "-m", "tests.backends.kernel.trials", trial, str(result)),
        ]
        log = self._folder / "linux.log"
        with log.open("wb") as out:
            options = {"stdin": process.PIPE, "stdout": out, "stderr": process.STDOUT}
            with process.started(command, **options) as linux:
                self._calendar.expect()
                try:
                    self._serve()
                except GoneError:
                    linux.wait(PATIENCE_S)
                finally:
                    linux.kill()
                    linux.wait()
                    self._sockets.close()
        assert result.exists(), log.read_text(errors="replace")[-3000:]
        found = json.loads(result.read_text())
        assert "failed" not in found, found["failed"]
        return found["returned"]

    def _serve(self) -> None:
        calendar = self._calendar
        while True:
            calendar.settle()
            next_ns = self._events[0][0] if self._events else NEVER
            due_ns = min(next_ns, calendar.wanted_ns)
            assert due_ns < _END_NS, "Linux waits, and nothing will happen"
            calendar.advance(due_ns)
            if next_ns <= calendar.now_ns:
                heapq.heappop(self._events)[2]()
            else:
                calendar.let_run(min(next_ns, _END_NS))

    def _put(self, message: Message) -> bool:
        if not memory.put(self.device, self.device.rings[TO_LINUX], message):
            return False
        self.device.call(TO_LINUX)
        return True

    def _made(self, new: bool) -> None:
        self.log.append((self.now_s, "rings made" if new else "rings started"))
        if new:
            self._fresh = True
            self._seen = 0
            self._held.clear()

    def _stopped(self) -> None:
        self.log.append((self.now_s, "rings stopped"))
        self.on_stop()

    def _kicked(self, ring: int) -> None:
        self.log.append((self.now_s, f"kick {ring}"))
        if self._fresh:
            self._fresh = False
            named = struct.pack("<32sII", b"rpmsg-tty", ADDRESS, 0)
            announcement = Message(ADDRESS, NAME_SERVICE, named)
            self.at(self.now_s + _FIRST_NS / 1e9, lambda: self._announce(announcement))
        if ring == FROM_LINUX:
            self._take()

    def _announce(self, announcement: Message) -> None:
        assert self._put(announcement)

    def _take(self) -> None:
        ring = self.device.rings[FROM_LINUX]
        for index in memory.available(self.device, ring, self._seen):
            self._seen = (self._seen + 1) & 0xFFFF
            data = memory.message(self.device, memory.buffer(self.device, ring, index)[0]).data
            self.sent.append((self.now_s, data))
            self.heads.append(index)
            if self.holds:
                self._held.append(index)
            else:
                memory.give_back(self.device, ring, index, 0)
            self.on_sent(data)
