"""Test whether installed tools work. Each function returns what is wrong, "" if it works."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from fwgen import process
from fwgen.config import RenodeConfig

_SHORT_S: Final = 20.0
_LONG_S: Final = 90.0
_ARM_ELF: Final = b"\x7fELF" + bytes(14) + b"\x28\x00"
"""The marks of an ELF file for Arm: the magic number, and the machine at offset 18."""
_NO_OBJECT: Final = "it exits with status 0 but does not produce an object file for Arm"
_PROGRAM_ENDED: Final = "kill init! exitcode=0x00000000"
"""What a kernel prints after its first program ended with status 0: the trial has no other."""
_PROGRAM: Final = "#include <stdint.h>\nuint32_t trial(void);\nuint32_t trial(void) { return 1; }\n"


def trouble_with_package(module: str) -> str:
    try:
        importlib.import_module(module)
    except ImportError as error:
        return f"it cannot be imported: {error}"
    except Exception as error:
        return f"its import fails: {type(error).__name__}: {error}"
    return ""


def trouble_with_output(command: Sequence[object], pattern: str, what: str) -> str:
    """Test that the command exits with status 0 and prints `what`, which matches `pattern`."""
    said, trouble = _called(command, _SHORT_S)
    if trouble or re.search(pattern, said, re.IGNORECASE):
        return trouble
    return f"it exits with status 0 but does not print {what}"


def trouble_with_cross_compiler(compiler: Path) -> str:
    """Test that the compiler produces an object file for a Cortex-M33."""
    return _compiles([str(compiler), "-mcpu=cortex-m33", "-mthumb", "-c"])


def trouble_with_renode(config: RenodeConfig) -> str:
    """Test that Renode starts in a separate process and answers."""
    command = [sys.executable, "-m", "fwgen.backends.renode.trial"]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {**os.environ, **config.environment(), "PYTHONPATH": path}
    said, trouble = _called(command, _LONG_S, environment)
    return trouble or ("" if said.strip() else "it starts but does not tell its version")


def trouble_with_kernel(kernel: Path) -> str:
    """Test that the kernel boots and runs a program of this machine."""
    first = shutil.which("true") or "/bin/true"
    root = ("root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={first}")
    options = ("mem=32M", "con=null", "con0=fd:0,fd:1", "time-travel=inf-cpu", "panic=-1")
    try:
        done = process.probe([kernel, *root, *options], _SHORT_S)
    except TimeoutError as error:
        return str(error.strerror)
    except OSError as error:
        return f"it does not start: {error.strerror}"
    said = f"{done.stdout}\n{done.stderr}"
    if _PROGRAM_ENDED in said:
        return ""
    panic = re.search(r"Kernel panic - (.*)", said)
    last = [line.strip() for line in said.splitlines() if line.strip()][-1:]
    return f"it does not boot: {panic[1] if panic else ' '.join(last) or 'it prints nothing'}"


def _compiles(command: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory(prefix="fwgen-") as folder:
        source, result = Path(folder, "trial.c"), Path(folder, "trial.out")
        source.write_text(_PROGRAM, encoding="ascii")
        _, trouble = _called([*command, source, "-o", result], _LONG_S)
        if trouble:
            return f"it does not compile: {trouble}"
        if not (result.is_file() and result.stat().st_size > 0):
            return "it exits with status 0 but produces no file"
        head = result.read_bytes()[: len(_ARM_ELF)]
        return "" if head[:4] == _ARM_ELF[:4] and head[18:] == _ARM_ELF[18:] else _NO_OBJECT


def _called(
    command: Sequence[object], timeout_s: float, environment: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Return the command's stdout, and what is wrong with it."""
    try:
        done = process.probe(command, timeout_s, environment)
    except TimeoutError as error:
        return "", str(error.strerror)
    except OSError as error:
        return "", f"it does not start: {error.strerror}"
    if done.returncode == 0:
        return done.stdout, ""
    said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return done.stdout, said[-1] if said else f"it exits with status {done.returncode}"
