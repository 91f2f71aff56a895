"""Whether Renode can be had here, without starting it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.errors import MissingToolError

if TYPE_CHECKING:
    from fwgen.config import RenodeConfig

_SETUP = "help: `fwgen setup` gets it; the host backend needs none (`--backend host`)"


def what_is_missing(config: RenodeConfig) -> str:
    """A sentence; empty if nothing is."""
    place = config.build_dir or config.bin
    if place is None:
        return "Renode is not installed, or fwgen was not told where it is"
    if not place.exists():
        return f"Renode is not where it should be: there is no {place}"
    if wrong := _no_renode(config):
        return wrong
    if importlib.util.find_spec("pythonnet") is None:
        return "Renode's Python driver needs the package pythonnet"
    if config.pyrenode3 is not None and not Path(config.pyrenode3, "pyrenode3").is_dir():
        return f"pyrenode3 is not where it should be: there is none in {config.pyrenode3}"
    if config.pyrenode3 is None and importlib.util.find_spec("pyrenode3") is None:
        return "Renode's Python driver pyrenode3 is not installed"
    return ""


def _no_renode(config: RenodeConfig) -> str:
    """What is wrong with the place and the runtime, as far as a look tells."""
    runtime = config.runtime or "mono"
    if config.bin is not None:
        if not config.bin.is_file() or not os.access(config.bin, os.X_OK):
            return f"{config.bin} is no program: `bin` names the file `renode` of a release"
        if runtime == "mono":
            return (
                'a released Renode (`bin`) needs `runtime = "coreclr"`: pyrenode3 starts no other'
            )
        return ""
    assert config.build_dir is not None
    output = config.build_dir / (os.environ.get("PYRENODE_BUILD_OUTPUT") or "output/bin/Release")
    program = "Renode.exe" if runtime == "mono" else "Renode.dll"
    if not (output / program).is_file():
        if (config.build_dir / "build.sh").is_file():
            how = "./build.sh --no-gui" + ("" if runtime == "mono" else " --net")
            return (
                f"Renode's sources in {config.build_dir} were not built for the runtime {runtime}, "
                f"there is no {output / program}: `{how}` there builds it"
            )
        return f"{config.build_dir} is no Renode, there is no {output / program}"
    if runtime == "mono" and not shutil.which("mono"):
        return "the runtime mono is not installed: apt-get install mono-complete"
    if runtime == "coreclr" and not (shutil.which("dotnet") or os.environ.get("DOTNET_ROOT")):
        return "the runtime coreclr needs .NET, and there is no `dotnet` (nor DOTNET_ROOT)"
    return ""


def find_renode(config: RenodeConfig) -> None:
    """Raises MissingToolError with the sentence and the way out."""
    missing = what_is_missing(config)
    if missing:
        raise MissingToolError(f"{missing}\n{_SETUP}")
