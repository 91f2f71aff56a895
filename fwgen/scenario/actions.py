"""What a step can do to the machine under test."""

from __future__ import annotations

from fwgen.errors import InputError


class UnsupportedStepError(InputError):
    """The scenario asks for something that the chosen backend cannot do."""


class Actions:
    """An action takes effect before anything else that happens at the same microsecond. A backend
    overrides those that it can do; `supports` tells which."""

    name = ""

    def supports(self, action: str) -> bool:
        """Whether this backend has an action (a method name below) of its own."""
        return getattr(type(self), action) is not getattr(Actions, action)

    # Linux's power

    def suspend(self, wake_after_us: int | None = None) -> None:
        """Ask the firmware for sleep and suspend once it agreed; a timer may wake Linux again.

        Where no application runs nobody asks: Linux suspends without a word."""
        self._cannot("suspend")

    def resume(self) -> None:
        """A person wakes Linux (before DDR is closed: the suspend is called off)."""
        self._cannot("resume")

    def send_wake(self) -> None:
        """Linux's application sends WAKE though nothing sleeps."""
        self._cannot("send_wake")

    # Linux's misfortunes

    def reboot_linux(self, takes_us: int) -> None:
        """Linux goes down without a word and is back after takes_us with new rings."""
        self._cannot("reboot_linux")

    def unbind(self) -> None:
        """The rpmsg device is taken from its driver: the endpoint is gone."""
        self._cannot("unbind")

    def bind(self) -> None:
        """The driver has the device again."""
        self._cannot("bind")

    def crash_app(self) -> None:
        """The application dies; what it has read and not processed dies with it."""
        self._cannot("crash_app")

    def start_app(self) -> None:
        """The application starts afresh and opens the tty."""
        self._cannot("start_app")

    def stall_linux(self, for_us: int) -> None:
        """Linux is too busy to read: buffers stay taken for this long."""
        self._cannot("stall_linux")

    def stale_doorbell(self, ring: str) -> None:
        """A doorbell of `ring` (vq0 or vq1) reaches the M33 that nothing new stands behind."""
        self._cannot("stale_doorbell")

    # The M33's misfortunes

    def reset_firmware(self) -> None:
        """The M33 starts again; what lies in retained memory stays."""
        self._cannot("reset_firmware")

    def stall_firmware(self, for_us: int) -> None:
        """The M33 stands still for so long; a sample that is due meanwhile is late."""
        self._cannot("stall_firmware")

    def damage_log(self) -> None:
        """A bit tips over in the oldest block of the log, in retained memory."""
        self._cannot("damage_log")

    def mute_sensor(self) -> None:
        """The sensor gives no pulse any more."""
        self._cannot("mute_sensor")

    def hold_echo(self) -> None:
        """The sensor holds its echo line high."""
        self._cannot("hold_echo")

    def restore_sensor(self) -> None:
        """The sensor works again."""
        self._cannot("restore_sensor")

    def display_off(self) -> None:
        """The display is gone from its bus."""
        self._cannot("display_off")

    def display_on(self) -> None:
        """The display is on its bus again."""
        self._cannot("display_on")

    def capture(self, caption: str) -> None:
        """Keep a picture of the display."""
        self._cannot("capture")

    def _cannot(self, action: str) -> None:
        raise UnsupportedStepError(f"the {self.name} backend cannot {action.replace('_', ' ')}")
