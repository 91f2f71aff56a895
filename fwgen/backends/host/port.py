"""Linux's kernel over the simulated M33: the port that `backends.linux.Linux` uses."""

from __future__ import annotations

from collections.abc import Callable

from fwgen.backends.host.library import Machine


class HostPort:
    """`load` is called when Linux loads and starts the firmware."""

    def __init__(self, machine: Machine, load: Callable[[], None]) -> None:
        self._machine = machine
        self._load = load
        self._must_load = False

    def has_tty(self) -> bool:
        return self._machine.has_tty()

    def write(self, data: bytes) -> int:
        return self._machine.write(data)

    def set_reading(self, reads: bool) -> None:
        self._machine.set_reading(reads)

    def set_ddr(self, closed: bool) -> None:
        self._machine.set_ddr(closed)

    def set_idle(self, ddr_closed: bool, a35_runs: bool) -> None:
        self._machine.set_idle(ddr_closed, a35_runs)

    def set_link(self, up: bool) -> None:
        if up and self._must_load:
            self._must_load = False
            self._load()
        self._machine.set_link(up)

    def go_down(self) -> None:
        """Do nothing: the firmware cannot see it."""

    def board_down(self) -> None:
        self._must_load = True
        self._machine.set_link(False)

    def firmware_down(self) -> None:
        self._must_load = True
