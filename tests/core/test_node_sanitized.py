"""The node driven at random under the address and undefined-behaviour sanitizers, with one sensor
and with two."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.core.build import CHECKED, HERE, LOG_SOURCES, compile_c
from tests.core.cnode import NODE_SOURCES, STATES, zcbor_flags, zcbor_objects

SANITIZE = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.fixture(scope="module", params=[1, 2], ids=["one sensor", "two sensors"])
def driver(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path_factory.mktemp("driver")
    sources = [
        *LOG_SOURCES,
        *NODE_SOURCES,
        HERE / "node_driver.c",
        *zcbor_objects(folder, *SANITIZE),
    ]
    flags = (*zcbor_flags(), *SANITIZE, *CHECKED)
    return compile_c(folder / "driver", sources, *flags, streams=request.param)


def test_the_node_keeps_its_promises(driver: Path) -> None:
    visits, of_last_stream = [0] * len(STATES), 0
    for seed in range(4):
        command = [str(driver), str(seed), "200000"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        messages, last, *visited = map(int, done.stdout.split())
        assert messages > 1000
        of_last_stream += last
        visits = [a + b for a, b in zip(visits, visited, strict=True)]
    assert of_last_stream > 1000
    assert min(visits) > 1000, "a state is hardly ever reached"
