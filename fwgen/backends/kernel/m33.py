"""What Linux does to the M33's side."""

from __future__ import annotations

from typing import Protocol

from fwgen.backends.kernel.vhost import Device


class M33(Protocol):
    """What Linux does to the M33's side. While Linux runs, `catch_up` comes first."""

    def catch_up(self) -> None:
        """The M33 runs until Linux's present time."""

    def new_rings(self, device: Device) -> None:
        """Linux has made rings and is ready (DRIVER_OK)."""

    def lose_rings(self) -> None:
        """Linux has reset the device."""

    def kick(self, ring: int) -> None:
        """Linux rings."""

    def set_reading(self, reads: bool) -> None:
        """Whether interrupts reach Linux's driver."""

    def set_ddr(self, closed: bool) -> None:
        """DDR enters self-refresh, or leaves it."""

    def go_down(self) -> None:
        """The A35 is reset without telling the firmware."""
