"""How long a test waits for what must happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 300.0
"""This only ends a test that would hang. What a test waits for takes a small part of it, also on a
machine that is busy with other things, and no test passes or fails by the value. For a command
that works for long there is fwgen.robot.patience, which counts processor time."""


def wait_until(
    is_so: Callable[[], object],
    what: str,
    meanwhile: Callable[[], None] = lambda: None,
    look_s: float = 0.02,
) -> None:
    """Return when it is so; between two looks, call `meanwhile` and sleep `look_s`."""
    end_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end_s, f"never happened: {what}"
        meanwhile()
        time.sleep(look_s)
