"""Fetching a file: whole, in two goes, wrong, not at all."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fwgen.errors import ToolBrokeError
from fwgen.setup.download import fetch
from tests.setup.server import Server, serve

CONTENT = bytes(range(256)) * 1000
SUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        running.content["/x.tar.gz"] = CONTENT
        yield running


def get(server: Server, file: Path, sha256: str = SUM) -> None:
    fetch(f"{server.url}/x.tar.gz", file, sha256, io.StringIO())


def test_whole(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "new" / "x.tar.gz"
    get(server, file)
    assert file.read_bytes() == CONTENT
    assert list(file.parent.iterdir()) == [file]
    get(server, file)
    assert server.asked == [None], "what is there and right is not fetched again"


def test_goes_on_where_it_was_broken_off(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    server.break_after = 100_000
    with pytest.raises(ToolBrokeError, match="the partial download is kept"):
        get(server, file)
    assert not file.exists()
    server.break_after = None
    get(server, file)
    assert file.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-"]


def test_begins_anew_where_the_server_cannot_go_on(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    (tmp_path / "x.tar.gz.part").write_bytes(b"something else")
    server.ranges = False
    get(server, file)
    assert file.read_bytes() == CONTENT


def test_all_came_but_the_sum_was_not_looked_at(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    (tmp_path / "x.tar.gz.part").write_bytes(CONTENT)
    get(server, file)
    assert file.read_bytes() == CONTENT


def test_wrong_sum_is_thrown_away(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    with pytest.raises(
        ToolBrokeError, match=f"expected SHA-256 0+, found {SUM}; the download was removed"
    ):
        get(server, file, "00" * 32)
    assert list(tmp_path.iterdir()) == []


def test_not_there(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ToolBrokeError, match="Not Found"):
        fetch(f"{server.url}/none", tmp_path / "none", SUM, io.StringIO())


def test_as_the_command_that_is_printed(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    command = [sys.executable, "-m", "fwgen.setup.download", f"{server.url}/x.tar.gz", str(file)]
    assert subprocess.run([*command, SUM], check=False, capture_output=True).returncode == 0
    done = subprocess.run([*command, "11" * 32], check=False, capture_output=True, text=True)
    assert done.returncode == 4 and "SHA-256" in done.stderr
