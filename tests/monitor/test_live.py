"""The live screen: its content, and its effect on the terminal."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fwgen.monitor.live import KEY_ACTIONS, Live, frame
from fwgen.monitor.picture import braille
from tests.monitor.fakes import VIEW, FakeBench, FakeBoard
from tests.patience import PATIENCE_S

SMALL, LARGE = os.terminal_size((80, 24)), os.terminal_size((140, 50))
LIT = dataclasses.replace(
    VIEW,
    picture=b"\xff" * (128 * 64 // 8),
    half_blocks=f"{'█' * 128}\n" * 32,
    console="".join(f"line {n}\n" for n in range(40)),
)
CONTROL = re.compile(r"\x1b\[[?0-9]*[A-Za-z]")


def shown(room: os.terminal_size) -> list[str]:
    return CONTROL.sub("", frame(LIT, "the state " * 7, room)).split("\n")


@pytest.mark.parametrize(
    ("room", "first"), [(SMALL, "⣿" * 64), (LARGE, "█" * 128)], ids=["small", "large"]
)
def test_the_screen_fits_the_terminal(room: os.terminal_size, first: str) -> None:
    lines = shown(room)
    assert lines[0] == first
    assert len(lines) <= room.lines
    assert max(map(len, lines)) <= room.columns
    text = "\n".join(lines)
    for part in ("the state", "s suspend", "r reset", "q back", "line 38", "line 39"):
        assert part in text


def test_without_a_display_the_rest_is_shown() -> None:
    text = frame(dataclasses.replace(VIEW, half_blocks=""), "the state", SMALL)
    assert "the state" in text
    assert "[0.002] linux: there" in text


def test_dots_are_where_pixels_are() -> None:
    rows = ["#......#", ".#......", "........", "......#."]
    picture = bytes(int(row.replace(".", "0").replace("#", "1"), 2) for row in rows)
    assert braille(picture, 8) == ["\u2811\u2800\u2800\u2848"]


def test_keys_act() -> None:
    board = FakeBoard()
    for key in "sw+-mhoupr":
        KEY_ACTIONS[key](board)  # type: ignore[arg-type]
    names = [call[1][0].do if call[0] == "do" else call[0] for call in board.calls]
    assert names[:4] == ["suspend", "resume", "nudge", "nudge"]
    assert [call[2] for call in board.calls[2:4]] == [{"up": True}, {"up": False}]
    assert len(set(names)) == 9


# ------------------------------------------------------------------------ on a terminal


class Terminal:
    """The person's end of a pseudo terminal of 80 by 24."""

    def __init__(self) -> None:
        self.person, self.program = pty.openpty()
        fcntl.ioctl(self.program, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self.person, keys.encode())

    def read_until(self, seen: Callable[[str], bool]) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not seen(self.text):
            assert time.monotonic() < end_s, self.text[-2000:]
            if select.select([self.person], [], [], 0.1)[0]:
                self.text += os.read(self.person, 1 << 16).decode("utf-8", "replace")


@pytest.mark.needs("pty")
def test_all_keys_typed_at_once_act_and_the_terminal_is_restored() -> None:
    terminal, bench = Terminal(), FakeBench()
    before = termios.tcgetattr(terminal.program)
    with (
        open(terminal.program, "w", encoding="utf-8", closefd=False) as out,
        open(terminal.program, encoding="utf-8", closefd=False) as typed,
    ):
        live = Live(bench, typed, out, lambda view, runs: "the state")  # type: ignore[arg-type]
        thread = threading.Thread(target=live.show)
        thread.start()
        terminal.read_until(lambda text: "q back" in text)
        terminal.type("swr q")
        terminal.read_until(lambda text: "\x1b[?25h" in text)
        thread.join()
    assert [call[1][0].do for call in bench.board.calls] == ["suspend", "resume", "reset-firmware"]
    assert not bench.runs  # the space bar
    assert termios.tcgetattr(terminal.program) == before
    assert "\x1b[?25l" in terminal.text


@pytest.mark.needs("renode", "zephyr", "pty")
def test_live_on_the_emulated_board() -> None:
    from fwgen.robot.firmware import firmware
    from fwgen.spec.examples import reference_spec

    elf = firmware(reference_spec(), Path("build/robot"))
    command = [sys.executable, "-m", "fwgen", "monitor", str(reference_spec()), "--elf", str(elf)]
    terminal = Terminal()
    with subprocess.Popen(
        [*command, "--live"],
        stdin=terminal.program,
        stdout=terminal.program,
        stderr=subprocess.DEVNULL,
    ) as process:
        terminal.read_until(lambda text: "Linux awake, has" in text and "⣿" in text)
        terminal.type("s")
        terminal.read_until(lambda text: "running; Linux asleep" in text)
        terminal.type("w")
        terminal.read_until(lambda text: "Linux awake" in text.split("Linux asleep")[-1])
        terminal.type("q")
        terminal.read_until(lambda text: "fwgen> " in text)
        terminal.type("ddr\nquit\n")
        terminal.read_until(lambda text: "closed DDR was touched 0 times" in text)
        assert process.wait(PATIENCE_S) == 0
