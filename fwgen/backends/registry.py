"""The backends by name; each is imported only when it is the one that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fwgen.errors import InputError
from fwgen.scenario.backend import Backend

NAMES = ("host", "renode")
DEFAULT = "host"


def open_backend(
    name: str,
    *,
    elf: Path | None = None,
    core: Mapping[str, bytes] | None = None,
    waves: Path | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Backend:
    """`elf`: the firmware to run, else it is built (renode); `core`: the core's sources, else the
    plan's (host); `waves`: where a dump for a wave viewer goes (renode).

    `say` is told of what takes long before the run begins. Raises FwgenError where it cannot be.
    """
    if name == "renode":
        from fwgen.backends.renode.backend import RenodeBackend

        return RenodeBackend(elf, waves=waves, say=say)
    if waves is not None:
        raise InputError(
            "the host backend has no wires to dump\n"
            "help: add `--backend renode`, or leave `--vcd` out"
        )
    if elf is not None:
        raise InputError(
            "the host backend runs the core compiled for this machine, not an ELF\n"
            "help: add `--backend renode`, or leave `--elf` out"
        )
    from fwgen.backends.host.backend import HostBackend

    return HostBackend(core=core, say=say)
