"""The commands that a person types, on a fake board."""

from __future__ import annotations

import io
import re
import socket
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fwgen.backends.latest import Latest
from fwgen.checkout import ROOT
from fwgen.errors import ToolBrokeError
from fwgen.live import View
from fwgen.monitor.bench import CoreHeldError
from fwgen.monitor.shell import Shell, state_line
from fwgen.peer.started import Crash, crash_words
from fwgen.record import CrashReport, Event
from fwgen.robot.firmware import firmware
from fwgen.scenario.steps import STEPS, Step, make_step
from fwgen.spec.examples import reference_spec
from fwgen.spec.parts import Section
from fwgen.wire.channel import Channel
from tests.monitor.fakes import VIEW, FakeBench
from tests.patience import PATIENCE_S


def typed(text: str, **options: Any) -> tuple[FakeBench, str, int]:
    bench, out = FakeBench(), io.StringIO()
    shell = Shell(bench, io.StringIO(text), out, **options)  # type: ignore[arg-type]
    code = shell.interact()
    return bench, out.getvalue(), code


def printed(text: str) -> str:
    bench, out = FakeBench(), io.StringIO()
    Shell(bench, io.StringIO(text), out).interact()  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("suspend", make_step("suspend")),
        ("suspend 10 s", make_step("suspend", for_us=10_000_000)),
        ("resume", make_step("resume")),
        ("reboot", make_step("reboot-linux", takes_us=20_000_000)),
        ("crash", make_step("crash-app")),
        ("start", make_step("start-app")),
        ("unbind", make_step("unbind")),
        ("bind", make_step("bind")),
        ("stall 200 ms", make_step("stall-linux", for_us=200_000)),
        ("stall", make_step("stall-linux", for_us=5_000_000)),
        ("idle 2 s", make_step("idle-ddr", for_us=2_000_000, held=False)),
        ("damage", make_step("damage-log")),
        ("reset", make_step("reset-firmware")),
        ("fail", make_step("crash-firmware", how="fault", takes_us=500_000)),
        ("fail panic", make_step("crash-firmware", how="panic", takes_us=500_000)),
        ("load", make_step("restart-firmware")),
        ("restart 5 s", make_step("restart-board", takes_us=5_000_000, app_us=0, log="kept")),
        ("power", make_step("power-cycle", takes_us=20_000_000, app_us=0)),
        ("mute", make_step("mute-sensor")),
        ("hold", make_step("hold-echo")),
        ("restore", make_step("restore-sensor")),
        ("unplug", make_step("display-off")),
        ("plug", make_step("display-on")),
        ("do stale-doorbell, ring: vq1", make_step("stale-doorbell", ring="vq1")),
    ],
)
def test_commands_do_the_steps_that_they_name(line: str, step: Step) -> None:
    bench, _, code = typed(f"{line}\n")
    assert bench.board.calls == [("do", (step,), {})]
    assert code == 0


@pytest.mark.parametrize(
    ("line", "method", "arguments"),
    [
        ("move 50 cm", "set_signal", ("distance", "50 cm", 1)),
        ("move 500 mm 2 s", "set_signal", ("distance", "500 mm", 2000)),
        ("set cellar.humidity 40 %", "set_signal", ("cellar.humidity", "40 %", 1)),
        ("set ambient-temp -5 °C 2 s", "set_signal", ("ambient-temp", "-5 °C", 2000)),
        ("renode peripherals", "execute", ("peripherals",)),
    ],
)
def test_commands_do_what_they_say(line: str, method: str, arguments: tuple[Any, ...]) -> None:
    bench, _, code = typed(f"{line}\n")
    assert bench.board.calls == [(method, arguments, {})]
    assert code == 0


def test_two_sensors_are_shown_by_name() -> None:
    humidity = Channel("humidity", "%", 10, Fraction(1, 10))
    temperature = Channel("ambient-temp", "°C", 14, Fraction(1, 100), Fraction(-40))
    climate = Latest("climate", (temperature, humidity), ((0, (6150, 400)), (5, (0, 0))))
    view = replace(VIEW, latest=(replace(VIEW.latest[0], sensor="range"), climate))
    assert "the last: range: 777 mm; climate: sensor fault" in state_line(view, runs=True)
    empty = replace(view, latest=(view.latest[0], replace(climate, samples=())))
    assert "climate: no sample yet" in state_line(empty, runs=True)
    out = io.StringIO()
    bench = FakeBench()
    bench.view = lambda: view  # type: ignore[method-assign]
    Shell(bench, io.StringIO("samples\n"), out).interact()  # type: ignore[arg-type]
    assert "range: 1500 mm, no echo, 777 mm\n" in out.getvalue()
    assert "climate: 21.5 °C, 40 %; sensor fault\n" in out.getvalue()


