"""How many bytes of the log a sample takes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Density:
    """`measured`: how it was measured; `signal`: of what, in a few words."""

    bytes_per_sample: float
    measured: str
    signal: str = "reference walk"


@cache
def reference_density() -> Density:
    path = Path(__file__).with_name("reference_walk.toml")
    return Density(**tomllib.loads(path.read_text(encoding="utf-8")))
