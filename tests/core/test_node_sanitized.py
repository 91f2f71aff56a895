"""The node driven at random under the address and undefined-behaviour sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.core.build import CHECKED, HERE, LOG_SOURCES, compile_c
from tests.core.cnode import NODE_SOURCES, STATES, zcbor_flags, zcbor_objects

SANITIZE = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("driver")
    sources = [
        *LOG_SOURCES,
        *NODE_SOURCES,
        HERE / "node_driver.c",
        *zcbor_objects(folder, *SANITIZE),
    ]
    return compile_c(folder / "driver", sources, *zcbor_flags(), *SANITIZE, *CHECKED)


def test_the_node_keeps_its_promises(driver: Path) -> None:
    visits = [0] * len(STATES)
    for seed in range(6):
        command = [str(driver), str(seed), "200000"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        messages, *visited = map(int, done.stdout.split())
        assert messages > 1000
        visits = [a + b for a, b in zip(visits, visited, strict=True)]
    assert min(visits) > 1000, "a state is hardly ever reached"
