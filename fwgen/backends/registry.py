"""The backends by name; only the requested one is imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fwgen.errors import InputError
from fwgen.scenario.backend import Backend

NAMES = ("host", "renode")
DEFAULT = "host"
LINUXES = ("emulated", "kernel")
DEFAULT_LINUX = "emulated"


def open_backend(
    name: str,
    *,
    linux: str = DEFAULT_LINUX,
    elf: Path | None = None,
    core: Mapping[str, bytes] | None = None,
    waves: Path | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Backend:
    """Return the backend of this name.

    `linux`: one of LINUXES, the firmware's peer. `elf`: the firmware to run; None: build it
    (renode). `core`: the core's sources; None: the plan's (host). `waves`: file for a wave
    viewer's dump (renode). `say` is called with a message before each slow preparation. Raises
    FwgenError if the backend cannot be used.
    """
    kernel = real_kernel() if linux == "kernel" else None
    if name == "renode":
        from fwgen.backends.renode.backend import RenodeBackend

        return RenodeBackend(elf, waves=waves, linux=kernel, say=say)
    if waves is not None:
        raise InputError(
            "the host backend has no signals for `--vcd` to dump",
            hint="add `--backend renode`, or leave `--vcd` out",
        )
    if elf is not None:
        raise InputError(
            "the host backend runs the core compiled for this machine, not an ELF",
            hint="add `--backend renode`, or leave `--elf` out",
        )
    if kernel is not None:
        from fwgen.backends.kernel.host import KernelHostBackend

        return KernelHostBackend(kernel, core=core, say=say)
    from fwgen.backends.host.backend import HostBackend

    return HostBackend(core=core, say=say)


def real_kernel() -> Path:
    """Return the program of the real Linux. Raises MissingToolError."""
    from fwgen.config import load_config
    from fwgen.uml.find import find_kernel

    return find_kernel(load_config()).path