@pytest.mark.parametrize("name", STEPS)
def test_any_step_can_be_typed(name: str) -> None:
    """Its example has what must be written."""
    example = Section(STEPS[name]).example[1:-1]
    typed_line = re.sub("(^|, )at: [^,]*", "", example).removeprefix(", ").replace("do: ", "do ")
    bench, _, code = typed(f"{typed_line}\n")
    ((_, (step,), _),) = bench.board.calls
    assert step.do == name and code == 0


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("do", f"expected a step, one of {', '.join(STEPS)}"),
        ("do damage-lo", "did you mean `damage-log`?"),
        ("do stall-linux", "the key `for` is missing"),
        ("do stall-linux, for: 2", "`2` has no unit"),
    ],
)
def test_a_step_that_cannot_be_read_is_explained(line: str, found: str) -> None:
    bench, text, code = typed(f"{line}\n")
    assert found in text and code == 2
    assert bench.board.calls == []


def test_time_passes() -> None:
    assert typed("run 10 s\nrun 500 ms\n")[0].ran_us == 10_500_000
    assert typed("run\n")[0].runs
    assert not typed("run\npause\n")[0].runs
    assert typed("speed 10\n")[0].speed == 10


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "state",
            "2.500 s, paused; Linux awake, has 3 samples, the last: 777 mm, closed DDR touche",
        ),
        ("samples", "1500 mm, no echo, 777 mm"),
        ("screen", "▀▄█"),
        ("events", "1.000000 s: the firmware starts again"),
        ("kernel", "[    0.100000] remoteproc0: up"),
        ("ddr", "1.500000 s: 0x812f8082 by 0x0a04c7bc in virtqueue_enable_cb from link_send"),
        ("console", "[0.002] linux: there"),
        ("renode version", "Renode says so"),
        ("help", "move 500 mm [2 s]"),
        ("gdb 3333", "Only this machine can reach the port"),
    ],
)
def test_commands_that_show_something(line: str, shown: str) -> None:
    assert shown in printed(f"{line}\n")


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        ("run 10", 5, "`10` has no unit\nhelp: did you mean `10 s`?"),
        ("run 5 apples", 5, "unknown unit `apples`\nhelp: write a time (µs, ms, s, min, h)"),
        (
            "move",
            1,
            "expected a distance, and optionally a time\n"
            "help: write `move 500 mm` or `move 500 mm 2 s`",
        ),
        (
            "  move 5 s",
            8,
            "expected a length, found a time: `5 s`\nhelp: write a length (mm, cm, m)",
        ),
        ("speed 0", 7, "expected a speed from 0.01 to 1000, found `0`\nhelp: write `speed 1`"),
        ("speed fast", 7, "expected a speed from 0.01 to 1000, found `fast`\nhelp: "),
        ("gdb 99999", 5, "expected a port from 1 to 65535, found `99999`\nhelp: write `gdb 3333`"),
        ("gdb here", 5, "expected a port from 1 to 65535, found `here`\nhelp: write `gdb 3333`"),
        ("fail panik", 6, "found `panik`\nhelp: did you mean `panic`?"),
        ("dance", 1, "unknown command `dance`\nhelp: `help` lists the commands"),
        ("suspent 5 s", 1, "command `suspent`\nhelp: did you mean `suspend`? `help` lists the"),
        ("renode nonsense", 8, "Renode rejected `nonsense`: no\nhelp: `renode help` lists Renode"),
        ("live", 1, "`live` needs a terminal"),
    ],
)
def test_wrong_commands_of_a_script_are_reported_and_make_it_fail(
    line: str, column: int, sentence: str
) -> None:
    """With line and column in the script, on stderr; the other commands run."""
    out, err = io.StringIO(), io.StringIO()
    script = io.StringIO(f"screen\n\n{line}\nstate\n")
    shell = Shell(FakeBench(), script, out, stderr=err)  # type: ignore[arg-type]
    assert shell.interact() == 2
    assert err.getvalue().startswith(f"<stdin>:3:{column}: error: ")
    assert sentence in err.getvalue()
    assert "2.500 s" in out.getvalue()


def test_the_first_error_of_a_script_is_its_exit_code() -> None:
    _, text, code = typed("gdb 1\ndance\n")
    assert "<stdin>:1:5: error: the port is taken\n<stdin>:2:1: error: unknown command" in text
    assert code == 4


