"""Robot Framework keywords for boards under test: `Library    fwgen.robot`.

A test starts a board (the firmware's ELF in Renode, or with `BACKEND:host` its core on this
machine), does things to it, lets virtual time pass and says what must hold. Each board has a
process of its own.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """`Library    fwgen.robot` looks for a class `robot` here; loaded when it is asked for."""
    if name != "robot":
        raise AttributeError(name)
    from fwgen.robot.library import robot

    return robot
