"""The host backend with a real Linux: the compiled core on that Linux's rings."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from fwgen.backends.host.backend import LINUX_UP_US, HostBackend
from fwgen.backends.host.feed import FIRST_SAMPLE_US
from fwgen.backends.host.library import INTERRUPT, REACHED, RUNG, Machine, Rings
from fwgen.backends.kernel.calendar import ZERO_NS
from fwgen.backends.kernel.linux import KernelLinux
from fwgen.backends.kernel.vhost import Device
from fwgen.backends.linux.pace import Pace
from fwgen.record import RunRecord

_START_NS: Final = ZERO_NS - FIRST_SAMPLE_US * 1000
"""When the M33 starts, on Linux's calendar."""
_APPLICATION_US: Final = 50_000
"""When the application starts, on the M33's clock: the tty exists by then."""


class KernelHostBackend(HostBackend):
    """`kernel`: the User-Mode Linux to run. `application`, `alarm_s`: see inside.Settings. The
    other arguments are HostBackend's."""

    real_linux = real_rings = True

    def __init__(
        self,
        kernel: Path,
        *,
        core: Mapping[str, bytes] | None = None,
        fault: str = "none",
        application: Path | None = None,
        alarm_s: int = 0,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        super().__init__(core=core, fault=fault, say=say)
        self._kernel = kernel
        self._application = application
        self._alarm_s = alarm_s
        self._real: KernelLinux | None = None

    def _begin(self, machine: Machine) -> None:
        core = CoreSide(machine, self._serve_core)
        linux = self._linux = self._real = KernelLinux(
            core,
            self._ledger,
            self._plan.spec.spec_hash,
            self._kernel,
            self._plan.board.rpmsg.buffers,
            Pace(),
            self._application,
            self._alarm_s,
        )
        core.now_ns, core.shorten = linux.calendar_ns, linux.calendar.shorten
        linux.boot(_APPLICATION_US - FIRST_SAMPLE_US)
        linux.run_alone(_START_NS)
        self._start_core(machine)
        machine.run(LINUX_UP_US)
        linux.calendar.advance(_START_NS + LINUX_UP_US * 1000)
        core.start()

    def run_until(self, t_us: int) -> None:
        machine, linux = self._running, self._real
        assert linux is not None
        end_us = t_us + FIRST_SAMPLE_US
        end_ns = _world_ns(end_us)
        while True:
            linux.settle()
            limit_ns = min(end_ns, linux.due_ns)
            reason = machine.run(_machine_us(limit_ns))
            linux.calendar.advance(min(limit_ns, _world_ns(machine.now_us)))
            if reason == INTERRUPT:
                linux.interrupt(machine.interrupts())
                self._ring_again()
            elif reason == RUNG:
                self._ring_linux(linux.rung)
            elif reason != REACHED:
                self._serve_core(reason, end_us)
            elif limit_ns >= end_ns:
                return
            else:
                linux.run(min(end_ns, _world_ns(machine.next_due_us())))

    def finish(self) -> RunRecord:
        record = super().finish()
        assert self._real is not None
        record.kernel = self._real.release
        return record

    def close(self) -> None:
        if self._real is not None:
            self._real.close()
            self._real = None
        super().close()


class CoreSide:
    """The compiled core as Linux sees it (m33.M33)."""

    def __init__(self, machine: Machine, serve: Callable[[int, int], None]) -> None:
        self._machine = machine
        self._serve = serve
        self._started = False
        self._device: Device | None = None
        self._memory: list[object] = []  # keeps mappings alive that the M33 may still use
        self.now_ns: Callable[[], int] = lambda: 0
        self.shorten: Callable[[int], None] = lambda free_until_ns: None

    def start(self) -> None:
        """The M33 runs; Linux may have made rings before."""
        self._started = True
        if self._device is not None:
            self.new_rings(self._device)

    def catch_up(self) -> None:
        if not self._started:
            return
        until_us = _machine_us(self.now_ns())
        while (reason := self._machine.run(until_us)) != REACHED:
            assert reason not in (INTERRUPT, RUNG), "Linux ran ahead of the M33"
            self._serve(reason, until_us)

    def new_rings(self, device: Device) -> None:
        self._device = device
        if not self._started:
            return
        region = device.region(device.rings[0].descriptors)
        view = (ctypes.c_ubyte * len(region.content)).from_buffer(region.content)
        self._memory = [region.content, view]
        to_linux, from_linux = device.rings
        self._machine.set_rings(
            Rings(
                memory=ctypes.addressof(view) + region.offset,
                memory_start=region.start,
                memory_bytes=region.size_bytes,
                descriptors=(to_linux.descriptors, from_linux.descriptors),
                used=(to_linux.used, from_linux.used),
                entries=to_linux.entries,
            )
        )
        self._machine.set_link(True)
        self.shorten(_world_ns(self._machine.next_due_us()))

    def lose_rings(self) -> None:
        self._device = None
        if self._started:
            self._machine.set_link(False)
            self.shorten(_world_ns(self._machine.next_due_us()))

    def kick(self, ring: int) -> None:
        if self._started:
            self._machine.linux_kick(ring)
            self.shorten(_world_ns(self._machine.next_due_us()))

    def set_reading(self, reads: bool) -> None:
        self._machine.set_reading(reads)

    def set_ddr(self, closed: bool) -> None:
        self._machine.set_ddr(closed)

    def go_down(self) -> None:
        """Do nothing: the firmware cannot see it."""


def _world_ns(machine_us: int) -> int:
    return _START_NS + machine_us * 1000


def _machine_us(world_ns: int) -> int:
    """The M33's time by which it has done all that is due before `world_ns`."""
    return -(-(world_ns - _START_NS) // 1000)
