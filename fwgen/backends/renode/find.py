"""Finds out whether Renode is installed, without starting it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.errors import MissingToolError

if TYPE_CHECKING:
    from fwgen.config import RenodeConfig

_SETUP = "`fwgen setup` installs it; the host backend does not need it (`--backend host`)"


def what_is_missing(config: RenodeConfig) -> str:
    """Return a sentence about what is missing, "" if nothing is."""
    place = config.build_dir or config.bin
    if place is None:
        return "Renode is not installed, or fwgen's configuration does not name its folder"
    if not place.exists():
        return f"Renode is expected at {place}, which does not exist"
    if wrong := unusable(config):
        return wrong
    if importlib.util.find_spec("pythonnet") is None:
        return "Renode's Python driver needs the package pythonnet"
    if config.pyrenode3 is not None and not Path(config.pyrenode3, "pyrenode3").is_dir():
        return f"pyrenode3 is expected in {config.pyrenode3}, which does not contain it"
    if config.pyrenode3 is None and importlib.util.find_spec("pyrenode3") is None:
        return "Renode's Python driver pyrenode3 is not installed"
    return ""


def unusable(config: RenodeConfig) -> str:
    """Return what is wrong with Renode's files or the runtime, "" if nothing is."""
    runtime = config.runs_on
    if config.bin is not None:
        if not config.bin.is_file() or not os.access(config.bin, os.X_OK):
            return f"{config.bin} is not a program: `bin` must name the file `renode` of a release"
        if runtime == "mono":
            return (
                'a released Renode (`bin`) needs `runtime = "coreclr"`, '
                "the only runtime with which pyrenode3 starts it"
            )
        return ""
    if config.build_dir is None:
        return "fwgen's configuration does not name a Renode"
    output = config.output
    program = "Renode.exe" if runtime == "mono" else "Renode.dll"
    if not (output / program).is_file():
        if (config.build_dir / "build.sh").is_file():
            how = "./build.sh --no-gui" + ("" if runtime == "mono" else " --net")
            return (
                f"Renode in {config.build_dir} was not built for the runtime {runtime}, "
                f"{output / program} does not exist: `{how}` in that folder builds it"
            )
        return f"{config.build_dir} is not a Renode: {output / program} does not exist"
    if runtime == "mono" and not shutil.which("mono"):
        return (
            "the runtime mono is not installed; a released Renode includes its runtime: "
            "`fwgen setup --only renode --renode 1.17.0`"
        )
    if runtime == "coreclr" and not (shutil.which("dotnet") or os.environ.get("DOTNET_ROOT")):
        return "the runtime coreclr needs .NET: neither `dotnet` nor DOTNET_ROOT was found"
    return ""


def find_renode(config: RenodeConfig) -> None:
    """Raises MissingToolError if Renode is not installed."""
    missing = what_is_missing(config)
    if missing:
        raise MissingToolError(missing, _SETUP)
