"""The name of the distribution, and the pip commands of hints.

The distribution is not published yet: a pip command with its name would install whatever somebody
else publishes under it. So hints name the packages of an extra, and projects name a wheel file.
"""

from __future__ import annotations

import shlex
from typing import Final

from fwgen import __version__

NAME: Final = "fwgen-zephyr"
"""The same as in pyproject.toml; `fwgen` on PyPI is another project."""

WHEEL: Final = f"{NAME.replace('-', '_')}-{__version__}-py3-none-any.whl"
"""The file that `pip wheel` makes."""

UPGRADE: Final = "upgrade fwgen: update its checkout (`git pull`) or install a newer wheel"

EXTRAS: Final = {
    "audit": ("pyelftools>=0.31",),
    "renode": ("pythonnet>=3.0", "robotframework>=7.0", "psutil>=5.9.8"),
    "cluster": ("dask[distributed]>=2024.8",),
}
"""The same as in pyproject.toml."""


def install(extra: str) -> str:
    """Return the command that installs the packages of an extra."""
    return shlex.join(["pip", "install", *EXTRAS[extra]])