def test_a_stopped_board_is_an_error_of_the_script() -> None:
    bench, out = FakeBench(), io.StringIO()
    bench.error = ToolBrokeError("Renode has ended")
    shell = Shell(bench, io.StringIO("state\n"), out)  # type: ignore[arg-type]
    assert shell.interact() == 4
    assert "error: the board has stopped: Renode has ended\n" in out.getvalue()


def test_a_wrong_step_is_marked_in_the_script() -> None:
    _, text, _ = typed("state\n do stall-linux, for: 2\n")
    assert text.endswith(
        "<stdin>:2:23: error[no-unit]: `step.for`: `2` has no unit\n"
        "    2 |  do stall-linux, for: 2\n"
        "      |                       ^\n"
        "help: did you mean `2 s`?\n"
    )


def test_an_error_on_a_terminal_has_no_place() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = io.StringIO()
    shell = Shell(FakeBench(), Terminal(), out)  # type: ignore[arg-type]
    shell.onecmd("dance")
    assert out.getvalue().startswith("error: unknown command `dance`\nhelp: ")


def test_the_console_is_printed_once() -> None:
    assert printed("state\nstate\n").count("| [0.000] hello") == 1


def test_each_event_is_printed_once() -> None:
    assert printed("start\nstate\n").count("* 1.000 s: the firmware starts again") == 1


def test_the_state_is_one_line() -> None:
    assert state_line(VIEW, True).startswith("2.500 s, running; Linux awake")


def test_quit_works_while_a_debugger_holds_the_core() -> None:
    class Held(FakeBench):
        def view(self) -> View:
            if self.runs:
                raise CoreHeldError("the debugger holds the core")
            return super().view()

    out = io.StringIO()
    shell = Shell(Held(), io.StringIO("run\nstate\nquit\nstate\n"), out)  # type: ignore[arg-type]
    shell.interact()
    assert out.getvalue().count("the debugger holds the core") == 2  # nothing after `quit`


# -------------------------------------------------------------- on the emulated board


def monitor(*options: str) -> list[str]:
    elf = firmware(reference_spec(), Path("build/robot"))
    command = [sys.executable, "-m", "fwgen", "monitor", str(reference_spec()), "--elf", str(elf)]
    return [*command, *options]


