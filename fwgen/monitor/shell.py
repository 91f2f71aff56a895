"""The commands that a person types."""

from __future__ import annotations

import cmd
from collections.abc import Sized
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from fwgen.backends.latest import Latest
from fwgen.backends.renode.located import located
from fwgen.errors import FwgenError, InputError, ToolBrokeError
from fwgen.live import LiveReal, View
from fwgen.monitor.bench import Bench
from fwgen.monitor.live import Live, room_of
from fwgen.monitor.picture import display_lines
from fwgen.peer.started import crash_words
from fwgen.record import CRASHES, CrashReport
from fwgen.scenario.load import STEP_COLUMN, parse_step
from fwgen.scenario.steps import STEPS, make_step
from fwgen.sensor import DISTANCE
from fwgen.spec.diagnostics import DiagnosticErrors, Position
from fwgen.spec.quantity import Dimension, QuantityError, parse, whole
from fwgen.words import count, did_you_mean, quote, suggest

_SAMPLES: Final = 10
_LINES: Final = 20
_WIDE: Final = 1000
_HELP: Final = """\
time        run             run in real time
            run 10 s        let ten virtual seconds pass as fast as possible
            pause           stop; `speed 10` makes `run` ten times as fast
any step    do STEP, key: value   as in a scenario: `do idle-ddr, for: 10 s`
Linux       suspend [10 s]  suspend (a timer wakes it);  resume
            reboot [20 s]   crash, start (its application)   unbind, bind   stall [5 s]
            idle [10 s]     Linux idles and nothing holds its latency: DDR may close
            sh COMMAND      a shell in a real Linux (--linux kernel); `sh ^C` interrupts it
the M33     reset           reset it; it starts at once and keeps retained memory
            fail fault      the firmware crashes; also `fail panic`, `fail watchdog`
            load            Linux loads the firmware and starts it (remoteproc)
            damage          flip a bit in the log's oldest block
the board   restart [20 s]  a system reset;  power [20 s]  off and on: memory is random
sensor      set CHANNEL VALUE [TIME]   what it sees: `set ambient-temp -5 °C 2 s`
            move 500 mm [2 s]   the same of a distance;  mute, hold, restore
display     screen          show it;  unplug, plug
show        live            display and console on the whole screen
            state, samples, console, events, kernel, ddr
debug       gdb [3333]      serve GDB;  renode COMMAND  Renode's own monitor
            quit            end the program
"""


def state_line(view: View, runs: bool) -> str:
    """Return the board's state in one line."""
    latest = "; ".join(_last(one) for one in view.latest)
    touched = f", closed DDR touched {_times(view.ddr_accesses)}" if view.ddr_accesses else ""
    pace = "running" if runs else "paused"
    received = count(view.received, "sample")
    return (
        f"{view.t_us / 1e6:.3f} s, {pace}; Linux {view.linux}, has {received},"
        f" the last: {latest}{touched}"
    )


def _times(items: Sized) -> str:
    return count(len(items), "time")


def _last(latest: Latest) -> str:
    return _named(latest, latest.words(latest.samples[-1]) if latest.samples else "no sample yet")


def _named(latest: Latest, words: str) -> str:
    return f"{latest.sensor}: {words}" if latest.sensor else words


