"""What a backend provides to the emulated Linux, and what it gets from any Linux."""

from __future__ import annotations

from typing import Protocol


class LinuxPort(Protocol):
    """What Linux's kernel does for the application, and to the hardware."""

    def has_tty(self) -> bool:
        """Whether the firmware has announced its channel. If it does so after set_link, the port
        calls Linux.tty_appeared."""

    def write(self, data: bytes) -> int:
        """Write to the tty; return the number of bytes accepted (fewer if no buffer is free)."""

    def set_reading(self, reads: bool) -> None:
        """Set whether the kernel's driver runs: reads messages from the ring, returns buffers."""

    def set_ddr(self, closed: bool) -> None:
        """DDR enters self-refresh, or leaves it."""

    def set_idle(self, ddr_closed: bool, a35_runs: bool) -> None:
        """DDR enters self-refresh, or leaves it, because Linux idles; what PWR shows meanwhile."""

    def set_link(self, up: bool) -> None:
        """The virtio device is reset; `up`: with new rings and DRIVER_OK."""

    def go_down(self) -> None:
        """The A35 is reset without telling the firmware."""

    def board_down(self) -> None:
        """The chip is reset: the M33 is held, and the next set_link loads its firmware."""

    def firmware_down(self) -> None:
        """remoteproc learns that the M33 does not run; the next set_link loads it again."""


class AnyLinux(Protocol):
    """A Linux, emulated or real, as a backend sees it. Times are scenario time in us."""

    @property
    def state(self) -> str:
        """One of record.BAND_STATES."""

    @property
    def processed_seq(self) -> int | None:
        """Number of the first sample that the application has not processed (32 bits)."""

    def processed(self, stream: int) -> int | None:
        """Return the same of a sensor's stream."""

    @property
    def starts_to_come(self) -> int:
        """How many starts of the firmware its application must have heard of at the end of the
        run."""

    def firmware_restarted(self, now_us: int) -> None: ...
    def disturbed(self, now_us: int, until_us: int) -> None: ...
    def rung_at(self, at_us: int) -> None: ...
    def end(self, now_us: int) -> None: ...
