"""The parts of the shell that are independent of Zephyr, compiled for this machine."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from tests.core.build import ROOT, shared_library

SHELL = ROOT / "fwgen/generate/templates/app/src"
GLUE = Path(__file__).parent / "shell_glue.c"


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    sources = [GLUE, SHELL / "panel_watch.c", SHELL / "screen_changes.c"]
    output = tmp_path_factory.mktemp("shell") / "shell.so"
    return ctypes.CDLL(str(shared_library(output, sources, f"-I{SHELL}", f"-I{SHELL / 'core'}")))