def scripted(script: str, *options: str) -> str:
    done = subprocess.run(
        monitor(*options), input=script, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.needs("renode", "zephyr")
def test_a_script_runs_on_the_emulated_board() -> None:
    """It begins as the transcript in docs/debugging.md, which shows the same lines."""
    page = (ROOT / "docs/debugging.md").read_text("utf-8")
    transcript = page.partition("    $ fwgen monitor range-node.yaml\n")[2].partition("\n\n")[0]
    lines = [line.removeprefix("    ") for line in transcript.splitlines()]
    commands = [line.removeprefix("fwgen> ") for line in lines if line.startswith("fwgen> ")]
    assert commands[0] == "run 2 s" and len(lines) > 12
    text = scripted(
        "\n".join([*commands, "screen", "ddr", "fail", "run 100 ms", "load", "run 1 s", "quit\n"])
    )
    shown = [line for line in lines if not line.startswith("fwgen> ")]
    assert [line for line in shown if line not in text.splitlines()] == []
    assert "Linux asleep" in text
    crash = r"\* \d\.\d{3} s: crash 1: bus fault at 0x0a0\w{5} \(\w+, [\w.]+\.[ch]:\d+\), in boot 1"
    assert len(re.findall(crash, text)) == 1, text
    assert "closed DDR was touched 0 times" in text
    assert "█" in text


@pytest.mark.needs("renode", "zephyr")
@pytest.mark.parametrize(
    ("leads_to", "faults", "halted"),
    [("record", False, False), ("fault", True, False), ("hang", False, True)],
)
def test_what_a_touch_of_closed_ddr_leads_to(leads_to: str, faults: bool, halted: bool) -> None:
    """DDR is closed without telling the firmware. The first access reads 0, so the firmware finds
    the ring broken and no longer uses it."""
    script = "run 1 s\nrenode ddr Close\nrun 1 s\nddr\nrenode cpu IsHalted\nquit\n"
    text = scripted(script, "--on-violation", leads_to)
    assert "closed DDR was touched 1 time\n" in text
    assert ("BUS FAULT" in text) == faults
    assert ("fatal error" in text) == faults
    assert f"\n{halted}\n" in text


@pytest.mark.needs("renode", "zephyr")
@pytest.mark.parametrize("options", [(), ("--listen-everywhere",)])
def test_who_can_reach_the_gdb_port(options: tuple[str, ...]) -> None:
    """127.0.0.2 answers only if the port is open on all addresses."""
    port = _free_port()
    with _talking(monitor("--gdb", str(port), *options)) as board:
        text = _read_until(board, "can reach the port")
        reached = []
        for address in ("127.0.0.1", "127.0.0.2"):
            with socket.socket() as caller:
                reached.append(caller.connect_ex((address, port)) == 0)
        board.communicate("quit\n", timeout=PATIENCE_S)
    assert reached == [True, bool(options)]
    assert ("whole network" if options else "Only this machine") in text


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.needs("renode", "zephyr", "gdb")
def test_gdb_stops_at_its_breakpoint() -> None:
    port = _free_port()
    command = monitor("--gdb", str(port))
    gdb = ["gdb-multiarch", "-nx", "-batch", *GDB_STEPS, command[command.index("--elf") + 1]]
    gdb[3:3] = ["-ex", f"set tcp connect-timeout {PATIENCE_S:.0f}", "-ex", f"target remote :{port}"]
    with _talking(command) as board, _talking(gdb) as debugger:
        _read_until(debugger, "Breakpoint 1 at")
        while True:
            _write(board, "renode cpu ExecutionMode")
            if "Continuous" in _read_until(board, "Continuous|SingleStep"):
                break
        _write(board, "run")
        found, _ = debugger.communicate(timeout=PATIENCE_S)
        text, _ = board.communicate("pause\nquit\n", timeout=PATIENCE_S)
    assert re.search(r"#0 +link_send .*\n(#.*\n)+#\d+ .*main \(\)", found), found
    assert re.search(r'\$1 = \{name = \S+ "awake"', found), found
    assert "$2 = true" in found
    assert board.returncode == 0
    assert "Linux awake" in text


GDB_STEPS = [
    word
    for step in (
        "break link_send if 'main.c'::node.state == HS_AWAKE",
        "continue",
        "backtrace",
        "print hs_states['main.c'::node.state]",
        "print link.door_open",
        "delete",
        "detach",
    )
    for word in ("-ex", step)
]


def _talking(command: list[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)


def _write(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _read_until(process: subprocess.Popen[str], pattern: str) -> str:
    """Return the first line that matches."""
    assert process.stdout is not None
    for line in process.stdout:
        if re.search(pattern, line):
            return line
    raise AssertionError(f"{process.args!r} ended without {pattern!r}")


class CrashedBench(FakeBench):
    """Linux has learned of a crash."""

    def view(self) -> View:
        crash = Crash(3, "bus fault", 0x0A04CA6C, 0, 0, 0, 2, 61)
        events = [Event(0.0, "early"), Event(2.4, crash_words(crash))]
        return replace(VIEW, events=events, crashes=(CrashReport(2_400_000, crash),))


def test_a_crash_is_printed_once() -> None:
    out = io.StringIO()
    Shell(CrashedBench(), io.StringIO("pause\nevents\n"), out).interact()  # type: ignore[arg-type]
    lines = [line for line in out.getvalue().splitlines() if ": " in line and "|" not in line]
    assert lines == [
        "* 0.000 s: early",
        "* 2.400 s: crash 3: bus fault at 0x0a04ca6c, in boot 2 after 61 s",
        "2.500 s, paused; Linux awake, has 3 samples, the last: 777 mm, closed DDR touched 1 time",
        "0.000000 s: early",
        "2.400000 s: crash 3: bus fault at 0x0a04ca6c, in boot 2 after 61 s",
    ]


class WritingBench(FakeBench):
    """The firmware writes a line in each run."""

    def view(self) -> View:
        lines = "".join(f"line {n}\n" for n in range(self.ran_us // 1_000_000))
        return replace(VIEW, t_us=self.ran_us, console=lines, events=[])


def test_what_was_written_in_a_run_is_printed_before_the_state() -> None:
    bench, out = WritingBench(), io.StringIO()
    Shell(bench, io.StringIO("run 1 s\nrun 1 s\npause\n"), out).interact()  # type: ignore[arg-type]
    lines = [line.partition(";")[0] for line in out.getvalue().splitlines()]
    assert lines == [
        "| line 0",
        "1.000 s, paused",
        "| line 1",
        "2.000 s, paused",
        "2.000 s, paused",
    ]
