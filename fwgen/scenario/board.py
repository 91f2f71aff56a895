"""What a scenario's steps can do: the board under test and its Linux, the same on all backends.

A step is composed of these. All times are microseconds of scenario time; an action takes effect
before everything else at the same microsecond.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol


class Linux(Protocol):
    """The peer of a run, emulated or real. A step that a real Linux cannot execute says so
    (Step.refused_by_linux), so it never reaches one."""

    def suspend(
        self, now_us: int, wake_after_us: int | None, again_us: int | None = None
    ) -> None: ...
    def foreign_suspend(self, now_us: int, wake_after_us: int | None) -> None: ...
    def resume(self, now_us: int) -> None: ...
    def send_wake(self, now_us: int) -> None: ...
    def idle(self, now_us: int, for_us: int, held: bool) -> None: ...
    def reboot(self, now_us: int, takes_us: int) -> None: ...
    def unbind(self, now_us: int) -> None: ...
    def bind(self, now_us: int) -> None: ...
    def crash_app(self, now_us: int, when: str = "now") -> None: ...
    def start_app(self, now_us: int, spec: str = "own") -> None: ...
    def stall(self, now_us: int, for_us: int) -> None: ...
    def refuse_writes(self, now_us: int, for_us: int) -> None: ...
    def short_writes(self, now_us: int, for_us: int, most_bytes: int) -> None: ...
    def stall_writes(self, now_us: int, for_us: int) -> None: ...
    def steal_reads(self, now_us: int, for_us: int) -> None: ...
    def write_to_tty(self, now_us: int, data: bytes) -> None: ...
    def stale_doorbell(self, now_us: int, ring: str) -> bool: ...
    def restart_firmware(self, now_us: int) -> None: ...


class Board(ABC):
    """The board under test. Methods that are not abstract raise NotImplementedError on a backend
    that a step does not name in `backends`."""

    @property
    @abstractmethod
    def now_us(self) -> int:
        """The time on the backend's own clock, as Linux's methods take it."""

    @abstractmethod
    def ignore(self, step: str, reason: str) -> None:
        """Report that a step is ignored, because it is not possible now."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Write a line into the run's diary."""

    @abstractmethod
    def linux_does(self, action: Callable[[Linux, int], None]) -> None:
        """Let Linux act, then let all that follows at once happen; the action gets Linux and the
        time."""

    @abstractmethod
    def ring_core(self, ring: str) -> None:
        """Ring the M33's doorbell of `ring` (vq0 or vq1); within `linux_does`."""

    @abstractmethod
    def disturb_doorbells(self, to: str, how: str, for_us: int, by_us: int) -> str:
        """For this long doorbells `to` linux or firmware are `lost`, `doubled` or `late`. by_us:
        how much later a late one arrives, or the second of two. Return why that changes nothing;
        "": it does."""

    @property
    @abstractmethod
    def core_runs(self) -> bool:
        """Whether the M33 executes the firmware."""

    @property
    @abstractmethod
    def core_is_held(self) -> bool:
        """Whether the M33 is held until Linux has loaded the firmware."""

    @property
    @abstractmethod
    def watchdog_us(self) -> int:
        """The watchdog's time; 0: the spec has none."""

    @abstractmethod
    def reset_core(self) -> None:
        """Reset the M33, which starts at once; retained memory keeps its contents."""

    @abstractmethod
    def crash_core(self, how: str, takes_us: int) -> None:
        """Make the firmware crash, by one of record.CRASHES. If its watchdog resets the M33, Linux
        starts it takes_us after it has learned of that."""

    def stall_core(self, for_us: int) -> None:
        """Halt the M33 for this long."""
        raise NotImplementedError

    @abstractmethod
    def reset_board(self, cause: str, takes_us: int, app_us: int, log: str) -> None:
        """Reset the whole board. The M33 is held until Linux has booted and loaded it, after
        takes_us; the application runs app_us later. `cause`: `restart-board`, or `power-cycle`,
        which loses all memory. `log`: one of record.KEPT_LOGS."""

    @abstractmethod
    def damage_log(self, mask: bytes) -> bool:
        """Flip the bits of `mask` in the samples of the log's oldest block, from its first byte.
        Return False if no block has enough samples."""

    @abstractmethod
    def set_sensor(self, fault: str, sensor: str) -> str:
        """`mute`: the sensor gives no pulse; `hold`: it holds its line; "": it works; or another of
        sensor.Condition. `sensor`: its name; "": the first that has the fault, or all if they
        shall work. Return why that changes nothing; "": it does. Raises InputError if no sensor
        has the name."""

    @abstractmethod
    def disturb_bus(self, how: str, for_us: int) -> str:
        """Disturb the display's bus for this long: `nack` or `sda`. Return why that is not
        possible; "": it is."""

    @abstractmethod
    def plug_display(self, plugged: bool) -> str:
        """Connect the display to its bus and its supply, or disconnect it. Return why that changes
        nothing; "": it does."""

    def keep_picture(self, caption: str) -> None:
        """Keep a picture of the display for the report."""
        raise NotImplementedError
