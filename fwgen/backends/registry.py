"""The backends by name; each is imported only when it is the one that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fwgen.backends.base import Backend
from fwgen.errors import InputError

NAMES = ("host", "renode")
DEFAULT = "host"


def open_backend(
    name: str,
    *,
    elf: Path | None = None,
    core: Mapping[str, bytes] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Backend:
    """`elf`: the firmware to run (renode); `core`: the core's sources (host), else the plan's.

    `say` is told of what takes long before the run begins. Raises FwgenError where it cannot be.
    """
    if name == "renode":
        raise InputError("the renode backend is not there yet\nhelp: run with `--backend host`")
    if elf is not None:
        raise InputError(
            "the host backend runs the core compiled for this machine, not an ELF\n"
            "help: add `--backend renode`, or leave `--elf` out"
        )
    from fwgen.backends.host.backend import HostBackend

    return HostBackend(core=core, say=say)
