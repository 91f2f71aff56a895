"""The name under which fwgen is published, and the pip commands that follow from it.

On PyPI `fwgen` is another project, so only the command and the package have that name, not the
distribution. Every hint that names a pip command takes it from here.
"""

from __future__ import annotations

from typing import Final

NAME: Final = "fwgen-zephyr"
"""The same as in pyproject.toml."""

UPGRADE: Final = f"pip install --upgrade {NAME}"


def install(*extras: str) -> str:
    """Return the command that installs fwgen with the extras `audit`, `renode` or `dev`."""
    return f"pip install '{NAME}[{','.join(extras)}]'" if extras else f"pip install {NAME}"
