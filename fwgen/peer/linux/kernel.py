"""Connects the layers, from the mailbox up to the tty.

    kernel.start(firmware)        the core runs; later
    kernel.bind()                 the virtio device is ready: DRIVER_OK, kick
    kernel.rang / freed           the mailbox's interrupts
    kernel.tty                    exists when the firmware has announced its channel

On a board time passes between `unbind` and `bind`, and the firmware sees it in the status byte:
the owner of the clock must let it pass here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fwgen.peer.linux.elf import RefusedError
from fwgen.peer.linux.mailbox import Mailbox
from fwgen.peer.linux.memory import Memory
from fwgen.peer.linux.remoteproc import (
    ACKNOWLEDGE,
    CRASHED,
    DRIVER,
    DRIVER_OK,
    OFFLINE,
    Carveout,
    Core,
    Remoteproc,
)
from fwgen.peer.linux.rpmsg import F_NAME_SERVICE, Channel, RpmsgBus
from fwgen.peer.linux.tty import SERVICE, RpmsgTty
from fwgen.peer.linux.virtio import Virtqueue


@dataclass(frozen=True)
class Wiring:
    """What the device tree defines. `buffers`: the memory-region vdev0buffer; the channels are
    those of the IPCC."""

    carveouts: Sequence[Carveout]
    buffers: Carveout
    vq0_channel: int
    vq1_channel: int


class Kernel:
    """`log` is called with each line of the kernel's log."""

    def __init__(
        self,
        memory: Memory,
        core: Core,
        wiring: Wiring,
        ring: Callable[[int], None],
        log: Callable[[str], None],
    ) -> None:
        self.memory = memory
        self.wiring = wiring
        self._log = log
        self.mailbox = Mailbox(ring, self._logger("stm32-ipcc"))
        self.rproc = Remoteproc(
            memory, wiring.carveouts, core, self._logger("remoteproc remoteproc0")
        )
        self.bus: RpmsgBus | None = None
        self.tty: RpmsgTty | None = None

    def start(self, firmware: bytes) -> None:
        """Load and start the firmware. Raises RefusedError."""
        if self.rproc.state != OFFLINE:
            raise RefusedError("the remote processor is running")
        self.rproc.boot(firmware)

    def recover(self) -> None:
        """Start the same firmware again, after the core has crashed or does not answer."""
        self.unbind()
        if self.rproc.state != CRASHED:
            self.rproc.crashed()
        self.rproc.recover()

    def unbind(self) -> None:
        """Remove the driver and reset the virtio device; the device stays acknowledged."""
        if self.bus is not None:
            self.bus.remove()
        self.bus = self.tty = None
        if self.rproc.vdev is not None:
            self.rproc.vdev.status = 0
            self.rproc.vdev.status = ACKNOWLEDGE

    def bind(self) -> None:
        """Probe the driver: new rings, buffers, DRIVER_OK, and a kick if the firmware wants one."""
        vdev, wiring = self.rproc.vdev, self.wiring
        if vdev is None or len(vdev.rings) != len((wiring.vq0_channel, wiring.vq1_channel)):
            self._log("virtio_rpmsg_bus: no device")
            return
        if self.bus is not None:
            return
        vdev.status = 0
        vdev.status = ACKNOWLEDGE
        vdev.status = ACKNOWLEDGE | DRIVER
        vdev.accept(F_NAME_SERVICE)
        queues = [
            Virtqueue(self.memory, layout, self._kicker(channel))
            for layout, channel in zip(
                vdev.rings, (wiring.vq0_channel, wiring.vq1_channel), strict=True
            )
        ]
        vdev.publish_rings()
        log = self._logger("virtio_rpmsg_bus virtio0")
        bus = RpmsgBus(
            self.memory,
            queues[0],
            queues[1],
            wiring.buffers.address,
            vdev.features & F_NAME_SERVICE,
            {SERVICE: self._probe_tty},
            log,
        )
        if bus.size_bytes > wiring.buffers.size_bytes:
            raise RefusedError(
                f"{bus.size_bytes} bytes of buffers do not fit into {wiring.buffers.name}"
            )
        wants_kick = bus.fill()
        self.bus = bus
        vdev.status = ACKNOWLEDGE | DRIVER | DRIVER_OK
        if wants_kick:
            queues[0].notify()
        log("rpmsg host is online")

    def power_down(self) -> None:
        """The whole chip is reset: Linux starts anew, and the M33 is held until it is loaded."""
        self.forget()
        self.rproc.forget()

    def forget(self) -> None:
        """Linux has gone down without telling the firmware, which keeps running; the rings are
        idle."""
        self.bus = self.tty = None
        self.mailbox.restart()

    def rang(self, channel: int) -> None:
        """The firmware has rung: read its messages and give the buffers back."""
        if self.bus is not None and channel == self.wiring.vq0_channel:
            self.bus.rang()

    def freed(self, channel: int) -> None:
        """The firmware has freed a channel that Linux rang."""
        self.mailbox.freed(channel)

    def _probe_tty(self, channel: Channel) -> RpmsgTty:
        self.tty = RpmsgTty(channel)
        return self.tty

    def _kicker(self, channel: int) -> Callable[[], None]:
        return lambda: self.mailbox.send(channel)

    def _logger(self, origin: str) -> Callable[[str], None]:
        return lambda line: self._log(f"{origin}: {line}")
