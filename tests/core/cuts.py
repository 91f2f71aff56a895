"""`python -m tests.core.cuts [CUTS [FIRST_SEED]]`: cut the power at every store of the log on the
host, and at every store of each recovery after that (power_cuts.c). By default 50 million cuts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.core.build import CORE, HERE, LOG_SOURCES, compile_c

EVERY: Final = 50_000_000
_FOLDER: Final = Path("build/cuts")


def build(folder: Path, core: Path = CORE) -> Path:
    """Compile the driver with the log in `core`."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [core / path.name for path in LOG_SOURCES]
    flags = ("-O2", "-DRETAINED_STORE_HOOK", "-DRETAINED_READ_HOOK")
    # the folder of the first source comes before that of compile_c
    return compile_c(
        folder / "power_cuts", [*sources, HERE / "power_cuts.c"], f"-iquote{core}", *flags
    )


def main() -> int:
    cuts, seed = [*sys.argv[1:], *("", "")][:2]
    driver = build(_FOLDER)
    return subprocess.run([driver, seed or "0", cuts or str(EVERY)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
