"""Robot Framework keywords for boards under test: `Library    fwgen.robot`.

A test starts a board (the firmware's ELF in Renode, or with `BACKEND:host` the firmware's core on
this machine), acts on it, lets virtual time pass and checks the result. Each board runs in its own
process.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Return the class `robot`, for which `Library    fwgen.robot` looks here; import it late."""
    if name != "robot":
        raise AttributeError(name)
    from fwgen.robot.library import robot

    return robot
