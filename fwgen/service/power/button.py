"""The button that puts Linux to sleep: a GPIO line by its name, through libgpiod v2.

The press that woke Linux is not a new request: presses within AWAKE_S of a wake-up are ignored.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError, MissingToolError

AWAKE_S: Final = 2.0
DEV: Final = Path("/dev")
_LOOK_S: Final = 0.5


@dataclass(frozen=True)
class ButtonLine:
    """`line`: the name that the device tree gives it, as `gpioinfo` shows."""

    line: str
    debounce_us: int = 30_000
    active_low: bool = True


class Button:
    """`pressed` is called in the button's own thread.

    `start` raises MissingToolError without gpiod, InputError if there is no such line or another
    program has it.
    """

    def __init__(
        self,
        line: ButtonLine,
        pressed: Callable[[], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._pressed = pressed
        self._monotonic_s = monotonic_s
        self._deaf_until_s = 0.0
        self._stopping = False
        self._request: Any = None
        self._thread = threading.Thread(target=self._run, name="button", daemon=True)

    def start(self) -> None:
        try:
            import gpiod
        except ModuleNotFoundError as error:
            text = "[button] needs the Python package gpiod, version 2"
            raise MissingToolError(text, "`pip install gpiod`") from error
        chip, offset = self._find(gpiod)
        settings = gpiod.LineSettings(
            direction=gpiod.line.Direction.INPUT,
            edge_detection=gpiod.line.Edge.RISING,
            active_low=self._line.active_low,
            debounce_period=timedelta(microseconds=self._line.debounce_us),
        )
        try:
            self._request = gpiod.request_lines(
                chip, consumer="fwgen-peer", config={offset: settings}
            )
        except OSError as error:
            text = f"the line {self._line.line} of {chip} cannot be used: {error.strerror}"
            hint = "another program or driver (gpio-keys) has it: `gpioinfo` shows which"
            raise InputError(text, hint) from error
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        if self._thread.is_alive():
            self._thread.join()
        if self._request is not None:
            self._request.release()

    def note_awake(self) -> None:
        """Linux is up again; any thread may call this."""
        self._deaf_until_s = self._monotonic_s() + AWAKE_S

    def _find(self, gpiod: Any) -> tuple[str, int]:
        for path in sorted(DEV.glob("gpiochip*")):
            with gpiod.Chip(str(path)) as chip:
                try:
                    return str(path), int(chip.line_offset_from_id(self._line.line))
                except OSError:
                    continue
        hint = "`gpioinfo` shows the names"
        raise InputError(f"no GPIO line has the name {self._line.line!r}", hint)

    def _run(self) -> None:
        while not self._stopping:
            if self._request.wait_edge_events(_LOOK_S):
                self._request.read_edge_events()
                if self._monotonic_s() >= self._deaf_until_s:
                    self._pressed()
