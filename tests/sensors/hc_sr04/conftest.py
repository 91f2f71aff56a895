"""The sensor's portable C, compiled for this machine."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from tests.core.build import ROOT, shared_library

SENSOR = ROOT / "fwgen/generate/templates/app/src/sensors/hc_sr04"
GLUE = Path(__file__).parent / "echo_glue.c"


@pytest.fixture(scope="session")
def sensor(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    sources = [GLUE, SENSOR / "core/echo.c", SENSOR / "core/measurement.c"]
    output = tmp_path_factory.mktemp("sensor") / "sensor.so"
    library = ctypes.CDLL(str(shared_library(output, sources, f"-I{SENSOR / 'core'}")))
    library.echo_to_mm.argtypes = (ctypes.c_uint32, ctypes.c_uint32)
    library.echo_to_mm.restype = ctypes.c_uint16
    return library
