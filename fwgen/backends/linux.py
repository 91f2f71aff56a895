"""Linux as the peer of a run: its power states, its faults, and the application with the session.

The backends share it; each provides a LinuxPort, the access to rings and DDR. Times are
microseconds of scenario time. Nothing happens by itself: the backend calls `poll` at `next_due_us`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from fwgen.backends.application import MOMENTS, Application
from fwgen.backends.doorbells import SILENCE_US
from fwgen.backends.idling import IdlePace, Idling
from fwgen.backends.ledger import Ledger, OpenSleep
from fwgen.backends.outages import STOPPED
from fwgen.peer.called import FIRMWARE
from fwgen.peer.events import SuspendReady, SuspendRefused
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING
from fwgen.wire.messages import Wake, encode

_NEVER: Final = 1 << 62
_NO_ID: Final = 0xFFFF_FFFF
_NOT_AGAIN: Final = {
    "unbind": "the device is already unbound",
    "bind": "the device is already bound",
    "crash-app": "the application is not running",
    "start-app": "the application is already running",
}
FOREIGN: Final = "a program suspends Linux without telling the firmware"
_TTY_READ_BYTES: Final = 4095
"""N_TTY buffers 4 KiB; one read returns at most one byte less."""


def why_ignored(step: str, sense: bool, stays: bool, why_not: str) -> str | None:
    """Return why Linux, emulated or real, ignores a step; None: it does not.

    `sense`: whether the step changes anything now; `stays`: Linux neither sleeps nor boots;
    `why_not`: the reason if it does."""
    if not sense:
        return _NOT_AGAIN.get(step, why_not)
    return None if stays else why_not


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

    def firmware_restarted(self, now_us: int) -> None: ...
    def disturbed(self, now_us: int, until_us: int) -> None: ...
    def rung_at(self, at_us: int) -> None: ...
    def end(self, now_us: int) -> None: ...


@dataclass(frozen=True)
class Pace:
    """How long Linux takes for each action, in us. Round figures, except those of reading.

    `read_us`, `read_ns_per_byte`: no measurement of an STM32MP257 was found. TI publishes the
    round trip between Linux on a Cortex-A53 and a Cortex-M4F over RPMsg (AM64x, Processor SDK, "RP
    Message latency"): 45 us for 1 byte, 285 us for 490. Pace uses half of each, interpolated
    linearly: 3.5 MB/s. ST recommends RPMsg for up to 5 MB/s (wiki, "Exchanging buffers with the
    coprocessor"). A measurement over the tty of an STM32MP157, whose M4 examined every byte, found
    0.1 MB/s (github.com/dimtass/stm32mp1-rpmsg-test).
    `decode_ns_per_sample`: fwgen's decoder takes about 1 us on a PC (`make bench`); five times that
    is assumed for a Cortex-A35. This is an estimate.
    """

    suspend_us: int = 300_000  # from the permission until DDR is closed
    resume_us: int = 200_000  # from the wake-up until the application runs
    undo_us: int = 50_000  # from a wake-up during the suspend until the application runs
    recovery_us: int = 500_000  # from a crash of the firmware that Linux knows until it is loaded
    reboot_ddr_us: int = 2_000_000  # the last part of a reboot, with DDR open
    retry_us: int = 1_000  # until the application writes again what the tty has not taken
    process_us: int = 2_000  # from the receipt of samples until the application has stored them
    read_us: int = 22  # for each read of the tty, from the doorbell to the application
    read_ns_per_byte: int = 245  # added for each byte
    decode_ns_per_sample: int = 5_000  # added for each sample, until the application has them
    idle: IdlePace = field(default_factory=IdlePace)

    def read_takes_us(self, size_bytes: int) -> int:
        return self.read_us + self.read_ns_per_byte * size_bytes // 1000


@dataclass
class Linux:
    """`state` is one of record.BAND_STATES. `holds_latency`: while the application runs, it holds
    /dev/cpu_dma_latency, so that an idle Linux does not close DDR."""

    port: LinuxPort
    ledger: Ledger
    spec_hash: bytes
    pace: Pace = field(default_factory=Pace)
    state: str = OFFLINE
    holds_latency: bool = True

    def __post_init__(self) -> None:
        self._app = Application(
            self.ledger, self.spec_hash, self.pace, self._write, self._on_power, self._on_moment
        )
        self._idling = Idling(self.port.set_idle, self.pace.idle)
        self._latency_held = False
        self._tty = b""  # received; the application has not read it yet
        self._alarms: dict[str, tuple[int, Callable[[int], None]]] = {}
        self._sleep: OpenSleep | None = None
        self._sleep_when_up: int | None = None  # when the next suspend was requested
        self._again_us: int | None = None  # awake for so long after the firmware's calls
        self._recover_when_up = False
        self._when_up: list[Callable[[int], None]] = []
        self._app_alive = True
        self._bound = True
        self._rebooting = False
        self._silent = False  # the firmware does not run
        self._loads = False  # the next link loads the firmware and starts the M33
        self._recovery_us = self.pace.recovery_us
        self._crashes_when = ""  # the next of application.MOMENTS at which the application dies
        self._most_bytes = 0  # that the tty takes at once, while writes are short
        self._cuts = False  # the tty takes half of the next write, then the application hangs
        self._hangs = False  # the application, in write(2)
        self._stolen = False  # another program got the last bytes of the tty
        self._foreign = False  # nobody told firmware and application of this suspend
        self._steady_us = -_NEVER  # until then messages may be late

    # ------------------------------------------------------------------------ called by a backend

    def boot(self, now_us: int) -> None:
        """Linux is up for the first time and starts the firmware's virtio device."""
        self.port.set_ddr(False)
        self.port.set_reading(True)
        self._attach(now_us)

    def next_due_us(self) -> int:
        """Return when `poll` must be called."""
        if not self._idling.lasts:
            return self._act_due_us
        idle_due_us = self._idling.due_us
        return idle_due_us if self._idling.wakes else min(idle_due_us, self._act_due_us)

    @property
    def _act_due_us(self) -> int:
        due_us = self._app.next_due_us() if self._app_runs else _NEVER
        for at_us, _ in self._alarms.values():
            due_us = min(due_us, at_us)
        return due_us

    def poll(self, now_us: int) -> None:
        if self._idling.lasts:
            if self._act_due_us <= now_us:
                self.interrupted(now_us)
            self._poll_idle(now_us)
        if not self._idling.closed:
            self._act(now_us)

    def _act(self, now_us: int) -> None:
        for name in [name for name, (at, _) in self._alarms.items() if at <= now_us]:
            _, call = self._alarms.pop(name, (0, None))
            if call is not None:
                call(now_us)
        if self._app_runs:
            self._app.poll(now_us)

    def receive(self, data: bytes, now_us: int) -> None:
        """The driver has read bytes of the firmware from the ring."""
        self.interrupted(now_us)
        self._tty += data
        self._read_soon(now_us)

    def interrupted(self, now_us: int) -> None:
        """A timer or a doorbell has interrupted Linux; if it idles, it acts a little later."""
        if self._idling.closed:
            self._idling.interrupt(now_us)
        else:
            self._idling.act(now_us)

    def tty_appeared(self, now_us: int) -> None:
        """The firmware has announced its channel after the link came up."""
        self._start_session(now_us)

    def rung(self, now_us: int) -> None:
        """The firmware has rung the wake-up doorbell. A Linux on its way down does not notice it,
        as in a real kernel (docs/linux.md); the firmware rings again."""
        if self.state == ASLEEP:
            self._wake(FIRMWARE, now_us)

    def rung_at(self, at_us: int) -> None:
        """The wake-up doorbell arrives later."""
        self._alarms["rung"] = (at_us, self.rung)

    def _suspend_again(self, now_us: int) -> None:
        if self._can_suspend:
            self._suspend(now_us)
        else:
            self.ledger.ignore("suspend", self._why_not, now_us)

    @property
    def processed_seq(self) -> int | None:
        """Number of the first sample that the application has not processed (32 bits)."""
        return self._app.processed_seq

    def processed(self, stream: int) -> int | None:
        """Return the same of a sensor's stream."""
        return self._app.processed(stream)

    # ------------------------------------------------------------------------------------- power

    def suspend(self, now_us: int, wake_after_us: int | None, again_us: int | None = None) -> None:
        """`again_us`: how long Linux is awake after each wake-up by the firmware."""
        if not self._can_suspend:
            self.ledger.ignore("suspend", self._why_not, now_us)
            return
        self._end_nights()
        self._again_us = again_us
        if wake_after_us is not None:
            name = "timer" if again_us is None else "last"
            self._alarms[name] = (now_us + wake_after_us, self._time_is_over)
        self._suspend(now_us)

    def _end_nights(self) -> None:
        """Linux does not suspend again by itself."""
        self._again_us = None
        self._alarms.pop("again", None)
        self._alarms.pop("last", None)

    def _time_is_over(self, now_us: int) -> None:
        self._end_nights()
        self._wake("timer", now_us)

    def _suspend(self, now_us: int) -> None:
        if self.state == RESUMING or self._hangs:
            self._sleep_when_up = now_us
        else:
            self._fall_asleep(now_us, now_us)

    def foreign_suspend(self, now_us: int, wake_after_us: int | None) -> None:
        """Another program suspends Linux; nobody asks the firmware, and the application is frozen
        in whatever it does."""
        if self.state not in (AWAKE, OFFLINE) or self._rebooting:
            self.ledger.ignore("foreign-suspend", self._why_not, now_us)
            return
        self._stop_idling(now_us)
        if wake_after_us is not None:
            at_us = now_us + wake_after_us
            self._alarms["timer"] = (at_us, lambda at_us: self._wake("timer", at_us))
        self._end_nights()
        self._foreign = True
        self._sleep = OpenSleep(asked_us=now_us)
        self.ledger.sleeps.append(self._sleep)
        self.ledger.event(FOREIGN, now_us)
        self._go_down(now_us)

    def resume(self, now_us: int) -> None:
        if self.state in (AWAKE, OFFLINE) and self._sleep_when_up is not None:
            self._sleep_when_up = None  # the application that was to ask for sleep hangs
        elif self.state in (AWAKE, OFFLINE):
            self.ledger.ignore("resume", self._why_not, now_us)
        else:
            self._end_nights()
            self._wake("user", now_us)

    def idle(self, now_us: int, for_us: int, held: bool) -> None:
        """Linux only idles. `held`: the peer may hold /dev/cpu_dma_latency."""
        if self._rebooting or self.state not in (AWAKE, OFFLINE):
            self.ledger.ignore("idle-ddr", self._why_not, now_us)
            return
        self._latency_held = held and self.holds_latency
        may = "the peer holds" if self._ddr_is_held else "no process holds"
        self.ledger.event(f"Linux idles, and {may} /dev/cpu_dma_latency", now_us)
        self._idling.begin(now_us, now_us + for_us)

    @property
    def _ddr_is_held(self) -> bool:
        return self._latency_held and self.state in (AWAKE, ASKING)

    def _poll_idle(self, now_us: int) -> None:
        lasted = self._idling.lasts
        self._idling.poll(now_us, may_close=not self._ddr_is_held)
        if lasted and not self._idling.lasts:
            self._end_idling(now_us)

    def _end_idling(self, now_us: int) -> None:
        times = f"{self._idling.count} times" if self._idling.count else "never"
        self._idling.end()
        self.ledger.event(f"Linux no longer idles; DDR entered self-refresh {times}", now_us)

    def end(self, now_us: int) -> None:
        """The scenario ends: wake Linux, end its faults, start the firmware and the application, so
        that the samples in the log can arrive."""
        self._stop_idling(now_us)
        self._alarms.pop("timer", None)
        self._end_nights()
        if self._crashes_when:
            reason = f"this did not happen after it: {MOMENTS[self._crashes_when]}"
            self.ledger.ignore("crash-app", reason, now_us)
            self._crashes_when = ""
        for name in ("ddr", "boot", "app", "stall", "refuse", "short", "hang", "recover"):
            _, call = self._alarms.pop(name, (0, None))
            if call is not None:
                call(now_us)
        self._wake("end", now_us)
        if not self._bound:
            self.bind(now_us)
        if not self._app_alive:
            self.start_app(now_us)
        if self._silent:  # also if nobody has noticed it so far
            self.firmware_restarted(now_us)

    @property
    def _why_not(self) -> str:
        if self.state == ASKING:
            return "Linux is asking the firmware for sleep"
        return "Linux is rebooting" if self._rebooting else f"Linux is {self.state}"

    @property
    def _can_suspend(self) -> bool:
        if self.state in (AWAKE, RESUMING):
            return self._app.online or self._no_application
        return self.state == OFFLINE and not self._rebooting

    @property
    def _asleep(self) -> bool:
        """Whether Linux is asleep, suspends or resumes: no process runs."""
        return self.state in (SUSPENDING, ASLEEP, RESUMING)

    @property
    def _no_application(self) -> bool:
        """Whether no application runs that would ask the firmware for sleep."""
        return not (self._app_alive and self._bound)

    def _stop_idling(self, now_us: int) -> None:
        if self._idling.lasts:
            self._end_idling(now_us)

    def _fall_asleep(self, now_us: int, wished_us: int) -> None:
        self._stop_idling(now_us)
        self._sleep = OpenSleep(asked_us=wished_us)
        self.ledger.sleeps.append(self._sleep)
        if self._app.online:
            self._enter(ASKING, now_us)
            self._app.suspend(now_us)
        else:
            told = "Linux suspends without telling the firmware: no application is running"
            self.ledger.event(told, now_us)
            self._go_down(now_us)

    def _go_down(self, now_us: int) -> None:
        if self._alarms.pop("recover", None):
            self._recover_when_up = True
        self._enter(SUSPENDING, now_us)
        self._alarms["close"] = (now_us + self.pace.suspend_us, self._close_ddr)

    def _close_ddr(self, now_us: int) -> None:
        assert self._sleep is not None
        self.port.set_reading(False)
        self.port.set_ddr(True)
        self._sleep.closed_us = now_us
        self._sleep.used_closed = self.ledger.wire.used_slots()
        self._enter(ASLEEP, now_us)

    def _wake(self, cause: str, now_us: int) -> None:
        if self.state == ASLEEP:
            self._open_ddr(cause, now_us)
            self._come_up(self.pace.resume_us, now_us)
        elif self.state in (ASKING, SUSPENDING):
            self._call_off("end" if cause == "end" else "abort", now_us)
        elif self.state == RESUMING:
            self._sleep_when_up = None

    def _open_ddr(self, cause: str, now_us: int) -> None:
        assert self._sleep is not None
        self._sleep.cause = cause
        self._sleep.opened_us = now_us
        self._sleep.used_opened = self.ledger.wire.used_slots()
        self.port.set_ddr(False)

    def _call_off(self, cause: str, now_us: int) -> None:
        assert self._sleep is not None
        self._sleep.cause = cause
        self._alarms.pop("close", None)
        self._alarms.pop("timer", None)
        if self.state == ASKING:
            self._up(now_us)
        else:
            self._come_up(self.pace.undo_us, now_us)

    def _come_up(self, after_us: int, now_us: int) -> None:
        self._alarms.pop("timer", None)
        self._enter(RESUMING, now_us)
        self._alarms["up"] = (now_us + after_us, self._up)

    def _up(self, now_us: int) -> None:
        self.port.set_reading(True)
        self._enter(OFFLINE if self._no_application else AWAKE, now_us)
        if self._sleep is not None:
            self._sleep.up_us = now_us
            if self._sleep.cause == FIRMWARE and self._again_us is not None:
                self._alarms["again"] = (now_us + self._again_us, self._suspend_again)
        if self._foreign:
            self._foreign = False
            self.disturbed(now_us, now_us + SILENCE_US)
        else:
            self._app.resume(now_us)  # also if the firmware has restarted: nothing tells it
        if self._recover_when_up:
            self._recover_when_up = False
            self._alarms["recover"] = (now_us + self._recovery_us, self._attach)
        else:
            self._read_soon(now_us)
            self._note_stream(now_us)
        waiting, self._when_up = self._when_up, []
        for call in waiting:
            call(now_us)
        wished_us, self._sleep_when_up = self._sleep_when_up, None
        if wished_us is not None and self._can_suspend:
            self._fall_asleep(now_us, wished_us)

    # -------------------------------------------------------------------------------------- faults

    def reboot(self, now_us: int, takes_us: int) -> None:
        self._stop_idling(now_us)
        self._drop_app()
        self.port.set_reading(False)
        self.port.go_down()
        self._forget_alarms()
        if self._sleep is not None and self.state == ASLEEP:
            self._alarms["ddr"] = (
                now_us + max(0, takes_us - self.pace.reboot_ddr_us),
                lambda at_us: self._open_ddr("reboot", at_us),
            )
        self._rebooting = True
        self._enter(OFFLINE, now_us)
        self._alarms["boot"] = (now_us + takes_us, self._reboot_done)

    def _reboot_done(self, now_us: int, cause: str = "reboot", runs_app: bool = True) -> None:
        if self._sleep is not None and self._sleep.up_us is None:
            self._sleep.cause = cause
            self._sleep.up_us = now_us
        self._when_up.clear()
        self._sleep_when_up = None
        self._recover_when_up = self._rebooting = False
        self._app_alive, self._bound = runs_app, True
        self._app.spec = "own"
        self.boot(now_us)

    def restart(self, now_us: int, takes_us: int, app_us: int) -> None:
        """The board is reset or has lost its power: Linux boots and loads the firmware after
        takes_us; the application starts app_us later."""
        self._stop_idling(now_us)
        self._drop_app()
        self.port.set_reading(False)
        if self.state == ASLEEP:
            self._open_ddr("restart", now_us)
        self.port.board_down()
        self._loads = True
        self._forget_alarms()
        self._rebooting = True
        self._enter(OFFLINE, now_us)

        def up(at_us: int) -> None:
            self._reboot_done(at_us, "restart", runs_app=not app_us)
            if app_us:
                self._alarms["app"] = (at_us + app_us, self.start_app)

        self._alarms["boot"] = (now_us + takes_us, up)

    def _forget_alarms(self) -> None:
        steady = self._alarms.get("steady")  # it is not Linux's own
        self._alarms.clear()
        if steady is not None:
            self._alarms["steady"] = steady

    def unbind(self, now_us: int) -> None:
        if self._cannot("unbind", now_us, self._bound):
            return
        self._bound = False
        self._drop_app()
        self._alarms.pop("recover", None)
        self.port.set_link(False)
        self._enter(OFFLINE, now_us)

    def bind(self, now_us: int) -> None:
        if self._asleep:
            self._when_up.append(self.bind)
        elif not self._cannot("bind", now_us, not self._bound):
            self._bound = True
            self._attach(now_us)

    def crash_app(self, now_us: int, when: str = "now") -> None:
        """`when`: now, or the next of application.MOMENTS."""
        if self._cannot("crash-app", now_us, self._app_alive):
            return
        if when == "now":
            self._die(now_us)
        else:
            self._crashes_when = when

    def _on_moment(self, moment: str, now_us: int) -> None:
        """The application dies at this instant, before it does anything else."""
        if moment == self._crashes_when:
            self._crashes_when = ""
            self._alarms["crash"] = (now_us, self._die)
            self.ledger.event(f"the application crashes: {MOMENTS[moment]}", now_us)

    def _die(self, now_us: int) -> None:
        self._app_alive = False
        self._drop_app()
        if self.state == ASKING:
            self._call_off("abort", now_us)
        else:
            self._enter(OFFLINE, now_us)

    def start_app(self, now_us: int, spec: str = "own") -> None:
        """`spec`: "other": it was made for another spec."""
        if self._asleep:
            self._when_up.append(lambda up_us: self.start_app(up_us, spec))
        elif not self._cannot("start-app", now_us, not self._app_alive):
            self._app_alive = True
            self._app.spec = spec
            self._enter(AWAKE, now_us)
            if self.port.has_tty():
                self._start_session(now_us)

    def _cannot(self, what: str, now_us: int, sense: bool) -> bool:
        """Ignore a step that is not possible while Linux sleeps or boots, or a second time."""
        self._idling.act(now_us)
        stays = self.state in (AWAKE, OFFLINE) and not self._rebooting
        reason = why_ignored(what, sense, stays, self._why_not)
        if reason is not None:
            self.ledger.ignore(what, reason, now_us)
        return reason is not None

    def stall(self, now_us: int, for_us: int) -> None:
        self._idling.act(now_us)
        self.port.set_reading(False)
        self.ledger.stream(False, now_us)
        self._alarms["stall"] = (now_us + for_us, self._end_stall)

    def _end_stall(self, now_us: int) -> None:
        if self.state not in (ASLEEP, RESUMING):
            self.port.set_reading(True)
            self._note_stream(now_us)

    def refuse_writes(self, now_us: int, for_us: int) -> None:
        """The tty accepts nothing for this long; what the application writes waits."""
        self._idling.act(now_us)
        self.ledger.stream(False, now_us)
        self._alarms["refuse"] = (now_us + for_us, self._accept_writes)

    def _accept_writes(self, now_us: int) -> None:
        if self._app_runs:
            self._app.write(b"")
            self._note_stream(now_us)

    def short_writes(self, now_us: int, for_us: int, most_bytes: int) -> None:
        """The tty takes at most so many bytes of a write; the application writes the rest later."""
        self._idling.act(now_us)
        self._most_bytes = most_bytes
        self._alarms["short"] = (now_us + for_us, self._accept_writes)
        self._write_more(now_us)

    def _write_more(self, now_us: int) -> None:
        if self._app_runs:
            self._app.write(b"")
        if "short" in self._alarms:
            self._alarms["write"] = (now_us + self.pace.retry_us, self._write_more)

    def stall_writes(self, now_us: int, for_us: int) -> None:
        """The tty takes half of the next write. The application hangs in it until the end."""
        self._idling.act(now_us)
        self.ledger.stream(False, now_us)
        self._cuts = True
        self._alarms["hang"] = (now_us + for_us, self._end_hang)

    def _end_hang(self, now_us: int) -> None:
        self._cuts = self._hangs = False
        self._accept_writes(now_us)
        self._read_soon(now_us)
        wished_us = self._sleep_when_up
        if wished_us is not None and self.state == AWAKE and self._can_suspend:
            self._sleep_when_up = None
            self._fall_asleep(now_us, wished_us)

    def _write(self, data: bytes) -> int:
        if self._hangs or self._alarms.keys() & {"refuse", "crash"}:
            return 0
        if self._cuts:
            self._cuts, self._hangs = False, True
            return self.port.write(data[: max(1, len(data) // 2)])
        return self.port.write(data[: self._most_bytes] if "short" in self._alarms else data)

    def steal_reads(self, now_us: int, for_us: int) -> None:
        """Another program reads the tty as well: it gets every other read."""
        self._idling.act(now_us)
        self._alarms["thief"] = (now_us + for_us, self._note_stream)
        self.disturbed(now_us, now_us + for_us + SILENCE_US)

    def write_to_tty(self, now_us: int, data: bytes) -> None:
        """Another program writes to the tty."""
        if not self._cannot("write-to-tty", now_us, self.port.has_tty()):
            self.ledger.event("another program writes to the tty", now_us)
            self.port.write(data)

    def send_wake(self, now_us: int) -> None:
        if not self._cannot("send-wake", now_us, self.state == AWAKE):
            self.ledger.event("WAKE sent without an earlier SLEEP", now_us)
            self.ledger.wire.begin(self.processed_seq or 0, now_us)
            self._app.write(encode(Wake(_NO_ID, self.processed_seq or 0)))

    def stale_doorbell(self, now_us: int, ring: str) -> bool:
        """Return whether a doorbell can arrive now. A doorbell of Linux takes at most the guard
        time, so a doorbell for a message cannot arrive between the request to suspend and the
        closing of DDR."""
        self._idling.act(now_us)
        if ring == "vq1" and self.state in (ASKING, SUSPENDING):
            reason = f"no doorbell of Linux can arrive while Linux is {self.state}"
            self.ledger.ignore("stale-doorbell", reason, now_us)
            return False
        return True

    def disturbed(self, now_us: int, until_us: int) -> None:
        """A fault between firmware and application delays messages: samples may be late until
        then."""
        self.ledger.stream(False, now_us)
        self._steady_us = max(self._steady_us, until_us)
        self._alarms["steady"] = (self._steady_us, self._note_stream)

    def firmware_silent(self, now_us: int) -> None:
        """The firmware does not run, and Linux does not know it."""
        self._silent = True
        self.ledger.stream(False, now_us)

    def firmware_restarted(self, now_us: int, takes_us: int | None = None) -> None:
        """The M33 was reset: the rings are not usable until remoteproc has loaded it again. Linux
        learns of it now, or when it is awake again; takes_us later it starts the firmware."""
        self.firmware_silent(now_us)
        self._recovery_us = self.pace.recovery_us if takes_us is None else takes_us
        self.port.firmware_down()
        self._loads = True
        if not self._bound or self._rebooting:
            return
        if self._asleep:
            self._recover_when_up = True
        else:
            self._alarms["recover"] = (now_us + self._recovery_us, self._attach)

    def restart_firmware(self, now_us: int) -> None:
        """Stop the M33 and start it again."""
        if not self._cannot("restart-firmware", now_us, self._bound):
            self.ledger.stream(False, now_us)
            self.ledger.stopped("remoteproc", now_us)
            self.ledger.event(STOPPED["remoteproc"], now_us)
            self.port.firmware_down()
            self._loads = True
            self._alarms.pop("recover", None)
            self._attach(now_us)

    # -------------------------------------------------------------------------------- application

    @property
    def _app_runs(self) -> bool:
        return self.state in (AWAKE, ASKING) and not self._hangs

    def _attach(self, now_us: int) -> None:
        """Make new rings and start a session over them."""
        if self.state == ASKING and self._sleep is not None:
            self._sleep.cause = "abort"
            self._sleep.up_us = now_us
        self._drop_app()
        if self._loads:  # else a firmware that has crashed stays as it is
            self._loads = self._silent = False
        self._enter(AWAKE if self._app_alive else OFFLINE, now_us)
        self.port.set_link(True)
        if self.port.has_tty():
            self._start_session(now_us)

    def _read_soon(self, now_us: int) -> None:
        if self._tty and self._app_runs and "read" not in self._alarms:
            size_bytes = min(len(self._tty), _TTY_READ_BYTES)
            at_us = max(now_us, self._app.busy_us) + self.pace.read_takes_us(size_bytes)
            self._alarms["read"] = (at_us, self._read)

    def _read(self, now_us: int) -> None:
        if self._app_runs:
            data, self._tty = self._tty[:_TTY_READ_BYTES], self._tty[_TTY_READ_BYTES:]
            self._stolen = "thief" in self._alarms and not self._stolen
            if not self._stolen:
                self._app.receive(data, now_us)
            self._read_soon(now_us)

    def _start_session(self, now_us: int) -> None:
        self._drop_app()
        if self._app_alive:
            self._enter(AWAKE, now_us)
            self._app.start(now_us)
            self._note_stream(now_us)

    def _note_stream(self, now_us: int) -> None:
        runs = (
            self.state == AWAKE
            and self._app.online
            and not self._alarms.keys() & {"stall", "refuse", "hang"}
            and now_us >= self._steady_us
        )
        takes = not self._silent and self._app.spec == "own"
        self.ledger.stream(runs and takes, now_us)

    def _drop_app(self) -> None:
        self._app.die()
        self._hangs = False  # the tty that it writes to is gone
        self._tty = b""
        self._alarms.pop("read", None)

    def _on_power(self, event: SuspendReady | SuspendRefused, now_us: int) -> None:
        if isinstance(event, SuspendReady):
            if self.state == ASKING and self._sleep is not None:
                self._sleep.ack_ms = (event.acknowledged_us - event.asked_us) / 1e3
                self._go_down(now_us)
            return
        if self.state == ASKING:  # else Linux itself has called it off
            self.ledger.event(f"suspend refused: {event.reason}", now_us)
            self._call_off("refused", now_us)

    def _enter(self, state: str, now_us: int) -> None:
        self.state = state
        if state != AWAKE:
            self.ledger.stream(False, now_us)
        self.ledger.state(state, now_us)
