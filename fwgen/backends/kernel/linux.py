"""The real Linux as the peer of a run: the counterpart of backends/linux.py.

It turns a scenario's steps into commands for `inside`, and what Linux does into the run's record.
DDR is closed when the kernel has stopped its devices and waits, and open when it starts them again.
Times are microseconds of scenario time; `*_ns` are on the calendar's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from fwgen.backends.doorbells import SILENCE_US
from fwgen.backends.kernel.calendar import NEVER, Calendar
from fwgen.backends.kernel.control import Control
from fwgen.backends.kernel.inside.application import Settings
from fwgen.backends.kernel.journal import (
    EVENT,
    FAILED,
    OUTPUT,
    READY,
    RELAYED,
    SESSION,
    UP,
    JournalReader,
)
from fwgen.backends.kernel.place import Place
from fwgen.backends.kernel.sockets import GoneError, Sockets
from fwgen.backends.kernel.tap import Tap
from fwgen.backends.kernel.uml import Uml
from fwgen.backends.kernel.vhost import FROM_LINUX, TO_LINUX, Device
from fwgen.backends.ledger import Ledger, OpenSleep
from fwgen.backends.linux import FOREIGN, Pace, why_ignored
from fwgen.backends.notes import note_event, note_lost, note_samples
from fwgen.errors import InputError, ToolBrokeError
from fwgen.peer.called import FIRMWARE
from fwgen.peer.events import (
    Event,
    Lost,
    Online,
    Samples,
    SuspendFailed,
    SuspendReady,
    SuspendRefused,
)
from fwgen.peer.session import Known
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

ZERO_NS: Final = 2_300_000_000
"""Scenario time 0 on the calendar. Steps are often at whole seconds of scenario time. These must
not be whole seconds of Linux's clock: an alarm that is set there may be a second late."""
LONG_AGO_US: Final = -(1 << 62)
INTERRUPT: Final = "^C"
"""The line that interrupts what the shell runs."""
_LONGEST_LINE: Final = 480
_EPOCH_S: Final = 1_800_000_000
_SEQ_MASK: Final = 0xFFFF_FFFF


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


def check_one_sensor(plan: Plan) -> None:
    """Raise InputError for a plan with two sensors."""
    if len(plan.sensors) > 1:
        raise InputError(
            "a real Linux kernel with two sensors is not supported yet",
            "use `--linux emulated`, or a spec with one sensor",
        )


