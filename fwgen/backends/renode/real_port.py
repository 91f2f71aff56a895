"""A real Linux on an emulated board (m33.M33): remoteproc, mailbox and power are emulated, the
rings and all above them are the real kernel's.

Linux runs inside the emulator's callbacks, while the M33 stands still. A doorbell of the firmware
reaches Linux after its latency, so Linux may run ahead of the M33 by less than that.
"""

from __future__ import annotations

from typing import Final

from fwgen.backends.kernel.calendar import ZERO_NS
from fwgen.backends.kernel.linux import KernelLinux
from fwgen.backends.kernel.vhost import Device
from fwgen.backends.renode.port import KernelPort
from fwgen.backends.renode.relay import Relay
from fwgen.peer.linux.kernel import Kernel
from fwgen.peer.linux.remoteproc import ACKNOWLEDGE, DRIVER, DRIVER_OK
from fwgen.peer.linux.rpmsg import F_NAME_SERVICE
from fwgen.record import ASLEEP

_AHEAD_NS: Final = 40_000
"""Less than the latency of LinuxSide."""


class RelayedKernel(Kernel):
    """The parts of Linux that are emulated beside a real one."""

    device: Device | None = None
    relay: Relay | None = None

    def bind(self) -> None:
        """The real driver is ready: DRIVER_OK, and the kick for the buffers of vq0."""
        vdev, wiring, device = self.rproc.vdev, self.wiring, self.device
        if vdev is None or device is None or not device.ready:
            return
        vdev.status = 0
        vdev.status = ACKNOWLEDGE | DRIVER
        vdev.accept(F_NAME_SERVICE)
        vdev.publish_rings()
        self.relay = Relay(self.memory, device, vdev.rings, wiring.buffers.address)
        self.relay.to_firmware()
        vdev.status = ACKNOWLEDGE | DRIVER | DRIVER_OK
        self.mailbox.send(wiring.vq0_channel)

    def unbind(self) -> None:
        self.relay = None
        super().unbind()

    def forget(self) -> None:
        self.relay = None
        super().forget()

    @property
    def channels(self) -> tuple[int, int]:
        """The mailbox's channels of vq0 and vq1."""
        return self.wiring.vq0_channel, self.wiring.vq1_channel


class RealPort(KernelPort):
    """The owner sets `real`; there is no emulated `linux`."""

    kernel_type = RelayedKernel
    kernel: RelayedKernel
    real: KernelLinux

    def attend(self) -> None:
        self._poll_linux(self.now_us)
        super().attend()

    # ----------------------------------------------------------------------------- what Linux does

    def catch_up(self) -> None:
        """Do nothing: the M33 stands still while Linux runs."""

    def new_rings(self, device: Device) -> None:
        self.kernel.device = device
        self.set_link(True)

    def lose_rings(self) -> None:
        self.kernel.device = None
        self.set_link(False)

    def kick(self, ring: int) -> None:
        at_us = -(-(self.real.calendar_ns() - ZERO_NS) // 1000)
        self.at(max(at_us, self.now_us), lambda now_us: self._ring_firmware(ring))

    def _ring_firmware(self, ring: int) -> None:
        if self.kernel.relay is not None:
            self.kernel.mailbox.send(self.kernel.channels[ring])

    # ------------------------------------------------------------------------------------- inside

    @property
    def _asleep(self) -> bool:
        return self.real.state == ASLEEP

    def _interrupted(self, now_us: int) -> None:
        """Nothing more: `_pass_on` interrupts Linux for a ring."""

    def _rung(self, now_us: int) -> None:
        self.real.rung()

    def _pass_on(self, channel: int, now_us: int) -> None:
        if channel in self.kernel.channels and self.kernel.relay is not None:
            self.kernel.relay.to_linux()
            self.real.interrupt([self.kernel.channels.index(channel)])

    def _poll_linux(self, now_us: int) -> bool:
        """Let Linux run until it waits for a time to come."""
        linux, until_ns = self.real, ZERO_NS + self._board.now_ns
        ran = False
        linux.settle()
        while linux.due_ns <= until_ns:
            ran = True
            linux.calendar.advance(linux.due_ns)
            self._relay(to_linux=True)
            linux.run(until_ns + _AHEAD_NS)
            linux.settle()
            self._relay(to_linux=False)
        linux.calendar.advance(until_ns)
        return ran

    def _linux_due_us(self) -> int:
        return -(-(self.real.due_ns - ZERO_NS) // 1000)

    def _relay(self, to_linux: bool) -> None:
        relay = self.kernel.relay
        if relay is None or self._asleep:
            return
        if to_linux:
            relay.to_linux()
        else:
            self._noticed("write", self.now_us)
            relay.to_firmware()
