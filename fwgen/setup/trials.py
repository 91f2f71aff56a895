"""Test whether installed tools work. Each function returns what is wrong, "" if it works."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from fwgen import process
from fwgen.config import RenodeConfig

_SHORT_S: Final = 20.0
_LONG_S: Final = 90.0
_PROGRAM: Final = "#include <stdint.h>\nuint32_t trial(void);\nuint32_t trial(void) { return 1; }\n"


def trouble_with_package(module: str) -> str:
    try:
        importlib.import_module(module)
    except ImportError as error:
        return f"it cannot be imported: {error}"
    except Exception as error:
        return f"its import fails: {type(error).__name__}: {error}"
    return ""


def trouble_with_program(command: Sequence[object], timeout_s: float = _SHORT_S) -> str:
    """Test that the command starts and exits with status 0."""
    _, trouble = _called(command, timeout_s)
    return trouble


def trouble_with_cross_compiler(compiler: Path) -> str:
    """Test that the compiler produces an object file for a Cortex-M33."""
    return _compiles([str(compiler), "-mcpu=cortex-m33", "-mthumb", "-c"])


def trouble_with_renode(config: RenodeConfig) -> str:
    """Test that Renode starts in a separate process and answers."""
    command = [sys.executable, "-m", "fwgen.backends.renode.trial"]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {**os.environ, **config.environment(), "PYTHONPATH": path}
    _, trouble = _called(command, _LONG_S, environment)
    return trouble


def _compiles(command: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory(prefix="fwgen-") as folder:
        source, result = Path(folder, "trial.c"), Path(folder, "trial.out")
        source.write_text(_PROGRAM, encoding="ascii")
        _, trouble = _called([*command, source, "-o", result], _LONG_S)
        if trouble:
            return f"it does not compile: {trouble}"
        made = result.is_file() and result.stat().st_size > 0
        return "" if made else "it exits with status 0 but produces no file"


def _called(
    command: Sequence[object], timeout_s: float, environment: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Return the command's stdout, and what is wrong with it."""
    try:
        done = process.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=environment,
        )
    except OSError as error:
        return "", f"it does not start: {error.strerror}"
    except subprocess.TimeoutExpired:
        return "", f"it does not end within {timeout_s:.0f} s"
    if done.returncode == 0:
        return done.stdout, ""
    said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return done.stdout, said[-1] if said else f"it exits with status {done.returncode}"
