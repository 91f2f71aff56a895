"""The display and the console on the whole terminal, with a key for whatever can happen."""

from __future__ import annotations

import select
import sys
import termios
import tty
from collections.abc import Callable
from typing import IO, Final

from fwgen.monitor.bench import Bench, StandsStillError
from fwgen.robot.stage import LiveRenode, View

_EVERY_S: Final = 0.1
_CONSOLE_LINES: Final = 8
_STEP_UM: Final = 100_000
_CLEAR: Final = "\x1b[2J"
_HOME: Final = "\x1b[H"
_TO_END: Final = "\x1b[K"
_BELOW: Final = "\x1b[J"
_KEYS: Final = (
    "s suspend  w wake  +/- move  m mute  h hold  o sensor ok  u unplug  p plug  r reset  space"
    " pause  q back"
)


def key_actions(view: View) -> dict[str, Callable[[LiveRenode], None]]:
    """What a key does to the board; + and - move the obstacle by 100 mm from the last sample."""
    here_um = view.latest[-1][1] * 1000 if view.latest else 1_500_000
    return {
        "s": lambda board: board.suspend(),
        "w": lambda board: board.resume(),
        "+": lambda board: board.move_obstacle(here_um + _STEP_UM, 300),
        "-": lambda board: board.move_obstacle(max(0, here_um - _STEP_UM), 300),
        "m": lambda board: board.mute_sensor(),
        "h": lambda board: board.hold_echo(),
        "o": lambda board: board.unmute_sensor(),
        "u": lambda board: board.display_off(),
        "p": lambda board: board.display_on(),
        "r": lambda board: board.reset_firmware(),
    }


def frame(view: View, state: str) -> str:
    """What the screen shows."""
    lines = [*view.half_blocks.rstrip("\n").split("\n"), "", state, _KEYS, ""]
    lines += view.console.splitlines()[-_CONSOLE_LINES:]
    return _HOME + "".join(f"{line}{_TO_END}\n" for line in lines) + _BELOW


class Live:
    def __init__(
        self, bench: Bench, stdin: IO[str], stdout: IO[str], state: Callable[[View, bool], str]
    ) -> None:
        self._bench, self._stdin, self._stdout, self._state = bench, stdin, stdout, state

    def show(self) -> None:
        """Until `q`; the machine goes on running."""
        before = termios.tcgetattr(self._stdin)
        tty.setcbreak(self._stdin)
        self._stdout.write(_CLEAR)
        self._bench.go()
        try:
            while self._turn():
                pass
        finally:
            termios.tcsetattr(self._stdin, termios.TCSADRAIN, before)
            self._stdout.write("\n")

    def _turn(self) -> bool:
        """False: back to the prompt."""
        try:
            view = self._bench.view()
        except StandsStillError as error:
            self._stdout.write(f"{_HOME}{error}{_TO_END}")
            self._stdout.flush()
            return self._key() != "q"
        self._stdout.write(frame(view, self._state(view, self._bench.runs)))
        self._stdout.flush()
        key = self._key()
        if key == " ":
            (self._bench.pause if self._bench.runs else self._bench.go)()
        action = key_actions(view).get(key)
        if action is not None:
            with self._bench.hold() as board:
                action(board)
        return key != "q" and self._bench.error is None

    def _key(self) -> str:
        ready, _, _ = select.select([self._stdin], [], [], _EVERY_S)
        return sys.stdin.read(1) if ready else ""
