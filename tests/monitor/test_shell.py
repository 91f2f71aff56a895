"""What a person types, on a board that is none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fwgen.backends.record import DdrAccess, Event
from fwgen.errors import ToolBrokeError
from fwgen.monitor.live import frame, key_actions
from fwgen.monitor.shell import Shell, state_line
from fwgen.robot.stage import View

VIEW = View(
    t_us=2_500_000,
    linux="awake",
    received=3,
    latest=[(0, 1500), (3, 0), (0, 777)],
    declared_lost=0,
    ddr_accesses=[DdrAccess(1.5, 0x0A04C7BC, 0x812F8082, "virtqueue_enable_cb from link_send")],
    events=[Event(1.0, "the firmware starts again")],
    console="[0.000] hello\n[0.002] linux: there\n",
    kernel=((0.1, "remoteproc0: up"),),
    half_blocks="▀▄█\n",
)


class FakeBoard:
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.machine = self

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> str:
            self.calls.append((name, arguments, named))
            return "Renode says so\n"

        return call


class FakeBench:
    def __init__(self) -> None:
        self.board = FakeBoard()
        self.speed, self.runs, self.error = 1.0, False, None
        self.ran_us = 0
        self.gdb = 0

    def go(self) -> None:
        self.runs = True

    def pause(self) -> None:
        self.runs = False

    def run_for(self, us: int) -> None:
        self.ran_us += us

    def view(self) -> View:
        return VIEW

    @contextmanager
    def hold(self) -> Iterator[FakeBoard]:
        yield self.board

    def serve_gdb(self, port: int) -> None:
        if port == 1:
            raise ToolBrokeError("the port is taken")
        self.gdb = port


def typed(text: str, **options: Any) -> tuple[FakeBench, str, int]:
    bench, out = FakeBench(), io.StringIO()
    shell = Shell(bench, io.StringIO(text), out, **options)  # type: ignore[arg-type]
    return bench, out.getvalue(), shell.interact()


def told(text: str) -> str:
    bench, out = FakeBench(), io.StringIO()
    Shell(bench, io.StringIO(text), out).interact()  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(
    ("line", "method", "arguments", "named"),
    [
        ("suspend", "suspend", (None,), {}),
        ("suspend 10 s", "suspend", (10_000_000,), {}),
        ("resume", "resume", (), {}),
        ("reboot", "reboot_linux", (20_000_000,), {}),
        ("crash", "crash_app", (), {}),
        ("start", "start_app", (), {}),
        ("unbind", "unbind", (), {}),
        ("bind", "bind", (), {}),
        ("stall 200 ms", "stall_linux", (200_000,), {}),
        ("reset", "reset_firmware", (), {}),
        ("move 50 cm", "move_obstacle", (500_000, 1), {}),
        ("move 500 mm 2 s", "move_obstacle", (500_000, 2000), {}),
        ("mute", "mute_sensor", (), {}),
        ("hold", "hold_echo", (), {}),
        ("restore", "unmute_sensor", (), {}),
        ("unplug", "display_off", (), {}),
        ("plug", "display_on", (), {}),
        ("renode peripherals", "execute", ("peripherals",), {}),
    ],
)
def test_commands_do_what_they_say(
    line: str, method: str, arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    bench, _, code = typed(f"{line}\n")
    assert bench.board.calls == [(method, arguments, named)]
    assert code == 0


def test_every_action_of_a_backend_has_a_command() -> None:
    from fwgen.backends.base import Backend

    methods = {name for name in vars(Backend) if not name.startswith("_")}
    done = {case[1] for case in test_commands_do_what_they_say.pytestmark[0].args[1]}
    assert methods - done == {
        *("start", "run_until", "finish", "close", "supports", "name"),
        *("capture", "send_wake", "stale_doorbell"),
    }


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
        ("gdb 3333", "keep the port behind a firewall"),
    ],
)
def test_what_can_be_looked_at(line: str, shown: str) -> None:
    assert shown in told(f"{line}\n")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("run 10", "`10` has no unit"),
        ("move 5", "write `move 500 mm` or `move 500 mm 2 s`"),
        ("move 5 s", "length"),
        ("speed 0", "a speed from 0.01 to 1000 is due"),
        ("gdb 99999", "a port from 1 to 65535 is due"),
        ("gdb 1", "the port is taken"),
        ("dance", "there is no command `dance`; `help` lists them"),
        ("live", "`live` needs a terminal"),
    ],
)
def test_mistakes_of_a_script_are_told_and_make_it_fail(line: str, sentence: str) -> None:
    bench, out = FakeBench(), io.StringIO()
    code = Shell(bench, io.StringIO(f"{line}\nstate\n"), out).interact()  # type: ignore[arg-type]
    assert sentence in out.getvalue()
    assert "2.500 s" in out.getvalue()  # the rest is done
    assert code == 1


def test_the_console_is_told_once() -> None:
    assert told("state\nstate\n").count("| [0.000] hello") == 1


def test_a_line_says_where_it_stands() -> None:
    assert state_line(VIEW, True).startswith("2.500 s, running; Linux awake")


def test_the_live_screen_shows_display_state_and_console() -> None:
    shown = frame(VIEW, "the state")
    for part in ("▀▄█", "the state", "s suspend", "[0.002] linux: there"):
        assert part in shown


def test_keys_act() -> None:
    board = FakeBoard()
    actions = key_actions(VIEW)
    for key in "sw+-mhoupr":
        actions[key](board)  # type: ignore[arg-type]
    names = [call[0] for call in board.calls]
    assert names[:4] == ["suspend", "resume", "move_obstacle", "move_obstacle"]
    assert [call[1][0] for call in board.calls[2:4]] == [877_000, 677_000]
    assert len(set(names)) == 9


@pytest.mark.needs("renode", "zephyr")
def test_a_script_runs_on_the_real_thing() -> None:
    import subprocess
    import sys

    from fwgen.cli.run import reference_spec
    from fwgen.robot.firmware import firmware

    elf = firmware(reference_spec(), Path("build/robot"))
    command = [sys.executable, "-m", "fwgen", "monitor", str(reference_spec()), "--elf", str(elf)]
    script = "run 1 s\nsuspend\nrun 3 s\nscreen\nmove 500 mm\nresume\nrun 2 s\nddr\nquit\n"
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Linux asleep" in done.stdout
    assert "closed DDR was touched 0 times" in done.stdout
    assert "█" in done.stdout
