"""The button on a GPIO line of the real kernel (gpio-sim): libgpiod and the kernel's debounce."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.service.board_linux import PEER, SYSTEM_PYTHON, LinuxBoard

pytestmark = pytest.mark.needs("linux", "gpiod")
CHIP: Final = """
mount -t configfs configfs /sys/kernel/config; cd /sys/kernel/config/gpio-sim
mkdir -p board/bank/line3; echo 8 > board/bank/num_lines; echo User-1 > board/bank/line3/name
echo 1 > board/live; cd /; pull=$(echo /sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio3/pull)
echo pull-up > $pull
"""
PRESS: Final = """
import sys, time
def set_line(pressed):
    with open(sys.argv[1], "w") as file:
        file.write("pull-down" if pressed else "pull-up")
def bounce(ends_pressed):
    for number in range(9):
        set_line(number % 2 == 0)
        time.sleep(0.001 + number % 4 * 0.001)
    set_line(ends_pressed)
held_s = float(sys.argv[2])
bounce(True)
time.sleep(held_s)
bounce(False)
"""


def test_a_button_that_bounces_is_one_press(tmp_path: Path) -> None:
    board = LinuxBoard(tmp_path)
    for line in CHIP.strip().splitlines():
        board.do(line)
    settings, press = tmp_path / "settings.toml", tmp_path / "press.py"
    settings.write_text('[sleep]\nby = "helper"\n[button]\nline = "User-1"\n')
    press.write_text(PRESS)
    board.serve(f"--settings {settings}")
    board.do(f"{PEER} suspend --serve --alarm '5 s' --socket {board.socket} &")
    board.run(2)

    def sleeps_after(held_s: float, run_s: float) -> int:
        board.do(f"{SYSTEM_PYTHON} {press} $pull {held_s} &")
        board.run(run_s)
        return board.told.read_text().count("(asked by button)")

    assert sleeps_after(0.0, 8) == 0, "it only bounced"
    assert sleeps_after(0.2, 6.5) == 1
    assert sleeps_after(0.2, 8) == 1, "less than 2 s after Linux woke"
    assert sleeps_after(0.2, 6.5) == 2
    assert len(board.finish().sleeps) == 2
    board.close()
