"""Whether Renode can be had here, without starting it."""

from __future__ import annotations

import importlib.util
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
    if importlib.util.find_spec("pythonnet") is None:
        return "Renode's Python driver needs the package pythonnet"
    if config.pyrenode3 is not None and not Path(config.pyrenode3, "pyrenode3").is_dir():
        return f"pyrenode3 is not where it should be: there is none in {config.pyrenode3}"
    if config.pyrenode3 is None and importlib.util.find_spec("pyrenode3") is None:
        return "Renode's Python driver pyrenode3 is not installed"
    return ""


def find_renode(config: RenodeConfig) -> None:
    """Raises MissingToolError with the sentence and the way out."""
    missing = what_is_missing(config)
    if missing:
        raise MissingToolError(f"{missing}\n{_SETUP}")
