"""The application of the emulated Linux: it starts a session, reads the tty and writes to it."""

from __future__ import annotations

from typing import Final

from fwgen.backends.linux.effects import REFUSE, SHORT, STALL, STEAL
from fwgen.backends.linux.state import LinuxState
from fwgen.record import ASKING, AWAKE, OFFLINE

_TTY_READ_BYTES: Final = 4095
"""N_TTY buffers 4 KiB; one read returns at most one byte less."""


class LinuxWithApplication(LinuxState):
    """Times are microseconds of scenario time."""

    @property
    def processed_seq(self) -> int | None:
        """Number of the first sample that the application has not processed (32 bits)."""
        return self._app.processed_seq

    def processed(self, stream: int) -> int | None:
        """Return the same of a sensor's stream."""
        return self._app.processed(stream)

    def _attach(self, now_us: int) -> None:
        """Make new rings and start a session over them."""
        if self.state == ASKING and self._sleep is not None:
            self._sleep.cause = "abort"
            self._sleep.up_us = now_us
        self._drop_app()
        if self._loads:  # else a firmware that has crashed stays as it is
            self._loads = self._silent = False
        self._enter(AWAKE if self._app_alive else OFFLINE, now_us)
        self.port.set_link(True)
        if self.port.has_tty():
            self._start_session(now_us)

    def _start_session(self, now_us: int) -> None:
        self._drop_app()
        if self._app_alive:
            self._enter(AWAKE, now_us)
            self._app.start(now_us)
            self._note_stream(now_us)

    def _drop_app(self) -> None:
        self._app.die()
        self._hangs = False  # the tty that it writes to is gone
        self._tty = b""
        self._alarms.pop("read", None)

    def _read_soon(self, now_us: int) -> None:
        if self._tty and self._app_runs and "read" not in self._alarms:
            size_bytes = min(len(self._tty), _TTY_READ_BYTES)
            at_us = max(now_us, self._app.busy_us) + self.pace.read_takes_us(size_bytes)
            self._alarms["read"] = (at_us, self._read)

    def _read(self, now_us: int) -> None:
        if self._app_runs:
            data, self._tty = self._tty[:_TTY_READ_BYTES], self._tty[_TTY_READ_BYTES:]
            self._stolen = "thief" in self._alarms and not self._stolen
            if self._stolen:
                self._effects.seen(STEAL)
            else:
                self._app.receive(data, now_us)
            self._read_soon(now_us)

    def _write(self, data: bytes) -> int:
        if self._hangs or "crash" in self._alarms:
            return 0
        if "refuse" in self._alarms:
            self._effects.seen(REFUSE)
            return 0
        if self._cuts:
            self._cuts, self._hangs = False, True
            self._effects.seen(STALL)
            return self.port.write(data[: max(1, len(data) // 2)])
        if "short" in self._alarms and len(data) > self._most_bytes:
            self._effects.seen(SHORT)
            data = data[: self._most_bytes]
        return self.port.write(data)
