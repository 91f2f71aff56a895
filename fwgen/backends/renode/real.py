"""The renode backend inside the emulator's process, with a real Linux."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from fwgen.backends.kernel.calendar import ZERO_NS
from fwgen.backends.kernel.linux import KernelLinux
from fwgen.backends.linux.emulated import Linux
from fwgen.backends.linux.pace import Pace
from fwgen.backends.renode.emulated import EmulatedBackend
from fwgen.backends.renode.real_port import RealPort
from fwgen.record import RunRecord

_APPLICATION_US: Final = 60_000
"""When the application starts, on the machine's clock: the tty exists by then."""


class RealBackend(EmulatedBackend):
    """`Options.linux` names the kernel."""

    real_linux = True
    real: KernelLinux | None = None

    def finish(self) -> RunRecord:
        record = super().finish()
        assert self.real is not None
        record.kernel = self.real.release
        return record

    def close(self) -> None:
        if self.real is not None:
            self.real.close()
            self.real = None

    def shell(self, line: str) -> None:
        """Run a line in a shell in Linux. Raises InputError."""
        real = self.real
        assert real is not None
        self._do(lambda now_us: real.shell(line))

    def _do(self, action: Callable[[int], None]) -> None:
        self.port.attend()  # Linux's clock reaches the present time
        super()._do(action)

    def _connect_linux(self) -> None:
        assert self._options.linux is not None
        port = self.port = self._port(RealPort)
        port.real = self.real = KernelLinux(
            port,
            self._ledger,
            self._plan.spec.spec_hash,
            self._options.linux,
            self._plan.board.rpmsg.buffers,
            Pace(),
            self._options.application,
        )
        self.linux = cast(Linux, self.real)  # it has the same steps, but for those it refuses

    def _boot_linux(self) -> None:
        """Linux boots before the machine's time begins; the M33 starts when it has rings."""
        assert self.real is not None
        self.real.boot(_APPLICATION_US)
        self.real.run_alone(ZERO_NS)
