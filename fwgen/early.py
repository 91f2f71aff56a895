"""What Ctrl-C does before `fwgen.guard` handles it: while Python imports the program."""

from __future__ import annotations

import os
import signal
from types import FrameType


def leave(number: int, frame: FrameType | None) -> None:
    """End the process as the guard would: there is nothing to clean up yet."""
    os.write(2, b"error: interrupted\n")
    os._exit(128 + number)


def handle_interrupt() -> None:
    """Call `leave` on Ctrl-C. A SIGINT that is ignored stays ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)
