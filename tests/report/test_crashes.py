"""Starts and crashes of the firmware in the report, in the terminal and on the page."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from fwgen.backends.ledger import Ledger
from fwgen.backends.notes import note_event
from fwgen.peer.events import Started
from fwgen.peer.started import Crash, crash_words
from fwgen.record import CrashReport, RunRecord
from fwgen.report.document import build_report
from fwgen.report.html import render_html
from fwgen.report.model import Report
from fwgen.report.table import render_table
from fwgen.terminal import Style
from fwgen.wire.messages import Start
from tests.report.records import make_record, scenario

CRASH = Crash(3, "bus fault", 0x0A04_3210, 0x0A04_5678, 0, 0, 2, 61)
LOCATED = CrashReport(5_000_000, CRASH, "link_send", "link.c:120")
UNKNOWN = CrashReport(9_000_000, Crash(4, "watchdog", 0, 0, 0, 0, 3, 0))
WORDS = "bus fault at 0x0a043210 (link_send, link.c:120), in boot 2 after 61 s"
SCHEMA = Path(__file__).with_name("report.schema.json")


def crashed() -> RunRecord:
    record = make_record()
    record.crashes = [LOCATED, UNKNOWN]
    return record


def report_of(record: RunRecord) -> Report:
    return build_report(record, scenario("{}"))


def test_the_report_has_what_is_known_of_each_crash() -> None:
    report = report_of(crashed())
    jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert report["crashes"] == [
        {
            "at_s": 5.0,
            "number": 3,
            "kind": "bus fault",
            "pc": 0x0A04_3210,
            "lr": 0x0A04_5678,
            "line": None,
            "function": "link_send",
            "source": "link.c:120",
            "boot": 2,
            "uptime_s": 61,
        },
        {
            "at_s": 9.0,
            "number": 4,
            "kind": "watchdog",
            "pc": None,
            "lr": None,
            "line": None,
            "function": None,
            "source": None,
            "boot": 3,
            "uptime_s": None,
        },
    ]


def test_the_terminal_shows_each_crash() -> None:
    shown = render_table(report_of(crashed()), Style(unicode=False))
    lines = " ".join(shown.split())
    assert f"crash 3 {WORDS}" in lines
    assert "crash 4 watchdog, in boot 3" in lines
    assert max(map(len, shown.splitlines())) <= 80


def test_the_page_shows_each_crash() -> None:
    record = crashed()
    page = render_html(record, report_of(record))
    assert f'<td data-of="crash">{WORDS}</td>' in page
    assert "Crashes" not in render_html(make_record(), report_of(make_record()))


def test_a_crash_during_a_start_has_no_boot() -> None:
    crash = Crash(1, "bus fault", 0x10, 0, 0, 0, 0, 0)
    assert crash_words(crash) == "crash 1: bus fault at 0x00000010, during a start"
    record = make_record()
    record.crashes = [CrashReport(0, crash)]
    lines = " ".join(render_table(report_of(record), Style(unicode=False)).split())
    assert "crash 1 bus fault at 0x00000010, during a start" in lines


def test_a_repetition_is_in_the_report_once() -> None:
    start = Start(3, 0x20, 0, 0, 1, 5, 2, 2, 0, 16, 32, 0, 1, 61, 8, 77, 64, 0, 0, 2, 5)
    ledger = Ledger()
    note_event(ledger, Started(start, 7), 1_000_000)
    note_event(ledger, Started(start, 7), 2_000_000)
    assert [report.crash.number for report in ledger.crashes] == [4, 5]
    assert [(one.boot, one.reset, one.damaged) for one in ledger.starts] == [
        (3, "a reset of the M33 alone", 1)
    ]
    assert [event.text for event in ledger.events[:4]] == [
        "boot 3 of the firmware began after a reset of the M33 alone",
        "damaged blocks in the log: 1; their samples are lost",
        "crash 4: bus fault at 0x00000010, in boot 1 after 61 s",
        "crash 5: failed check at 0x00000040, source line 77, in boot 2 after 5 s",
    ]
