"""Qt without a display, with the software renderer and a fixed time zone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

ENVIRONMENT = {
    "QT_QPA_PLATFORM": "offscreen",
    "QT_QUICK_BACKEND": "software",
    "QT_SCALE_FACTOR": "1",
    "TZ": "UTC",
}


@pytest.fixture(scope="session", autouse=True)
def offscreen() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    time.tzset()
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    time.tzset()
