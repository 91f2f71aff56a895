"""The display and the console on the whole terminal, with a key for each action."""

from __future__ import annotations

import os
import select
import termios
import textwrap
import tty
from collections.abc import Callable
from typing import IO, Final

from fwgen.live import LiveRenode, View
from fwgen.monitor.bench import Bench, CoreHeldError
from fwgen.monitor.picture import display_lines
from fwgen.scenario.steps import make_step

_EVERY_S: Final = 0.1
_CONSOLE_LINES: Final = 8
_LEAST_CONSOLE_LINES: Final = 2
_HARD_SPACE: Final = "\xa0"
_CLEAR: Final = "\x1b[2J"
_HOME: Final = "\x1b[H"
_TO_END: Final = "\x1b[K"
_BELOW: Final = "\x1b[J"
_NO_CURSOR: Final = "\x1b[?25l"
_CURSOR: Final = "\x1b[?25h"
_KEYS: Final = (
    "s suspend",
    "w wake",
    "+/- move",
    "m mute",
    "h hold",
    "o sensor ok",
    "u unplug",
    "p plug",
    "r reset",
    "space pause",
    "q back",
)


KEY_ACTIONS: Final[dict[str, Callable[[LiveRenode], None]]] = {
    "s": lambda board: board.do(make_step("suspend")),
    "w": lambda board: board.do(make_step("resume")),
    "+": lambda board: board.nudge(up=True),
    "-": lambda board: board.nudge(up=False),
    "m": lambda board: board.do(make_step("mute-sensor")),
    "h": lambda board: board.do(make_step("hold-echo")),
    "o": lambda board: board.do(make_step("restore-sensor")),
    "u": lambda board: board.do(make_step("display-off")),
    "p": lambda board: board.do(make_step("display-on")),
    "r": lambda board: board.do(make_step("reset-firmware")),
}


def frame(view: View, state: str, room: os.terminal_size) -> str:
    """Return the text of one full screen, with its control sequences."""
    keys = "  ".join(key.replace(" ", _HARD_SPACE) for key in _KEYS)
    below = ["", *textwrap.wrap(state, room.columns), *textwrap.wrap(keys, room.columns), ""]
    free = room.lines - len(below) - 1  # the cursor's line
    shown = display_lines(view, room.columns, free - _LEAST_CONSOLE_LINES)
    console = view.console.splitlines()[-max(1, min(_CONSOLE_LINES, free - len(shown))) :]
    lines = [line[: room.columns].replace(_HARD_SPACE, " ") for line in (*shown, *below, *console)]
    return _HOME + "".join(f"{line}{_TO_END}\n" for line in lines) + _BELOW


def room_of(terminal: IO[str]) -> os.terminal_size:
    """Return the terminal's size; 80 x 24 if it is unknown."""
    size = os.get_terminal_size(terminal.fileno())
    return size if size.columns and size.lines else os.terminal_size((80, 24))


class Live:
    def __init__(
        self, bench: Bench, stdin: IO[str], stdout: IO[str], state: Callable[[View, bool], str]
    ) -> None:
        self._bench, self._stdin, self._stdout, self._state = bench, stdin, stdout, state

    def show(self) -> None:
        """Show the board until `q`; the machine keeps running."""
        before = termios.tcgetattr(self._stdin)
        tty.setcbreak(self._stdin)
        self._stdout.write(_CLEAR + _NO_CURSOR)
        self._bench.go()
        try:
            while self._turn():
                pass
        finally:
            termios.tcsetattr(self._stdin, termios.TCSADRAIN, before)
            self._stdout.write(f"{_CURSOR}\n")

    def _turn(self) -> bool:
        """Draw once and handle one key. Return False to go back to the prompt."""
        try:
            view = self._bench.view()
        except CoreHeldError as error:
            self._stdout.write(f"{_HOME}{error}{_TO_END}")
            self._stdout.flush()
            return self._key() != "q"
        room = room_of(self._stdout)
        self._stdout.write(frame(view, self._state(view, self._bench.runs), room))
        self._stdout.flush()
        key = self._key()
        if key == " ":
            (self._bench.pause if self._bench.runs else self._bench.go)()
        action = KEY_ACTIONS.get(key)
        if action is not None:
            with self._bench.hold() as board:
                action(board)
        return key != "q" and self._bench.error is None

    def _key(self) -> str:
        """Return the next key, "" if there is none. Bypass Python's buffer: `select` does not see
        a second key in it."""
        place = self._stdin.fileno()
        ready, _, _ = select.select([place], [], [], _EVERY_S)
        return os.read(place, 1).decode("ascii", "replace") if ready else ""
