"""The fingerprints in robot/fingerprints.toml: those of the bundled scenarios on the host backend.

CI compares with them on both backends: all of them on the host, and with the ELF (the digits about
decisions, robot/*.robot) those that do not depend on how long a start of the firmware takes.
`python -m tests.fingerprints` records them again.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

FILE = Path(__file__).parents[2] / "robot" / "fingerprints.toml"
AGAIN = "python -m tests.fingerprints"


def recorded() -> dict[str, str]:
    """Return scenario -> fingerprint."""
    found: dict[str, str] = tomllib.loads(FILE.read_text("utf-8"))
    return found