class KernelLinux:
    """`state` is one of record.BAND_STATES."""

    def __init__(
        self,
        m33: M33,
        ledger: Ledger,
        spec_hash: bytes,
        kernel: Path,
        entries: int,
        pace: Pace,
        application: Path | None = None,
        alarm_s: int = 0,
    ) -> None:
        self.relayed: Callable[[int, bytes], None] = lambda number, data: None
        """Gets what the service inside sends to a client outside."""
        self.state = OFFLINE
        self.ledger = ledger
        self.release = ""
        self._m33 = m33
        self._pace = pace
        place = self._place = Place()
        self._sockets = Sockets()
        self.calendar = Calendar(self._sockets, place.clock, _EPOCH_S)
        self.device = Device(
            self._sockets,
            place.device,
            self._kicked,
            on_rings=self._rings_started,
            on_unbound=self._unbound,
            before_interrupt=self.calendar.pass_granted,
        )
        self._control = Control(
            self._sockets, place.control, self._read_journal, self.calendar.stop_soon
        )
        self._control.device.before_interrupt = self.calendar.pass_granted
        self._control.device.on_stop = self._devices_stopped
        self._control.on_resume = self._devices_started
        self._journal = JournalReader(place.journal)
        self._tap = Tap(self.device, ledger.wire)
        changed = str(application.absolute()) if application else ""
        settings = Settings(spec_hash.hex(), pace.suspend_us, pace.resume_us, changed, alarm_s)
        self._uml = Uml(kernel, place, settings, entries)
        self._sockets.peer_lives = lambda: self._uml.alive
        self._alive = False
        self.output = ""
        """What the shell for a person has printed."""
        self._offset_ns = 0  # from Linux's clock to the calendar
        self._alarms: dict[str, tuple[int, Callable[[], None]]] = {}
        self._sleep: OpenSleep | None = None
        self._sleep_when_up: int | None = None  # when the next suspend was requested
        self._again_us: int | None = None  # awake for so long after the firmware's calls
        self._when_up: list[Callable[[int], None]] = []
        self._recover_when_up = False
        self._going_down = False  # Linux has stopped its devices to suspend
        self._foreign = False  # nobody announced the suspend, and nobody will report its end
        self._fresh = False  # the rings are new, and Linux has not rung yet
        self._cause = "timer"
        self._called = False  # interrupted; it has not run since
        self._app_alive = False
        self._starts = 0  # of the application
        self._starts_us = LONG_AGO_US
        self._online = False
        self._bound = True
        self._stalled = False
        self._known: Known | None = None
        self._boot = 0
        self._processed: int | None = None
        self._steady_us = LONG_AGO_US  # until then messages may be late

    def close(self) -> None:
        self._uml.end()
        self.calendar.drop()
        self.device.drop()
        self._control.drop()
        self._sockets.close()
        self._journal.close()
        self._place.remove()

    def calendar_ns(self) -> int:
        return self.calendar.now_ns

    @property
    def now_us(self) -> int:
        return (self.calendar.now_ns - ZERO_NS) // 1000

    @property
    def processed_seq(self) -> int | None:
        """Number of the first sample that the application has not processed (32 bits)."""
        self._read_journal(rang=False)
        return self._processed

    def processed(self, stream: int) -> int | None:
        """Return the same of a sensor's stream. A plan with two sensors is refused."""
        assert stream == 0
        return self.processed_seq

    # --------------------------------------------------------------- called by whoever runs the M33

    def boot(self, starts_us: int = LONG_AGO_US) -> None:
        """Start Linux at the present time, and its application not before `starts_us`."""
        self._starts_us = starts_us
        self._bound = True
        self._alive = True
        self.release = ""
        self._uml.start()
        self.calendar.expect()
        self._m33.set_ddr(False)
        self._m33.set_reading(True)

    def run_alone(self, until_ns: int) -> None:
        """Run without an M33, at least until `inside` takes commands."""
        while True:
            self.settle()
            if self.due_ns >= until_ns:
                break
            self.calendar.advance(self.due_ns)
            self.run(until_ns)
        if not self.release:
            raise self._uml.broke()
        self.calendar.advance(until_ns)

    def settle(self) -> None:
        """Serve Linux until it waits."""
        if not self._alive:
            return
        with self._must_live():
            self.calendar.settle()
            if self._going_down and self.state != ASLEEP:
                self._close_ddr()
            if self._control.due and not self._called:
                self._control.deliver()

    @property
    def due_ns(self) -> int:
        """When Linux, or a fault of it, is due next."""
        at_us = min((at for at, _ in self._alarms.values()), default=None)
        own_ns = NEVER if at_us is None else at_us * 1000 + ZERO_NS
        return min(own_ns, self.calendar.wanted_ns if self._alive else NEVER)

    def run(self, free_until_ns: int) -> None:
        """The calendar has reached `due_ns`: do what is due."""
        for name in [name for name, (at, _) in self._alarms.items() if at <= self.now_us]:
            self._alarms.pop(name)[1]()
        if self._alive and self.calendar.wanted_ns <= self.calendar.now_ns:
            self._called = False
            with self._must_live():
                self.calendar.let_run(free_until_ns)

    def interrupt(self, rings: list[int]) -> None:
        """The firmware's doorbells have reached Linux, which waits."""
        if not self.device.ready:
            return  # the rings are those of a Linux that has ended
        if TO_LINUX in rings:
            self._tap.received(self.now_us)
        for ring in rings:
            self._called = True
            with self._must_live():
                self.device.call(ring)

    def rung(self) -> None:
        """The firmware has rung the wake-up doorbell. Linux notices it only while it sleeps."""
        if self.state == ASLEEP:
            self._cause = FIRMWARE
        if self._alive and self._bound:
            with self._must_live():
                self.device.wake()

    def rung_at(self, at_us: int) -> None:
        """As Linux.rung_at."""
        self._alarms["rung"] = (at_us, self.rung)

    def disturbed(self, now_us: int, until_us: int) -> None:
        """As Linux.disturbed."""
        self.ledger.stream(False, now_us)
        self._steady_us = max(self._steady_us, until_us)
        self._alarms["steady"] = (self._steady_us, self._note_stream)

    @contextmanager
    def _must_live(self) -> Iterator[None]:
        """Report a Linux that ends by itself."""
        try:
            yield
        except (GoneError, ConnectionError) as error:
            raise self._uml.broke() from error

    # ------------------------------------------------------------------------- what Linux does

    def _kicked(self, ring: int) -> None:
        self._m33.catch_up()
        if ring == FROM_LINUX:
            self._tap.sent(self.now_us)
        if self._fresh:
            self._fresh = False
            self._tap.begin()
            self._m33.new_rings(self.device)
        else:
            self._m33.kick(ring)

    def _rings_started(self, new: bool) -> None:
        if new:
            self._fresh = True
        else:
            self._devices_started()

    def _devices_started(self) -> None:
        """Linux resumes. The firmware's device is the first one, if it has a driver."""
        self._going_down = False
        if self.state == ASLEEP:
            self._m33.catch_up()
            self._open_ddr(self._cause)
            self._enter(RESUMING)
            if self._foreign:
                self._up()
                self.disturbed(self.now_us, self.now_us + SILENCE_US)

    def _devices_stopped(self) -> None:
        """The control channel stops too. The firmware's device may have no driver."""
        self._going_down = True

    def _unbound(self) -> None:
        self._fresh = False
        self._m33.catch_up()
        self._m33.lose_rings()

    # -------------------------------------------------------------------------- what `inside` says

    def _read_journal(self, rang: bool = True) -> None:
        """Take what `inside` has written; `rang`: its last record is of the present time."""
        records = list(self._journal.read())
        if rang and records:
            self._offset_ns = self.calendar.now_ns - records[-1].at_ns
        for record in records:
            at_us = (record.at_ns + self._offset_ns - ZERO_NS) // 1000
            self._take(record.kind, record.value, at_us)

    def _take(self, kind: str, value: object, at_us: int) -> None:
        if kind == EVENT:
            self._take_event(value, at_us)  # type: ignore[arg-type]
        elif kind == READY:
            self.release = str(value)
            self._alarms["start"] = (max(self.now_us, self._starts_us), self._start_app)
        elif kind == SESSION:
            self._online = True
            if self.state == OFFLINE:
                self._enter(AWAKE)
            self._note_stream()
        elif kind == UP:
            if self.state == SUSPENDING and self._sleep is not None:  # no application: called off
                self._sleep.cause = self._called_off_by
            self._up()
        elif kind == RELAYED:
            self.relayed(*value)  # type: ignore[misc]
        elif kind == OUTPUT:
            self.output += str(value)
        elif kind == FAILED or value is not None:
            raise ToolBrokeError(f"in Linux: {value}")

    def _take_event(self, event: Event, at_us: int) -> None:
        if isinstance(event, Samples):
            note_samples(self.ledger, event, at_us)
            self._note_processed(event.log, event.block.first_seq + event.block.count)
        elif isinstance(event, Lost):
            note_lost(self.ledger, event, at_us)
            self._note_processed(event.log, event.first_seq + event.count)
        elif isinstance(event, SuspendReady):
            if self.state == AWAKE:  # a client of the service inside has asked for it
                self._sleep = OpenSleep(asked_us=at_us)
                self.ledger.sleeps.append(self._sleep)
                self._cause = "timer"
                self._enter(ASKING)
            if self.state == ASKING and self._sleep is not None:
                self._sleep.ack_ms = (event.acknowledged_us - event.asked_us) / 1e3
                self._enter(SUSPENDING)
        elif isinstance(event, SuspendRefused | SuspendFailed):
            self._call_off(event)
        else:
            if isinstance(event, Online):
                self._boot = event.hello.boot
            note_event(self.ledger, event, at_us)

    def _note_processed(self, log: int, next_seq: int) -> None:
        self._processed = next_seq & _SEQ_MASK
        self._known = Known(log, self._processed, self._boot)

    def _call_off(self, event: SuspendRefused | SuspendFailed) -> None:
        if self._sleep is None or self.state not in (ASKING, SUSPENDING):
            return
        if isinstance(event, SuspendFailed) or self._cause != "timer":  # a resume came first
            self._sleep.cause = self._called_off_by
        else:
            self._sleep.cause = "refused"
            self.ledger.event(f"suspend refused: {event.reason}", self.now_us)
        self._up()

    @property
    def _called_off_by(self) -> str:
        return "end" if self._cause == "end" else "abort"

    @property
    def takes_commands(self) -> bool:
        """Whether `tell_relay` may be called: Linux is up, and not about to sleep."""
        return bool(self.release) and self.state in (AWAKE, OFFLINE)

    def tell_relay(self, command: str) -> None:
        """Give a command to inside.relay."""
        self._control.send(command)

    def shell(self, line: str) -> None:
        """Run a line in a shell inside; what it prints is added to `output`. Raises InputError."""
        if not self.release or self._asleep:
            raise InputError(f"no shell can run: {self._why_not}", "`resume` Linux, or wait for it")
        if len(line.encode()) > _LONGEST_LINE:
            raise InputError(f"expected at most {_LONGEST_LINE} bytes, found {len(line.encode())}")
        self._control.send(f"shell {line}" if line != INTERRUPT else "interrupt")

    # ------------------------------------------------------------------------------------- power

    def suspend(self, now_us: int, wake_after_us: int | None, again_us: int | None = None) -> None:
        """`again_us`: how long Linux is awake after each wake-up by the firmware."""
        if not self._can_suspend:
            self.ledger.ignore("suspend", self._why_not, now_us)
            return
        self._end_nights()
        self._again_us = again_us
        if wake_after_us is not None:
            self._control.send(f"alarm {wake_after_us // 1_000_000}")
            if again_us is not None:
                self._alarms["last"] = (now_us + wake_after_us, self._end_nights)
        self._suspend(now_us)

    def _end_nights(self) -> None:
        """Linux does not suspend again by itself."""
        self._again_us = None
        self._alarms.pop("again", None)
        self._alarms.pop("last", None)

    def _suspend(self, now_us: int) -> None:
        if self.state == RESUMING:
            self._sleep_when_up = now_us
        else:
            self._fall_asleep(now_us)

    def foreign_suspend(self, now_us: int, wake_after_us: int | None) -> None:
        """As Linux.foreign_suspend."""
        if self.state not in (AWAKE, OFFLINE) or self._rebooting:
            self.ledger.ignore("foreign-suspend", self._why_not, now_us)
            return
        if wake_after_us is not None:
            self._control.send(f"alarm {wake_after_us // 1_000_000}")
        self._again_us = None
        self._control.send("suspend-untold")

    def resume(self, now_us: int) -> None:
        if self.state in (AWAKE, OFFLINE):
            self.ledger.ignore("resume", self._why_not, now_us)
        else:
            self._end_nights()
            self._wake("user")

    def end(self, now_us: int) -> None:
        """The scenario ends: wake Linux, end its faults and start its application, so that the
        samples in the log can arrive."""
        self._end_nights()
        for name in ("ddr", "boot", "stall"):
            if name in self._alarms:
                self._alarms.pop(name)[1]()
        self._wake("end")
        if not self._bound:
            self.bind(now_us)
        if not self._app_alive and self.release:
            self.start_app(now_us)

    def _wake(self, cause: str) -> None:
        if self.state == ASLEEP:
            self._cause = cause
            with self._must_live():
                self._control.device.wake()
        elif self.state in (ASKING, SUSPENDING):
            self._cause = cause
            self._control.send("resume")
        elif self.state == RESUMING and self._sleep_when_up is not None:
            self._sleep_when_up = None
            self._control.send("alarm 0")

    def _fall_asleep(self, wished_us: int) -> None:
        self._sleep = OpenSleep(asked_us=wished_us)
        self.ledger.sleeps.append(self._sleep)
        self._cause = "timer"
        if self._online:
            self._enter(ASKING)
        else:
            told = "Linux suspends without telling the firmware: no application is running"
            self.ledger.event(told, self.now_us)
            self._enter(SUSPENDING)
        self._control.send("suspend" if self._online else "suspend-untold")

    def _close_ddr(self) -> None:
        """Linux has suspended; if no step asked for it, a program inside did it by itself."""
        self._foreign = self.state not in (ASKING, SUSPENDING)
        if self._foreign:
            self.ledger.event(FOREIGN, self.now_us)
            self._sleep = OpenSleep(asked_us=self.now_us)
            self.ledger.sleeps.append(self._sleep)
            self._cause = "timer"
        assert self._sleep is not None
        self._going_down = False
        self._m33.set_reading(False)
        self._m33.set_ddr(True)
        self._sleep.closed_us = self.now_us
        self._sleep.used_closed = self.ledger.wire.used_slots()
        self._enter(ASLEEP)

    def _open_ddr(self, cause: str) -> None:
        assert self._sleep is not None
        self._sleep.cause = cause
        self._sleep.opened_us = self.now_us
        self._sleep.used_opened = self.ledger.wire.used_slots()
        self._m33.set_ddr(False)
        self._m33.set_reading(not self._stalled)

    def _up(self) -> None:
        """The application, or Linux without it, goes on after a suspend."""
        self._enter(AWAKE if self._online else OFFLINE)
        if self._sleep is not None:
            self._sleep.up_us = self.now_us
            if self._cause == FIRMWARE and self._again_us is not None:
                self._alarms["again"] = (self.now_us + self._again_us, self._suspend_again)
        if self._recover_when_up:
            self._recover_when_up = False
            self._recover_soon()
        self._note_stream()
        waiting, self._when_up = self._when_up, []
        for call in waiting:
            call(self.now_us)
        wished_us, self._sleep_when_up = self._sleep_when_up, None
        if wished_us is not None and self._can_suspend:
            self._fall_asleep(wished_us)

    def _suspend_again(self) -> None:
        if self._can_suspend:
            self._suspend(self.now_us)
        else:
            self.ledger.ignore("suspend", self._why_not, self.now_us)

    # -------------------------------------------------------------------------------------- faults

    def reboot(self, now_us: int, takes_us: int) -> None:
        self._read_journal(rang=False)
        self._uml.end()
        self._alive = self._online = self._app_alive = False
        self.calendar.drop()
        self.device.drop()
        self._control.drop()
        self._m33.set_reading(False)
        self._m33.go_down()
        steady = self._alarms.get("steady")
        self._alarms.clear()
        if steady is not None:
            self._alarms["steady"] = steady
        if self._sleep is not None and self.state == ASKING and self._cause != "timer":
            self._sleep.cause, self._sleep.up_us = self._called_off_by, now_us
        if self._sleep is not None and self.state == ASLEEP:
            self._alarms["ddr"] = (
                now_us + max(0, takes_us - self._pace.reboot_ddr_us),
                lambda: self._open_ddr("reboot"),
            )
        self._enter(OFFLINE)
        self._alarms["boot"] = (now_us + takes_us, self._boot_again)

    def _boot_again(self) -> None:
        if self._sleep is not None and self._sleep.up_us is None:
            self._sleep.cause = "reboot"
            self._sleep.up_us = self.now_us
        self._when_up.clear()
        self._recover_when_up = self._stalled = False
        self._offset_ns = 0
        self.boot()

    def unbind(self, now_us: int) -> None:
        if not self._cannot("unbind", now_us, self._bound):
            self._bound = self._online = False
            self._alarms.pop("recover", None)
            self._control.send("unbind")
            self._enter(OFFLINE)

    def bind(self, now_us: int) -> None:
        if self._asleep:
            self._when_up.append(self.bind)
        elif not self._cannot("bind", now_us, not self._bound):
            self._bound = True
            self._control.send("bind")

    def crash_app(self, now_us: int, when: str = "now") -> None:
        """`when`: always "now" (the step CrashApp)."""
        if not self._cannot("crash-app", now_us, self._app_alive):
            self._app_alive = self._online = False
            self._control.send("crash-app")
            self._enter(OFFLINE)

    def start_app(self, now_us: int, spec: str = "own") -> None:
        """`spec`: always "own" (the step StartApp)."""
        if self._asleep:
            self._when_up.append(self.start_app)
        elif not self._cannot("start-app", now_us, not self._app_alive):
            self._start_app()

    def _start_app(self) -> None:
        self._app_alive = True
        self._starts += 1
        self._read_journal(rang=False)
        known = self._known
        words = [] if known is None else [known.log, known.next_seq, known.boot]
        self._control.send(" ".join(["start-app", *map(str, [self._starts, *words])]))

    def stall(self, now_us: int, for_us: int) -> None:
        """No interrupt of the firmware reaches Linux."""
        self._stalled = True
        self._m33.set_reading(False)
        self.ledger.stream(False, now_us)
        self._alarms["stall"] = (now_us + for_us, self._end_stall)

    def _end_stall(self) -> None:
        self._stalled = False
        if self.state not in (ASLEEP, RESUMING):
            self._m33.set_reading(True)
            self._note_stream()

    def send_wake(self, now_us: int) -> None:
        if not self._cannot("send-wake", now_us, self.state == AWAKE):
            self.ledger.event("WAKE sent without an earlier SLEEP", now_us)
            self._control.send(f"send-wake {self.processed_seq or 0}")

    def stale_doorbell(self, now_us: int, ring: str) -> bool:
        """As Linux.stale_doorbell."""
        if ring == "vq1" and self.state in (ASKING, SUSPENDING):
            reason = f"no doorbell of Linux can arrive while Linux is {self.state}"
            self.ledger.ignore("stale-doorbell", reason, now_us)
            return False
        return True

    def write_to_tty(self, now_us: int, data: bytes) -> None:
        """As Linux.write_to_tty."""
        if not self._cannot("write-to-tty", now_us, self._bound):
            self.ledger.event("another program writes to the tty", now_us)
            self._control.send(f"write-tty {data.hex()}")

    def firmware_restarted(self, now_us: int) -> None:
        """The M33 was reset: the rings are not usable until remoteproc attaches it again."""
        self.ledger.stream(False, now_us)
        if not self._bound or self._rebooting:
            return
        if self._asleep:
            self._recover_when_up = True
        else:
            self._recover_soon()

    def _recover_soon(self) -> None:
        at_us = self.now_us + self._pace.recovery_us
        self._alarms["recover"] = (at_us, self._recover)

    def _recover(self) -> None:
        if self._asleep:
            self._recover_when_up = True
        else:
            self._online = False
            self._control.send("recover")

    # -------------------------------------------------------------------------------------- states

    @property
    def _rebooting(self) -> bool:
        return "boot" in self._alarms or not self.release

    @property
    def _asleep(self) -> bool:
        """Whether Linux is asleep, suspends or resumes: no process runs."""
        return self.state in (SUSPENDING, ASLEEP, RESUMING)

    @property
    def _can_suspend(self) -> bool:
        no_application = not (self._app_alive and self._bound)
        if self.state in (AWAKE, RESUMING):
            return self._online or no_application
        return self.state == OFFLINE and not self._rebooting

    @property
    def _why_not(self) -> str:
        if self.state == ASKING:
            return "Linux is asking the firmware for sleep"
        return "Linux is rebooting" if self._rebooting else f"Linux is {self.state}"

    def _cannot(self, what: str, now_us: int, sense: bool) -> bool:
        """Ignore a step that is not possible while Linux sleeps or boots, or a second time."""
        stays = self.state in (AWAKE, OFFLINE) and not self._rebooting
        reason = why_ignored(what, sense, stays, self._why_not)
        if reason is not None:
            self.ledger.ignore(what, reason, now_us)
        return reason is not None

    def _note_stream(self) -> None:
        steady = not self._stalled and self.now_us >= self._steady_us
        runs = self.state == AWAKE and self._online and steady
        self.ledger.stream(runs, self.now_us)

    def _enter(self, state: str) -> None:
        self.state = state
        if state != AWAKE:
            self.ledger.stream(False, self.now_us)
        self.ledger.state(state, self.now_us)
