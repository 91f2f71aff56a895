"""Python interface to host_shell.h."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, byref, c_int32, c_uint8, c_uint32, c_uint64, c_void_p
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fwgen.peer.linux.tty import messages

NEVER: Final = (1 << 64) - 1
"""HOST_NEVER."""
REACHED, INBOX, RUNG, READINGS, STUCK, INTERRUPT = range(6)
A35_RUNS, A35_STOPPED, A35_OFF = range(3)
_INBOX_BYTES: Final = 32768
TTY_ADDRESS: Final = 1024
"""Linux's address of the tty's endpoint: the first that Linux assigns."""
TOUCHES: Final = ("rpmsg send", "rpmsg receive", "rpmsg buffers given back")


class Params(Structure):
    _fields_ = (
        ("log_bytes", c_uint64),
        ("log", c_void_p),
        ("initial_seq", c_uint32),
        ("first_sample_us", c_uint32),
        ("link_buffers", c_uint32),
        ("link_latency_us", c_uint32),
        ("give_back_us", c_uint32),
        ("rings_in_ddr", c_uint32),
        ("ddr_stays_closed", c_uint32),
    )


class Rings(Structure):
    """struct host_rings."""

    _fields_ = (
        ("memory", c_void_p),
        ("memory_start", c_uint64),
        ("memory_bytes", c_uint64),
        ("descriptors", c_uint64 * 2),
        ("used", c_uint64 * 2),
        ("entries", c_uint32),
    )


class Counts(Structure):
    """struct host_counts."""

    next_seq: int
    boot: int
    log_slots: int
    log_used_slots: int
    log_peak_slots: int
    accesses: int
    stale_doorbells: int
    unexpected: int
    _fields_ = (
        ("next_seq", c_uint32),
        ("boot", c_uint32),
        ("log_slots", c_uint32),
        ("log_used_slots", c_uint32),
        ("log_peak_slots", c_uint32),
        ("accesses", c_uint32),
        ("stale_doorbells", c_uint32),
        ("unexpected", c_uint32),
    )


_FUNCTIONS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "host_new": (c_void_p, (POINTER(Params),)),
    "host_free": (None, (c_void_p,)),
    "host_boot": (None, (c_void_p, c_uint32)),
    "host_crash": (None, (c_void_p, c_uint32)),
    "host_run": (c_uint32, (c_void_p, c_uint64)),
    "host_now_us": (c_uint64, (c_void_p,)),
    "host_next_due_us": (c_uint64, (c_void_p,)),
    "host_readings": (None, (c_void_p, c_uint32, c_void_p, c_uint64, c_uint64)),
    "host_lacks": (c_uint32, (c_void_p,)),
    "host_samples": (c_uint64, (c_void_p, c_uint32)),
    "host_link_set": (None, (c_void_p, c_uint32)),
    "host_reading_set": (None, (c_void_p, c_uint32)),
    "host_ddr_set": (None, (c_void_p, c_uint32)),
    "host_a35_set": (None, (c_void_p, c_uint32)),
    "host_linux_send": (c_int32, (c_void_p, c_uint32, ctypes.c_char_p, c_uint32)),
    "host_inbox": (c_uint32, (c_void_p, POINTER(c_uint8), c_uint32)),
    "host_rings_set": (None, (c_void_p, POINTER(Rings))),
    "host_interrupts_take": (c_uint32, (c_void_p,)),
    "host_linux_kick": (None, (c_void_p, c_uint32)),
    "host_stale_kick": (None, (c_void_p, c_uint32)),
    "host_disturb": (None, (c_void_p, c_uint32, c_uint32, c_uint64, c_uint64)),
    "host_stall": (None, (c_void_p, c_uint64)),
    "host_stall_delayed": (c_uint32, (c_void_p,)),
    "host_display_set": (None, (c_void_p, c_uint32)),
    "host_counts_get": (None, (c_void_p, POINTER(Counts))),
    "host_access": (c_int32, (c_void_p, c_uint32, POINTER(c_uint64))),
}


class Machine:
    """One simulated M33. Times are the host's clock, which starts at 0."""

    def __init__(self, library: Path, log_bytes: int, **params: int) -> None:
        self._library = _load(library)
        self.now_us = 0
        """The host's clock."""
        self.log: NDArray[np.uint64] = np.zeros(log_bytes // 8, dtype=np.uint64)
        self.a35_off = True
        """In the sleep mode the A35's domain is switched off."""
        self._link = False
        self._inbox = (c_uint8 * _INBOX_BYTES)()
        self._readings: dict[int, NDArray[np.uint32]] = {}
        wanted = Params(log_bytes=log_bytes, log=self.log.ctypes.data, **params)
        self._host = self._library.host_new(byref(wanted))
        if not self._host:
            raise MemoryError("not enough memory for the simulated machine")

    def close(self) -> None:
        if self._host:
            self._library.host_free(self._host)
            self._host = None

    def boot(self, reset: int) -> None:
        """Start the M33. `reset`: why, RESET_... of crash.h."""
        self._library.host_boot(self._host, reset)

    def crash(self, kind: int) -> None:
        """The firmware keeps a crash of this kind (enum crash_kind)."""
        self._library.host_crash(self._host, kind)

    def run(self, until_us: int) -> int:
        """Run until then, or until something needs Python; return why it stopped."""
        reason: int = self._library.host_run(self._host, until_us)
        reached = reason == REACHED
        self.now_us = until_us if reached else self._library.host_now_us(self._host)
        return reason

    def next_due_us(self) -> int:
        """Return when the M33 does something next, if nothing happens to it before."""
        return int(self._library.host_next_due_us(self._host))

    def give(self, readings: NDArray[np.uint32], first: int, stream: int = 0) -> None:
        """Set what a sensor reads in the measurements of this boot from number `first` on, one
        row each."""
        self._readings[stream] = np.ascontiguousarray(readings, dtype=np.uint32)
        place = self._readings[stream].ctypes.data
        self._library.host_readings(self._host, stream, place, first, len(readings))

    @property
    def lacks(self) -> int:
        """The number of the sensor that needs readings, after READINGS."""
        return int(self._library.host_lacks(self._host))

    def samples(self, stream: int) -> int:
        """Return how many measurements of a sensor have ended since the boot."""
        return int(self._library.host_samples(self._host, stream))

    def inbox(self) -> bytes:
        """Return the bytes that Linux's driver has read."""
        count = self._library.host_inbox(self._host, self._inbox, _INBOX_BYTES)
        return ctypes.string_at(self._inbox, count)

    def write(self, data: bytes, source: int = TTY_ADDRESS) -> int:
        """Send messages to the firmware from this address; return how many bytes got a buffer."""
        written = 0
        for message in messages(data):
            if self._library.host_linux_send(self._host, source, message, len(message)):
                break
            written += len(message)
        return written

    def has_tty(self) -> bool:
        return self._link

    def set_link(self, up: bool) -> None:
        self._link = up
        self._library.host_link_set(self._host, up)

    def set_reading(self, reads: bool) -> None:
        self._library.host_reading_set(self._host, reads)

    def set_ddr(self, closed: bool) -> None:
        self._library.host_ddr_set(self._host, closed)
        asleep = A35_OFF if self.a35_off else A35_STOPPED
        self._library.host_a35_set(self._host, asleep if closed else A35_RUNS)

    def set_idle(self, ddr_closed: bool, a35_runs: bool) -> None:
        self._library.host_ddr_set(self._host, ddr_closed)
        self._library.host_a35_set(self._host, A35_RUNS if a35_runs else A35_STOPPED)

    def set_rings(self, rings: Rings) -> None:
        """Use a real Linux's rings (host_rings.c) from the next set_link on. Their memory must stay
        mapped until other rings are set."""
        self._library.host_rings_set(self._host, byref(rings))

    def interrupts(self) -> list[int]:
        """Return the rings whose doorbells have reached Linux since the last call."""
        rang = self._library.host_interrupts_take(self._host)
        return [ring for ring in (0, 1) if rang >> ring & 1]

    def linux_kick(self, ring: int) -> None:
        """Linux rings; the doorbell reaches the M33 after its latency."""
        self._library.host_linux_kick(self._host, ring)

    def stale_kick(self, ring: int) -> None:
        self._library.host_stale_kick(self._host, ring)

    def disturb(self, direction: int, how: int, until_us: int, by_us: int) -> None:
        """Disturb the doorbells of one direction until then: see host_link.h."""
        self._library.host_disturb(self._host, direction, how, until_us, by_us)

    def stall(self, until_us: int) -> None:
        """The M33 halts until then."""
        self._library.host_stall(self._host, until_us)

    def stall_delayed(self) -> bool:
        """Return whether the M33 had something to do while it halted last."""
        return bool(self._library.host_stall_delayed(self._host))

    def stop(self) -> None:
        """The M33 halts until the next boot."""
        self.stall(NEVER)

    def set_display(self, present: bool) -> None:
        self._library.host_display_set(self._host, present)

    def counts(self) -> Counts:
        counts = Counts()
        self._library.host_counts_get(self._host, byref(counts))
        return counts

    def accesses(self) -> list[tuple[int, str]]:
        """Return time and kind of each stored access to closed DDR."""
        found: list[tuple[int, str]] = []
        at_us = c_uint64()
        while True:
            touch = self._library.host_access(self._host, len(found), byref(at_us))
            if touch < 0:
                return found
            found.append((at_us.value, TOUCHES[touch]))


@cache
def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
