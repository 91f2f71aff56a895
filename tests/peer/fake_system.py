"""A kernel in virtual time: one tty with the compiled node behind it, and every call may fail."""

from __future__ import annotations

import errno
import os
import termios
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fwgen.peer.events import Event
from fwgen.peer.latency import CPU_DMA_LATENCY
from fwgen.peer.modes import Modes
from fwgen.peer.session import Known, Session
from fwgen.peer.system import System, open_raw
from fwgen.peer.tty import TtyPeer
from tests.core.cnode import PERIOD_US, SPEC_HASH, CNode

PATH = Path("/dev/ttyRPMSG0")
COOKED: Modes = [
    termios.ICRNL | termios.IXON,
    termios.OPOST,
    termios.CS8,
    termios.ISIG | termios.ICANON | termios.ECHO,
    termios.B9600,
    termios.B9600,
    [0] * 32,
]
SAMPLES = 1000
HOUR_US = 3_600_000_000


class Fake(System):
    """`errors`: errors of the next calls of that name; `lasting`: errors of all calls."""

    def __init__(self) -> None:
        self.now = SAMPLES * PERIOD_US
        self.there = True
        self.handles = 0
        self.open_handle: int | None = None
        self.modes = COOKED
        self.errors: dict[str, list[int]] = {}
        self.lasting: dict[str, int] = {}
        self.calls: Counter[str] = Counter()
        self.written = b""
        self.incoming = b""
        self.ring = b""  # the firmware has not read it yet
        self.silent = False
        self.idle = 0
        self.held: list[Path] = []
        self.node = self._new_node(0)
        self.node.link(True, self.now)

    # ---------------------------------------------------------------------------- called by tests

    def hang_up(self) -> None:
        """The tty goes; whoever has it open finds out."""
        self.there = False
        self.open_handle = None
        self.incoming = b""

    def come_back(self) -> None:
        """With new rings."""
        self.there = True
        self.incoming = self.ring = b""
        self.node.link(True, self.now)

    def restart_firmware(self) -> None:
        self.node = CNode(self.node.region, slots=60, now_us=self.now)
        self.node.link(True, self.now)

    def replace_memory(self) -> None:
        """The whole board was without power: another log, with as many samples."""
        self.node = self._new_node(self.now)
        self.now += SAMPLES * PERIOD_US

    @staticmethod
    def _new_node(now_us: int) -> CNode:
        node = CNode(slots=60, now_us=now_us)
        for number in range(SAMPLES):
            node.sample(now_us + number * PERIOD_US, 1000 + number * 137 % 500)
        return node

    # --------------------------------------------------------------------------------- the system

    def _call(self, name: str, handle: int | None = None) -> None:
        self.calls[name] += 1
        if handle is not None and handle != self.open_handle:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        number = self.errors[name].pop(0) if self.errors.get(name) else self.lasting.get(name)
        if number is not None:
            raise OSError(number, os.strerror(number))

    def open_tty(self, path: Path) -> int:
        handle = open_raw(path, self)
        if handle is None:
            return super().open_tty(Path("/no/such/tty"))
        return handle

    def open(self, path: Path) -> int:
        self._call("open")
        if not self.there:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))
        self.handles += 1
        self.open_handle = 1000 + self.handles
        self.modes = COOKED
        return self.open_handle

    def close(self, handle: int) -> None:
        self.open_handle = None

    def lock(self, handle: int) -> None:
        self._call("lock", handle)

    def exclude(self, handle: int) -> None:
        self._call("ioctl", handle)

    def forget_input(self, handle: int) -> None:
        self._call("ioctl", handle)
        self.incoming = b""

    def get_modes(self, handle: int) -> Modes:
        try:
            self._call("ioctl", handle)
        except OSError as error:
            raise termios.error(error.errno, error.strerror) from error
        return self.modes

    def set_modes(self, handle: int, modes: Modes) -> None:
        self._call("ioctl", handle)
        self.modes = modes

    def read(self, handle: int) -> bytes:
        if handle != self.open_handle:
            return b""
        self._call("read", handle)
        data, self.incoming = self.incoming, b""
        return data

    def hold_latency(self, path: Path) -> int | None:
        self._call("latency")
        self.held.append(path)
        return len(self.held)

    def release_latency(self, handle: int) -> None:
        del self.held[handle - 1]

    def write(self, handle: int, data: bytes) -> int:
        self._call("write", handle)
        self.written += data
        self._collect()
        self.ring += data
        self.node.doorbell(self.now)
        self._collect()
        return len(data)

    def _collect(self) -> None:
        if self.silent:
            self.ring = b""
        if self.ring and self.node.door_open:
            data, self.ring = self.ring, b""
            self.node.receive(data, self.now)
        self.node.poll(self.now)
        if not self.silent and self.there:
            self.incoming += b"".join(self.node.sent)
        self.node.sent.clear()

    def wait(self, handles: list[int], wait_s: float | None) -> list[int]:
        """At most 50 ms: then something else happened."""
        began = self.now
        end = self.now + (50_000 if wait_s is None else min(50_000, round(wait_s * 1e6)))
        while True:
            ready = [at for at in handles if at > 1000 and (self.incoming or not self.open_handle)]
            if ready or self.now >= end:
                break
            self._collect()
            due = self.node.next_due_us(self.now) if self.there else end
            self.now = min(end, max(self.now + 1, due))
        self.idle = 0 if self.now > began or ready else self.idle + 1
        assert self.idle < 100, "a busy loop"
        return ready


class Bench:
    """A TtyPeer over the fake, with the events that it reported."""

    def __init__(
        self,
        spec_hash: bytes = SPEC_HASH,
        automatic: bool = True,
        latency: Path | None = CPU_DMA_LATENCY,
    ) -> None:
        self.system = Fake()
        self.events: list[Event] = []
        self.sessions = 0
        self.slept = 0
        self.spec_hash = spec_hash
        self.automatic = automatic
        self.suspend_error: OSError | None = None
        self.react: Callable[[Event], None] = lambda event: None
        self.peer = TtyPeer(
            PATH,
            self.make_session,
            self.handle,
            clock_us=lambda: self.system.now,
            suspend_linux=self.suspend_linux,
            system=self.system,
            latency=latency,
        )

    def make_session(self, known: Known | None) -> Session:
        self.sessions += 1
        return Session(
            session_id=self.sessions,
            spec_hash=self.spec_hash,
            known=known,
            automatic=self.automatic,
        )

    def handle(self, event: Event) -> None:
        self.react(event)
        self.events.append(event)

    def suspend_linux(self) -> None:
        if self.suspend_error is not None:
            raise self.suspend_error
        self.slept += 1
        self.system.now += HOUR_US

    def run(self, for_us: int) -> None:
        """So long awake."""
        end = self._awake_us() + for_us
        while self._awake_us() < end:
            self.peer.turn()

    def _awake_us(self) -> int:
        return self.system.now - self.slept * HOUR_US

    def told(self, *kinds: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]
