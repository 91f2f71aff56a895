"""Where the file of a user's own board is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from fwgen.config import load_config

SUFFIX = ".toml"


def board_file(name: str, near: Path, environ: Mapping[str, str] | None = None) -> Path | None:
    """Return the file of the board that a spec in the folder `near` names: a path that starts there
    (`./our-carrier.toml`), or a name, with or without `.toml`, of a file in one of `search_path`.
    None: there is none."""
    if "/" in name:
        path = near / name
        return path if path.suffix == SUFFIX else None  # reading it reports that it is missing
    wanted = name if name.endswith(SUFFIX) else f"{name}{SUFFIX}"
    places = [folder / wanted for folder in search_path(near, environ)]
    found = next((path for path in places if path.is_file()), None)
    return found or (places[0] if name.endswith(SUFFIX) else None)


def search_path(near: Path, environ: Mapping[str, str] | None = None) -> Sequence[Path]:
    """Return the folders in which a board is looked for: the spec's, those of FWGEN_BOARD_PATH,
    or else those of the configuration file. Raises ConfigErrors."""
    env = os.environ if environ is None else environ
    return [near, *load_config(env).boards.path]
