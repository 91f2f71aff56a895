"""The init script in the real kernel: the service runs as its own user, and one process as root
suspends Linux for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

import fwgen
from tests.service.board_linux import PEER, LinuxBoard, check_each_once

SCRIPT: Final = Path(__file__).parents[2] / "board/files/S60fwgen-peer"
TTY: Final = "/dev/ttyRPMSG0"
SOCKET: Final = "/run/fwgen-peer/socket"
DAEMON: Final = "/run/programs/fwgen-peer"
ACCOUNTS: Final = {"passwd": "fwgen-peer:x:901:901::/:/bin/sh", "group": "fwgen-peer:x:901:"}
READABLE: Final = 0o005


def closed(paths: Iterable[Path]) -> dict[Path, set[Path]]:
    """Return the folders on the way to `paths` that only their owner may enter, outermost first,
    each with what is next on the way."""
    found: dict[Path, set[Path]] = {}
    for path in paths:
        for folder, following in pairwise([path, *path.parents][::-1]):
            if folder.stat().st_mode & READABLE != READABLE:
                found.setdefault(folder, set()).add(following)
    return dict(sorted(found.items()))


def open_to_all(board: LinuxBoard) -> None:
    """Let other users run this Python: in that Linux, an open folder with what is needed is mounted
    over each closed one."""
    paths = (Path(sys.executable), Path(sys.executable).resolve(), Path(fwgen.__file__))
    for number, (folder, needed) in enumerate(closed(paths).items()):
        held = f"/run/held-{number}"
        board.do(f"mkdir {held}; mount --bind {folder} {held}")
        board.do(f"mount -t tmpfs -o mode=755 tmpfs {folder}")
        for path in needed:
            make = "mkdir" if path.is_dir() else "touch"
            board.do(f"{make} {path}; mount --bind {held}/{path.name} {path}")


@pytest.mark.needs("linux", "start-stop-daemon")
def test_the_script_starts_and_stops_a_service_without_rights(tmp_path: Path) -> None:
    board = LinuxBoard(tmp_path)
    for name, line in ACCOUNTS.items():
        (tmp_path / name).write_text(f"{Path('/etc', name).read_text()}{line}\n")
        board.do(f"mount --bind {tmp_path / name} /etc/{name}")
    (tmp_path / "fwgen-peer").write_text(f'#!/bin/sh\nexec {PEER} "$@"\n')
    (tmp_path / "default").write_text(f"DAEMON={DAEMON}\nSUSPEND_OPTIONS=\"--alarm '5 s'\"\n")
    board.do(f"install -D -m 755 {tmp_path}/fwgen-peer {DAEMON}")
    board.do("mount -t tmpfs tmpfs /var/lib; mount -t tmpfs tmpfs /etc/default")
    board.do(f"cp {tmp_path}/default /etc/default/fwgen-peer")
    board.do(f"chgrp fwgen-peer {TTY}; chmod 660 {TTY}")  # as the udev rule does
    board.do(f"cp {SCRIPT} /run/script")
    open_to_all(board)

    assert board.do("sh /run/script start 2>&1") == ""
    board.run(4)
    assert "online" in board.do(f"{PEER} status --socket {SOCKET}")
    processes = board.do("ps -eo user:20,args")
    assert re.findall(r"^(\S+) .*python.* -m fwgen.service (\S+)", processes, re.MULTILINE) == [
        ("fwgen-peer", "run"),
        ("root", "suspend"),
    ]
    board.do(f"{PEER} suspend --socket {SOCKET} &")
    board.run(8)
    assert re.search(r"^slept [45]\.\d+ s; woken by rtc0 alarm$", board.printed, re.MULTILINE)

    assert board.do("sh /run/script stop 2>&1") == ""
    board.run(8)
    assert "fwgen.service" not in board.do("ps -eo args | grep -v [i]nside")
    board.database = Path("/var/lib/fwgen-peer/samples.sqlite")
    assert board.do(f"stat -c %U {board.database}").split() == ["fwgen-peer"]
    board.copy_database()
    check_each_once(board, board.finish(), most_missing=400)
    board.close()
