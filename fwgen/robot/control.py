"""Keywords that start a board and act on it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal

from fwgen.plan import plan_spec
from fwgen.robot.bench import Bench, CannotRunError
from fwgen.robot.kinds import Length, Seconds, Time
from fwgen.scenario.by_hand import by_hand
from fwgen.scenario.load import find_scenario, load_scenario, parse_step
from fwgen.scenario.steps import make_step
from fwgen.spec import load_spec


class Control(Bench):
    """Times and lengths carry their units: `60 s`, `200 ms`, `1 h`, `500 mm`."""

    def start_board(
        self,
        distance: str = "",
        noise: Length = Length(0),  # noqa: B008 (an int)
        seed: int = 1,
        air: str = "20 °C",
        spec: Path | None = None,
        first_number: int = 0,
        ecc: bool = False,
        **signals: str,
    ) -> None:
        """Starts the firmware and Linux, up to the first sample; virtual time counts from there.

        ``distance`` is the obstacle's place, or its path as points joined by straight lines:
        ``0 s: 1500 mm, 60 s: 300 mm``. What another channel sees is given in the same way, by the
        channel's name. A channel that is not named sees its sensor's usual value: 1500 mm, or the
        middle of the channel's range in the spec. If both of two sensors have a channel, its name
        begins with the sensor's: ``cellar.ambient-temp``.

        ``spec`` replaces the library's spec. With ``first_number``
        the firmware finds a log in which that is the next sample's number. With ``ecc`` on the
        emulated board, a word of the log's memory that was not written since power-on answers a
        read with a bus error; for short tests, since it is slow.

        Examples:
        | Start Board | 0 s: 1500 mm, 60 s: 300 mm | noise=2 mm |
        | Start Board | spec=climate.yaml | ambient-temp=21.5 °C | humidity=0 s: 40 %, 60 s: 60 % |
        """
        spec = spec or self._suite_spec
        given = {**({"distance": distance} if distance else {}), **signals}
        plan = plan_spec(load_spec(spec))
        scenario = by_hand(plan, "a test", given, noise=f"{int(noise)} mm", air=air)
        self._open(spec).start(spec, scenario, seed, first_number, ecc)
        logging.info("started %s on the %s backend", spec, self._backend)

    def run_scenario(self, scenario: str, seed: int = 1, spec: str = "") -> None:
        """Runs a whole scenario (a file, or the name of a bundled one).

        The first of these that is given is the spec: ``spec``, the library's ``spec``, the one that
        the scenario names, the library's ``default_spec``, the bundled reference spec. So the
        library's ``spec`` is like ``--spec`` of ``fwgen run``. `The Run Should Pass` judges the
        scenario's expectations. Checks of the board's state see its end.
        """
        path = find_scenario(scenario)
        given = Path(spec) if spec else self._spec or load_scenario(path).spec_path()
        spec_path = given or self._suite_spec
        self._result = self._open(spec_path).run(spec_path, path, seed)
        logging.info("ran %s with %s on the %s backend", path, spec_path, self._backend)
        self._log_report()

    def run_for(self, time: Time) -> None:
        """Lets virtual time pass."""
        self._running.run_for(time)

    def virtual_time(self) -> Seconds:
        """Returns the seconds since the first sample."""
        return Seconds(self._view().t_us / 1e6)

    def stop_board(self) -> None:
        """For a test's teardown: if the test failed, logs the board's state; then stops it."""
        from robot.libraries.BuiltIn import BuiltIn

        if str(BuiltIn().get_variable_value("${TEST STATUS}", "FAIL")) == "FAIL":
            self._log_everything()
        self._close()

    def stop_boards(self) -> None:
        """For a suite's teardown: stops the board if one is running."""
        self._close()

    def do_step(self, step: str, **values: str) -> None:
        """Executes any step of a scenario, by its name and with its keys as in a scenario.

        Example:
        | Do Step | stall-linux | for=2 s |
        """
        written = "".join(f", {key}: {value}" for key, value in values.items())
        self._running.do_step(parse_step(f"{step}{written}"))

    def _step(self, name: str, **values: Any) -> None:
        self._running.do_step(make_step(name, **values))

    # ------------------------------------------------------------------------ Linux's power

    def suspend_linux(self, wake_after: Time | None = None) -> None:
        """Linux sends SLEEP, and suspends when the firmware has acknowledged it; then DDR is
        closed. If its application does not run, Linux suspends without telling the firmware.

        With ``wake_after`` a timer wakes Linux. All of this takes virtual time.
        """
        self._step("suspend", for_us=None if wake_after is None else int(wake_after))

    def resume_linux(self) -> None:
        """A person wakes Linux."""
        self._step("resume")

    def sleep_for(self, time: Time) -> None:
        """Suspends Linux, lets the time pass, wakes Linux and waits two seconds."""
        self.suspend_linux()
        self._running.run_for(time)
        self.resume_linux()
        self._running.run_for(2_000_000)

    def send_wake(self) -> None:
        """Linux's application sends WAKE although Linux has not slept."""
        self._step("send-wake")

    def let_linux_idle(self, time: Time, held: bool = True) -> None:
        """Linux has nothing to do for this time but to read samples.

        ``held``: the peer may hold ``/dev/cpu_dma_latency``. Without it, the idle cluster puts DDR
        into self-refresh under the awake link.
        """
        self._step("idle-ddr", for_us=int(time), held=held)
        self._running.run_for(time)

    # ------------------------------------------------------------------------ Linux's faults

    def reboot_linux(self, takes: Time = Time(20_000_000)) -> None:  # noqa: B008 (an int)
        """Linux reboots without telling the firmware; after that time it is up with new rings."""
        self._step("reboot-linux", takes_us=int(takes))

    def restart_board(
        self,
        takes: Time = Time(20_000_000),  # noqa: B008 (an int)
        app: Time = Time(0),  # noqa: B008 (an int)
        log: Literal["kept", "erased"] = "kept",
    ) -> None:
        """A system reset. The M33 is held until Linux has booted and loaded it, after ``takes``.
        The application runs ``app`` later. ``log``: whether retained memory keeps its contents.
        """
        self._step("restart-board", takes_us=int(takes), app_us=int(app), log=log)

    def power_cycle(
        self,
        takes: Time = Time(20_000_000),  # noqa: B008 (an int)
        app: Time = Time(0),  # noqa: B008 (an int)
    ) -> None:
        """As `Restart Board`, but the board loses its power: all memory has random contents."""
        self._step("power-cycle", takes_us=int(takes), app_us=int(app))

    def crash_application(self) -> None:
        """Linux's application ends; it loses what it has received and not processed."""
        self._step("crash-app")

    def start_application(self, spec: Literal["own", "other"] = "own") -> None:
        """Linux's application starts again. ``spec``: ``other`` for one that was made for another
        spec, and takes no samples."""
        self._step("start-app", spec=spec)

    def unbind_linux(self) -> None:
        """Unbinds the driver from the rpmsg device."""
        self._step("unbind")

    def bind_linux(self) -> None:
        """Binds the driver to the rpmsg device again."""
        self._step("bind")

    def stall_linux(self, time: Time) -> None:
        """Linux reads nothing for this long."""
        self._step("stall-linux", for_us=int(time))

    def ring_stale_doorbell(self, ring: Literal["vq0", "vq1"]) -> None:
        """A spurious doorbell of ``vq0`` or ``vq1`` reaches the M33: the ring has nothing new."""
        self._step("stale-doorbell", ring=ring)

    # --------------------------------------------------------- the M33, sensor and display

    def reset_firmware(self) -> None:
        """Resets the M33, which starts at once; memory that stays powered keeps its content."""
        self._step("reset-firmware")

    def crash_firmware(
        self,
        how: Literal["fault", "panic", "watchdog"],
        takes: Time = Time(500_000),  # noqa: B008 (an int)
    ) -> None:
        """The firmware makes an invalid access, fails its own check, or stands still. If the spec
        has a watchdog, that resets the M33, which is held until Linux starts it: ``takes`` after
        Linux has learned of it."""
        self._step("crash-firmware", how=how, takes_us=int(takes))

    def restart_firmware(self) -> None:
        """Linux stops the M33, loads the firmware and starts it."""
        self._step("restart-firmware")

    def reset_firmware_unnoticed(self) -> None:
        """As `Reset Firmware`, but Linux does not notice it and keeps the rings as they are."""
        self._needs_firmware("a reset that Linux does not notice")
        self._running.do("reset_unnoticed")

    def stall_firmware(self, time: Time) -> None:
        """Stops the M33 for this long, as a debugger does. A sample whose time comes meanwhile is
        late. Only the host backend supports this."""
        if self._backend != "host":
            raise CannotRunError("only the host backend can stall the firmware")
        self._step("stall-firmware", for_us=int(time))

    def damage_log(self) -> None:
        """Flips a bit in the oldest block of the log in retained memory."""
        self._step("damage-log")

    def move_obstacle(self, to: Length, within: Time = Time(1_000)) -> None:  # noqa: B008 (an int)
        """Moves the obstacle from its present place in a straight line."""
        self.set_signal("distance", f"{int(to)} mm", within)

    def set_signal(self, channel: str, to: str, within: Time = Time(1_000)) -> None:  # noqa: B008
        """Moves what a channel sees from its present value in a straight line; its names are those
        of `Start Board`.

        Example:
        | Set Signal | ambient-temp | -5 °C | within=10 s |
        """
        self._running.do("set_signal", channel=channel, value=to, within_ms=int(within) // 1000)

    def mute_sensor(self, sensor: str = "") -> None:
        """The sensor no longer answers. ``sensor``: which of two."""
        self._step("mute-sensor", sensor=sensor)

    def hold_echo(self, sensor: str = "") -> None:
        """The sensor holds its echo line high. ``sensor``: which of two."""
        self._step("hold-echo", sensor=sensor)

    def restore_sensor(self, sensor: str = "") -> None:
        """The sensor works again, after `Mute Sensor` or `Hold Echo`. ``sensor``: which of two."""
        self._step("restore-sensor", sensor=sensor)

    def unplug_display(self) -> None:
        """Takes the display off its bus and its supply."""
        self._step("display-off")

    def plug_display(self) -> None:
        """Connects the display again: dark, with its memory cleared."""
        self._step("display-on")

    def hold_data_line_of_display(self) -> None:
        """The display holds SDA low, as a device does that was left in the middle of a byte, until
        nine clocks have freed the line."""
        self._needs_firmware("a bus that is held")
        self._running.do("hold_display_data")

    def hide_status_of_display(self) -> None:
        """The display's status byte no longer shows whether it is on, as with some panels."""
        self._needs_firmware("a display that hides its status")
        self._running.do("hide_display_status")
