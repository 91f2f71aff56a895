"""What a step can do to the machine under test."""

from __future__ import annotations

from fwgen.errors import InputError


class UnsupportedStepError(InputError):
    """The chosen backend does not support a step of the scenario."""


class Actions:
    """An action takes effect before everything else at the same microsecond. A backend overrides
    the actions that it supports."""

    name = ""

    def supports(self, action: str) -> bool:
        """Return whether this backend overrides an action (the name of a method below)."""
        return getattr(type(self), action) is not getattr(Actions, action)

    # Linux's power

    def suspend(self, wake_after_us: int | None = None) -> None:
        """Ask the firmware for sleep and suspend when it has agreed; a timer may wake Linux.

        If no application runs, Linux suspends without telling the firmware."""
        self._cannot("suspend")

    def resume(self) -> None:
        """A user wakes Linux (before DDR is closed: the suspend is called off)."""
        self._cannot("resume")

    def send_wake(self) -> None:
        """Linux's application sends WAKE without an earlier SLEEP."""
        self._cannot("send_wake")

    def idle_ddr(self, for_us: int, held: bool) -> None:
        """Linux only idles, so that DDR may enter self-refresh under an awake link.

        `held`: the peer may hold /dev/cpu_dma_latency, which prevents it."""
        self._cannot("idle_ddr")

    # Linux's faults

    def reboot_linux(self, takes_us: int) -> None:
        """Linux starts again without a reset of the chip (kexec) and without telling the firmware,
        which continues; it is up after takes_us with new rings."""
        self._cannot("reboot_linux")

    def restart_board(self, takes_us: int, app_us: int, log: str) -> None:
        """A system reset. The M33 is held until Linux has booted and loaded it, after takes_us; the
        application runs app_us later. `log`: one of record.KEPT_LOGS."""
        self._cannot("restart_board")

    def power_cycle(self, takes_us: int, app_us: int) -> None:
        """The board loses its power: as restart_board, but all memory has random contents."""
        self._cannot("power_cycle")

    def unbind(self) -> None:
        """The rpmsg device is unbound from its driver: the endpoint disappears."""
        self._cannot("unbind")

    def bind(self) -> None:
        """The device is bound to its driver again."""
        self._cannot("bind")

    def crash_app(self) -> None:
        """The application crashes; what it has read and not processed is lost."""
        self._cannot("crash_app")

    def start_app(self, spec: str = "own") -> None:
        """The application starts again and opens the tty. `spec`: "own", or "other" for an
        application that was made for another spec."""
        self._cannot("start_app")

    def stall_linux(self, for_us: int) -> None:
        """Linux is too busy to read: buffers stay in use for this long."""
        self._cannot("stall_linux")

    def stale_doorbell(self, ring: str) -> None:
        """The M33 gets a spurious doorbell of `ring` (vq0 or vq1): there is nothing new to read."""
        self._cannot("stale_doorbell")

    # The M33's faults

    def reset_firmware(self) -> None:
        """The M33 is reset; retained memory keeps its contents."""
        self._cannot("reset_firmware")

    def crash_firmware(self, how: str, takes_us: int) -> None:
        """The firmware crashes, by one of record.CRASHES. If its watchdog resets the M33, Linux
        starts it again takes_us after it has learned of that; else it never runs again by itself.
        """
        self._cannot("crash_firmware")

    def restart_firmware(self) -> None:
        """Linux stops the M33, loads the firmware and starts it, through remoteproc."""
        self._cannot("restart_firmware")

    def stall_firmware(self, for_us: int) -> None:
        """The M33 halts for this long; a sample scheduled in this time is late."""
        self._cannot("stall_firmware")

    def damage_log(self) -> None:
        """A bit flips in the oldest block of the log, in retained memory."""
        self._cannot("damage_log")

    def mute_sensor(self) -> None:
        """The sensor no longer gives a pulse."""
        self._cannot("mute_sensor")

    def hold_echo(self) -> None:
        """The sensor holds its echo line high."""
        self._cannot("hold_echo")

    def restore_sensor(self) -> None:
        """The sensor works again."""
        self._cannot("restore_sensor")

    def display_off(self) -> None:
        """The display no longer answers on its bus."""
        self._cannot("display_off")

    def display_on(self) -> None:
        """The display answers on its bus again."""
        self._cannot("display_on")

    def capture(self, caption: str) -> None:
        """Keep a picture of the display."""
        self._cannot("capture")

    def _cannot(self, action: str) -> None:
        step = action.replace("_", "-")
        raise UnsupportedStepError(f"the {self.name} backend does not support `{step}`")
