"""status, tail, export and suspend, opposite a running service."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fwgen.errors import ExaminedBadError, ToolBrokeError
from fwgen.service.caller import Caller
from fwgen.service.command.main import main
from fwgen.service.command.status import lines
from fwgen.service.power.sysfs import Slept
from fwgen.service.sinks.lines import COLUMNS
from tests.patience import PATIENCE_S, wait_until
from tests.service.pty_firmware import PtyFirmware
from tests.service.running import end, positions, start

pytestmark = pytest.mark.needs("pty")


@dataclass
class Running:
    firmware: PtyFirmware
    database: Path
    socket: Path
    service: subprocess.Popen[str]

    def main(self, *words: str) -> int:
        return main([*words, "--socket", str(self.socket)])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    firmware = PtyFirmware()
    firmware.skip(300)
    database, socket = tmp_path / "db", tmp_path / "socket"
    words = ("--tty", firmware.path, "--database", database, "--socket", socket)
    service = start(*words)
    wait_until(lambda: len(positions(database)) >= 300, "300 samples")
    yield Running(firmware, database, socket, service)
    end(service)
    firmware.close()


def test_a_viewer_gets_the_last_minutes_thinned(running: Running) -> None:
    caller = Caller(running.socket)
    found: Any = caller.ask("recent", "recent")
    status = caller.ask("status", "status")
    caller.send({"do": "recent", "channel": "humidity"})
    with pytest.raises(ToolBrokeError, match="unknown channel: 'humidity'"):
        next(caller.lines())
    caller.close()
    assert sum(bucket[1] for bucket in found) >= 300
    numbers = [bucket[0] for bucket in found]
    assert numbers == sorted(numbers)
    assert all(1000 <= low <= last <= high < 1050 for _, _, low, high, last in found)
    now = datetime.fromisoformat(status["utc"]).timestamp()
    assert abs(numbers[-1] * 0.25 - now) < 5
    assert status["linux"]["state"] == "awake"


def test_another_spec_is_in_the_status(running: Running, tmp_path: Path) -> None:
    end(running.service)
    settings = tmp_path / "other.toml"
    settings.write_text('spec = "0011223344556677"\n')
    words = ("--tty", running.firmware.path, "--database", tmp_path / "other.db")
    service = start(*words, "--settings", settings, "--socket", running.socket)

    def other_spec() -> str:
        try:
            caller = Caller(running.socket)
        except ExaminedBadError:
            return ""
        status = caller.ask("status", "status")
        caller.close()
        return str(status["other_spec"])

    wait_until(lambda: len(other_spec()) == 16, "the firmware's spec in the status")
    end(service)


def test_status_and_tail_and_export(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert running.main("status") == 0
    out = capsys.readouterr().out
    assert f"online over {running.firmware.path}" in out
    assert "samples, 0 lost" in out

    assert running.main("status", "--json") == 0
    status = json.loads(capsys.readouterr().out)
    assert status["counts"]["samples"] >= 300
    assert status["last_sample"]["status"] == "valid"
    assert status["trouble"] == {}

    assert running.main("tail", "-n", "3", "--database", str(running.database)) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["valid"] * 3

    export = ["export", "--database", str(running.database)]
    assert main(export) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert [int(line.split(",")[1]) for line in lines[1:301]] == list(range(300))
    assert main([*export, "--format", "json", "--until", "2001-01-01"]) == 0
    assert capsys.readouterr().out == ""
    target = running.database.with_name("out.csv")
    assert main([*export, "-o", str(target)]) == 0
    assert len(target.read_text().splitlines()) >= 301
    assert main([*export, "-o", str(target)]) == 2, "it overwrites nothing"
    assert "the file exists" in capsys.readouterr().err


def test_tail_f_shows_each_sample_once(running: Running) -> None:
    """Also those that were published before it listened, and are stored after it has looked."""
    with closing(sqlite3.connect(running.database)) as held:
        held.execute("BEGIN IMMEDIATE")  # the service cannot store
        (stored,) = held.execute("SELECT max(position) FROM sample").fetchone()
        caller = Caller(running.socket)

        def published() -> int:
            return int(caller.ask("status", "status")["last_sample"]["position"])

        wait_until(lambda: published() > stored + 10, "samples that are not stored")
        caller.close()
        command = [sys.executable, "-m", "fwgen.service", "tail", "-f", "-n", "3", "--json"]
        where = ("--database", running.database, "--socket", running.socket)
        tail = subprocess.Popen([*command, *map(str, where)], stdout=subprocess.PIPE, text=True)
        assert tail.stdout is not None
        found = [json.loads(tail.stdout.readline())["position"] for _ in range(3)]
        assert found == [stored - 2, stored - 1, stored]
    found += [json.loads(tail.stdout.readline())["position"] for _ in range(60)]
    assert found == list(range(stored - 2, stored + 61))
    tail.kill()
    tail.wait()
    tail.stdout.close()


def test_the_backlog_has_an_age_and_is_not_shown_of_a_firmware_that_is_away(
    running: Running,
) -> None:
    caller = Caller(running.socket)
    while (status := caller.ask("status", "status"))["backlog"] is None:
        assert status["backlog_age_s"] is None
        time.sleep(0.1)
    caller.close()
    assert 0 <= status["backlog_age_s"] < PATIENCE_S
    status |= {"backlog": 9, "backlog_age_s": 4.2}
    said = "backlog   9 samples in the firmware's log, 4 s ago"
    assert said in lines(status)
    assert not [line for line in lines({**status, "online": False}) if "backlog" in line]


def test_suspend_ends_in_the_database(
    running: Running, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    doors: list[bool] = []

    def sleep(power: object, wanted: object) -> Slept:
        doors.append(running.firmware.node.door_open)
        return Slept(3600.0, ("rtc0",))

    monkeypatch.setattr("fwgen.service.command.suspend.SysfsPower.suspend", sleep)
    assert running.main("suspend") == 0
    assert capsys.readouterr().out.startswith("slept 3600.0 s; woken by rtc0")
    assert doors == [False], "the firmware had agreed"
    assert running.main("status", "--json") == 0
    (slept,) = json.loads(capsys.readouterr().out)["sleeps"]
    assert (slept["by"], slept["causes"]) == ("command", ["rtc0"])
    before = len(positions(running.database))
    wait_until(lambda: len(positions(running.database)) > before + 10, "samples after the sleep")


def test_a_process_that_ends_during_the_suspend_wakes_the_firmware(running: Running) -> None:
    server, asker = Caller(running.socket), Caller(running.socket)
    server.send({"do": "serve"})
    asker.send({"do": "suspend"})
    assert next(iter(server.lines())) == {"now": {"mode": "", "alarm_s": None}}
    server.close()
    outcome = next(iter(asker.lines()))["sleep"]
    assert outcome["refused"] == "the process that suspends Linux has ended"
    asker.close()


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"alarm_s": 0}, "`alarm_s`: expected 1 to 31622400, found 0"),
        ({"alarm_s": True}, "`alarm_s`: expected"),
        ({"alarm_s": "9"}, "`alarm_s`: expected"),
        ({"mode": "disk"}, "`mode`: expected one of deep, s2idle, found 'disk'"),
        ({"mode": ["deep"]}, "`mode`: expected one of"),
    ],
)
def test_a_request_with_a_wrong_alarm_or_mode_is_an_error(
    running: Running, wanted: dict[str, Any], error: str
) -> None:
    asker = Caller(running.socket)
    asker.send({"do": "suspend", **wanted})
    with pytest.raises(ToolBrokeError, match=re.escape(error)):
        next(iter(asker.lines()))
    asker.close()


@pytest.mark.parametrize(
    ("slept", "error"),
    [
        ({"causes": 5}, "slept: `causes`: expected a list of texts, found 5"),
        ({"causes": ["\ud800"]}, "slept: 'utf-8' codec can't encode"),
        ({"slept_s": float("nan")}, "slept: `slept_s`: expected seconds, found nan"),
        ({"slept_s": "1"}, "slept: `slept_s`: expected seconds"),
        ({"slept_s": True}, "slept: `slept_s`: expected seconds, found True"),
        ({"errno": True}, "slept: `errno`: expected an error number, found True"),
        ({"errno": 1e999}, "slept: `errno`: expected an error number, found inf"),
        ({"error": 3}, "slept: `error`: expected a list of texts"),
    ],
)
def test_a_wrong_answer_to_a_suspend_is_an_error(
    running: Running, slept: dict[str, Any], error: str
) -> None:
    asker = Caller(running.socket)
    asker.send({"slept": slept})
    with pytest.raises(ToolBrokeError, match=re.escape(error)):
        next(iter(asker.lines()))
    asker.close()


def test_without_a_process_that_may_suspend_the_request_fails(running: Running) -> None:
    """The firmware is not asked, and the refusal is kept."""
    asker = Caller(running.socket)
    sleep = asker.ask("suspend", "sleep")
    assert "fwgen-peer suspend --serve" in sleep["refused"]
    assert sleep["acknowledged"] is False
    assert running.firmware.node.door_open
    status = asker.ask("status", "status")
    assert status["sleeps"] == [sleep]
    assert (status["counts"]["refused_suspends"], status["linux"]["state"]) == (1, "awake")
    asker.close()

    def kept() -> list[tuple[str, int]]:
        with closing(sqlite3.connect(running.database)) as db:
            return db.execute("SELECT refused, acknowledged FROM sleep").fetchall()

    wait_until(lambda: kept() == [(sleep["refused"], 0)], "the refusal in the database")


def test_a_watcher_gets_samples(running: Running) -> None:
    caller = Caller(running.socket)
    caller.send({"do": "watch"})
    lines = caller.lines()
    assert next(lines)["status"]["online"]
    samples = next(document["samples"] for document in lines if "samples" in document)
    assert tuple(samples[0]) == COLUMNS
    caller.close()


def test_the_documents_have_the_fields_that_the_documentation_names(running: Running) -> None:
    text = (Path(__file__).parents[2] / "docs/peer.md").read_text()
    rows = re.findall(r"^\| `(status|firmware|samples|sleep)` \| (.*) \|$", text, re.MULTILINE)
    # in brackets there is what a field means
    named = {kind: re.findall(r"`([^`]+)`", re.sub(r"\([^)]*\)", "", row)) for kind, row in rows}
    assert len(named) == 4
    caller = Caller(running.socket)
    caller.send({"do": "watch"})
    lines = caller.lines()
    found: dict[str, Any] = {}
    while len(found) < 2 or "calls" not in found["status"]["firmware"]:
        found |= next(lines)
    status = found["status"]
    sleep = caller.ask("suspend", "sleep")
    caller.close()
    for name, document in (
        ("status", status),
        ("firmware", status["firmware"]),
        ("samples", found["samples"][0]),
        ("sleep", sleep),
    ):
        assert named[name]
        assert set(named[name]) <= set(document), name


@pytest.mark.parametrize("text", ["12", "0 s", "x"])
def test_a_wrong_alarm_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["suspend", "--alarm", text, "--socket", str(tmp_path / "s")]) == 2
    assert "--alarm: expected" in capsys.readouterr().err


def test_the_suspending_process_serves_until_the_service_ends(
    running: Running, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "fwgen.service.command.suspend.SysfsPower.suspend", lambda power, wanted: Slept(1.0)
    )
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(running.main("suspend", "--serve")))
    thread.start()
    asker = Caller(running.socket)

    def slept() -> bool:
        return bool(asker.ask("suspend", "sleep")["refused"] == "")

    wait_until(slept, "a sleep through the serving process")
    asker.close()
    end(running.service)
    thread.join(PATIENCE_S)
    assert codes == [1]
