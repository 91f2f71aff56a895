"""What other threads request from the one thread that serves the tty."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable

from fwgen.wire.messages import Start


class Requests:
    """Each request rings: it makes `bell` readable, on which the serving thread waits."""

    def __init__(self, clock_us: Callable[[], int]) -> None:
        self._clock_us = clock_us
        self._lock = threading.Lock()
        self._wished_us: int | None = None
        self._processed: dict[tuple[int, int], int] = {}  # by log and stream
        self._start: Start | None = None
        self.bell, self._bell_in = os.pipe()
        os.set_blocking(self.bell, False)
        os.set_blocking(self._bell_in, False)

    def close(self) -> None:
        os.close(self._bell_in)
        os.close(self.bell)

    # ------------------------------------------------------------------- any thread may call these

    def ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._bell_in, b"!")

    def suspend(self) -> None:
        with self._lock:
            if self._wished_us is None:
                self._wished_us = self._clock_us()
        self.ring()

    def acknowledge(self, next_seq: int, log: int, stream: int) -> None:
        with self._lock:
            self._processed[log, stream] = next_seq
        self.ring()

    def acknowledge_crashes(self, start: Start) -> None:
        with self._lock:
            self._start = start
        self.ring()

    # --------------------------------------------------------------------------- the serving thread

    def hear(self) -> None:
        """Let `bell` be silent until the next request."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.bell, 4096)

    @property
    def wished_us(self) -> int | None:
        """When a suspend was requested; None: there is no new request."""
        with self._lock:
            return self._wished_us

    def take_wish(self) -> int | None:
        """Return `wished_us`; then there is no new request."""
        with self._lock:
            wished_us, self._wished_us = self._wished_us, None
        return wished_us

    def keep_wish(self, wished_us: int | None) -> None:
        """A request that was taken counts as new again."""
        with self._lock:
            self._wished_us = wished_us

    def take_processed(self) -> dict[tuple[int, int], int]:
        """Return the number after the last sample processed, by log and stream, if it is new."""
        with self._lock:
            processed, self._processed = self._processed, {}
        return processed

    def take_start(self) -> Start | None:
        """Return the start whose crashes are stored, if it is new."""
        with self._lock:
            start, self._start = self._start, None
        return start