class Shell(cmd.Cmd):
    """Reads commands from `stdin`, one per line; shows a prompt only on a terminal. `elf`: the
    firmware, whose debug information names the place of a crash. `stderr`: for errors; None:
    stdout."""

    def __init__(
        self,
        bench: Bench,
        stdin: IO[str],
        stdout: IO[str],
        gdb: int | None = None,
        live: bool = False,
        elf: Path | None = None,
        stderr: IO[str] | None = None,
    ) -> None:
        super().__init__(stdin=stdin, stdout=stdout)
        self._bench = bench
        self._live = live
        self._elf = elf
        self._console_shown = 0  # characters
        self._events_shown = 0
        self._shell_shown = 0  # characters
        self._stderr = stderr or stdout
        self._code = 0
        self._line = 0  # of the script
        self.use_rawinput = stdin.isatty()
        self.prompt = "fwgen> " if stdin.isatty() else ""
        if gdb is not None:
            self.onecmd(f"gdb {gdb}")

    def interact(self) -> int:
        """Run commands until `quit` or the end of the input; return 0, or the exit code of the
        first error in a script."""
        if self.use_rawinput:
            self._say("`help` lists the commands; the board waits at the first sample")
        self._show_news()
        if self._live:
            self.onecmd("live")
        while True:
            try:
                self.cmdloop()
                return 0 if self.use_rawinput else self._code
            except KeyboardInterrupt:
                self._bench.pause()
                self._say("\npaused")

    # ------------------------------------------------------------------------------- cmd's own

    def precmd(self, line: str) -> str:
        self._line += 1
        return line

    def onecmd(self, line: str) -> bool:
        try:
            if super().onecmd(line):
                return True  # also while a debugger holds the core
            self._show_news()
        except FwgenError as error:
            self._report(error, line)
            return False
        except QuantityError as error:
            self._report(InputError(error.sentence, error.hint), line)
            return False
        if (stopped := self._bench.error) is not None:
            self._bench.error = None
            self._code = self._code or stopped.exit_code
            self._complain(f"error: the board has stopped: {stopped}")
        return False

    def _report(self, error: FwgenError, line: str) -> None:
        """Print the error with its place in a script; of a step's text also on a terminal."""
        self._code = self._code or error.exit_code
        command, arg, _ = self.parseline(line)
        known = command is not None and hasattr(self, f"do_{command}")
        column = line.rindex(arg) if known and arg else 0
        place = Position("<command>", 1, column + 1, text=line)
        if not self.use_rawinput and self._line:
            place = replace(place, file="<stdin>", line=self._line)
        if isinstance(error, DiagnosticErrors):
            self._complain(str(_moved(error, place)))
        elif place.file == "<stdin>":
            self._complain(f"{place}: {error.full_text()}")
        else:
            self._complain(error.full_text())

    def _complain(self, text: str) -> None:
        self._stderr.write(f"{text}\n")
        self._stderr.flush()

    def emptyline(self) -> bool:
        return False

    def default(self, line: str) -> None:
        written = line.split()[0]
        known = [name.removeprefix("do_") for name in self.get_names() if name.startswith("do_")]
        near = suggest(written, known)
        hint = f"did you mean `{near}`? " if near else ""
        raise InputError(f"unknown command {quote(written)}", f"{hint}`help` lists the commands")

    def do_help(self, arg: str) -> None:
        self._say(_HELP.rstrip())

    def do_quit(self, arg: str) -> bool:
        return True

    def do_EOF(self, arg: str) -> bool:
        return True

    # ------------------------------------------------------------------------------------ time

    def do_run(self, arg: str) -> None:
        if not arg:
            self._bench.go()
            return
        self._bench.pause()
        self._bench.run_for(_us(arg))
        self._show_news()  # what the firmware wrote meanwhile belongs before the state
        self.do_state("")

    def do_pause(self, arg: str) -> None:
        self._bench.pause()
        self._show_news()
        self.do_state("")

    def do_speed(self, arg: str) -> None:
        try:
            speed = float(arg)
        except ValueError:
            speed = 0.0
        if not 0.01 <= speed <= 1000:
            message = f"expected a speed from 0.01 to 1000, found {quote(arg)}"
            raise InputError(message, "write `speed 1` for real time")
        self._bench.speed = speed

    # ------------------------------------------------------------------------ any step, Linux

    def do_do(self, arg: str) -> None:
        if not arg:
            raise InputError(f"expected a step, one of {', '.join(STEPS)}", "write `do damage-log`")
        self._bench.do(parse_step(arg))

    def do_suspend(self, arg: str) -> None:
        wake_us = _us(arg) if arg else None
        self._step("suspend", for_us=wake_us)

    def do_resume(self, arg: str) -> None:
        self._step("resume")

    def do_reboot(self, arg: str) -> None:
        takes_us = _us(arg or "20 s")
        self._step("reboot-linux", takes_us=takes_us)

    def do_crash(self, arg: str) -> None:
        self._step("crash-app")

    def do_start(self, arg: str) -> None:
        self._step("start-app")

    def do_unbind(self, arg: str) -> None:
        self._step("unbind")

    def do_bind(self, arg: str) -> None:
        self._step("bind")

    def do_stall(self, arg: str) -> None:
        for_us = _us(arg or "5 s")
        self._step("stall-linux", for_us=for_us)

    def do_idle(self, arg: str) -> None:
        for_us = _us(arg or "10 s")
        self._step("idle-ddr", for_us=for_us, held=False)

    def do_sh(self, arg: str) -> None:
        with self._bench.hold() as board:
            if not isinstance(board, LiveReal):
                raise InputError("Linux is emulated: it has no shell", "use `--linux kernel`")
            board.shell(arg)

    # ------------------------------------------------------------- the M33, sensor and display

    def do_reset(self, arg: str) -> None:
        self._step("reset-firmware")

    def do_fail(self, arg: str) -> None:
        how = arg or "fault"
        if how not in CRASHES:
            message = f"expected `fault`, `panic` or `watchdog`, found {quote(how)}"
            raise InputError(message, did_you_mean(how, CRASHES, "write one of"))
        self._step("crash-firmware", how=how)

    def do_load(self, arg: str) -> None:
        self._step("restart-firmware")

    def do_restart(self, arg: str) -> None:
        takes_us = _us(arg or "20 s")
        self._step("restart-board", takes_us=takes_us)

    def do_power(self, arg: str) -> None:
        takes_us = _us(arg or "20 s")
        self._step("power-cycle", takes_us=takes_us)

    def do_damage(self, arg: str) -> None:
        self._step("damage-log")

    def do_move(self, arg: str) -> None:
        if len(arg.split()) not in (2, 4):
            raise InputError(
                "expected a distance, and optionally a time",
                "write `move 500 mm` or `move 500 mm 2 s`",
            )
        parse(" ".join(arg.split()[:2]), Dimension.LENGTH, example="500 mm")
        self.do_set(f"{DISTANCE} {arg}")

    def do_set(self, arg: str) -> None:
        words = arg.split()
        if len(words) not in (3, 5):
            raise InputError(
                "expected a channel and a value, and optionally a time",
                "write `set ambient-temp 20 °C` or `set ambient-temp 20 °C 2 s`",
            )
        within_ms = _us(" ".join(words[3:]) or "1 ms") // 1000
        with self._bench.hold() as board:
            board.set_signal(words[0], " ".join(words[1:3]), within_ms)

    def do_mute(self, arg: str) -> None:
        self._step("mute-sensor")

    def do_hold(self, arg: str) -> None:
        self._step("hold-echo")

    def do_restore(self, arg: str) -> None:
        self._step("restore-sensor")

    def do_unplug(self, arg: str) -> None:
        self._step("display-off")

    def do_plug(self, arg: str) -> None:
        self._step("display-on")

    # ------------------------------------------------------------------------------------ show

    def do_live(self, arg: str) -> None:
        if not self.use_rawinput:
            raise InputError("`live` needs a terminal", "`screen` prints the display")
        Live(self._bench, self.stdin, self.stdout, state_line).show()

    def do_screen(self, arg: str) -> None:
        view = self._bench.view()
        columns = room_of(self.stdout).columns if self.use_rawinput else _WIDE
        lines = display_lines(view, columns, _WIDE)
        self._say("\n".join(lines) if view.half_blocks else "this spec has no display")

    def do_state(self, arg: str) -> None:
        self._say(state_line(self._bench.view(), self._bench.runs))

    def do_samples(self, arg: str) -> None:
        for latest in self._bench.view().latest:
            between = ", " if len(latest.channels) == 1 else "; "
            found = between.join(map(latest.words, latest.samples[-_SAMPLES:]))
            self._say(_named(latest, found or "none yet"))

    def do_console(self, arg: str) -> None:
        self._say("\n".join(self._bench.view().console.splitlines()[-_LINES:]))

    def do_events(self, arg: str) -> None:
        events = self._events(self._bench.view())[-_LINES:]
        self._say("\n".join(f"{t_s:.6f} s: {text}" for t_s, text in events) or "none yet")

    def do_kernel(self, arg: str) -> None:
        lines = self._bench.view().kernel[-_LINES:]
        self._say("\n".join(f"[{at_s:12.6f}] {line}" for at_s, line in lines))

    def do_ddr(self, arg: str) -> None:
        accesses = self._bench.view().ddr_accesses
        self._say(f"closed DDR was touched {_times(accesses)}")
        for access in accesses[:_LINES]:
            pc = f"{access.pc:#010x}" if access.pc is not None else "?"
            address = f"{access.address:#010x}" if access.address is not None else "?"
            self._say(f"{access.t_s:.6f} s: {address} by {pc} in {access.function}")

    # ----------------------------------------------------------------------------------- debug

    def do_gdb(self, arg: str) -> None:
        arg = arg or "3333"
        port = int(arg[:6]) if arg.isascii() and arg.isdecimal() else 0
        if not 1 <= port <= 65535:
            message = f"expected a port from 1 to 65535, found {quote(arg)}"
            raise InputError(message, "write `gdb 3333`")
        self._bench.serve_gdb(port)
        reach = "Only this machine can reach the port."
        if self._bench.listens_everywhere:
            reach = "The whole network can reach the port: use a firewall."
        self._say(
            f"GDB: `target remote :{port}`, then `continue`; here, `run` lets time pass. {reach}"
        )

    def do_renode(self, arg: str) -> None:
        with self._bench.hold() as board:
            try:
                self._say(board.machine.execute(arg).rstrip())
            except ToolBrokeError as error:  # it names what Renode rejected
                raise InputError(error.message, "`renode help` lists Renode's commands") from error

    # ---------------------------------------------------------------------------------- inside

    def _step(self, name: str, **values: Any) -> None:
        self._bench.do(make_step(name, **values))

    def _events(self, view: View) -> list[tuple[float, str]]:
        """Return time in s and text of all events; crashes with function and source line."""
        texts = {crash_words(report.crash): self._crash_text(report) for report in view.crashes}
        return [(event.t_s, texts.get(event.text, event.text)) for event in view.events]

    def _crash_text(self, report: CrashReport) -> str:
        found = located(report, self._elf)
        return crash_words(report.crash, ", ".join(filter(None, [found.function, found.source])))

    def _say(self, text: str) -> None:
        self.stdout.write(f"{text}\n")
        self.stdout.flush()

    def _show_news(self) -> None:
        """Print what the firmware has written, and the events, since the last call."""
        view = self._bench.view()
        for line in view.console[self._console_shown :].splitlines():
            self._say(f"| {line}")
        self._console_shown = len(view.console)
        for t_s, text in self._events(view)[self._events_shown :]:
            self._say(f"* {t_s:.3f} s: {text}")
        self._events_shown = len(view.events)
        for line in view.shell[self._shell_shown :].splitlines():
            self._say(f"$ {line}")
        self._shell_shown = len(view.shell)


def _moved(errors: DiagnosticErrors, place: Position) -> DiagnosticErrors:
    """Return the errors of a step's text at its place in the command."""
    return DiagnosticErrors(
        replace(
            found,
            position=replace(
                place,
                column=place.column + max(0, found.position.column - STEP_COLUMN),
                length=found.position.length,
            ),
        )
        for found in errors.diagnostics
    )


def _us(text: str) -> int:
    return whole(parse(text, Dimension.TIME, example="10 s"), "us")
