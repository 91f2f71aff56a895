from __future__ import annotations

import re

from fwgen.record import CoreShare, DdrAccess, RunRecord, SleepRecord
from fwgen.report.document import build_report
from fwgen.report.table import render_table
from fwgen.terminal import Style
from tests.report.records import make_record, scenario


def table_of(record: RunRecord, style: Style | None = None, expect: str = "{}") -> str:
    return render_table(build_report(record, scenario(expect)), style or Style())


def damaged() -> RunRecord:
    record = make_record(28_800, ((600.0, 27_000.0),))
    record.delivered.whole().value[3] += 1
    record.ddr_accesses = [DdrAccess(20.0, 0x0A043120, 0x812F8000, "rpmsg send")]
    record.jitter_us = record.taken.whole().at_us * 0 + 3
    record.sleeps += [SleepRecord(28_000.0, None, 0.0, "abort", None, None, 123_456)] * 40
    return record


def test_the_table_has_all_figures_of_the_report() -> None:
    text = table_of(make_record())
    assert "a test" in text and "host backend, emulated Linux, seed 1" in text
    assert "60 s of virtual time in 500 ms, 120 times real time" in text
    assert "the generated core on the host, not the firmware" in text
    assert re.search(r"taken  delivered  lost .*\n +1,000 +1,000 +0 +0 +0 +0 +0\n", text)
    assert re.search(r"1  00:00:09 +1.2 ms +29.8 s +timer +1 ms +17.1 ms +500\n", text)
    assert "39.1 of 99.6 KiB at most" in text and "0.82 bytes per sample" in text
    assert "DDR        not touched while it was closed" in text
    assert "  ✓ PASS\n    All 1,000 samples arrived" in text


def test_a_failure_gives_its_reasons() -> None:
    text = table_of(damaged())
    assert "  ✗ FAIL\n" in text
    assert "1 sample arrived with another value" in text
    assert "1 access while it was closed" in text
    assert "and 17 more" in text
    assert "3 us off the schedule" in text


def test_it_fits_80_columns() -> None:
    for record in (make_record(), damaged()):
        assert max(map(len, table_of(record, expect="{sleeps: 3}").splitlines())) <= 80


def test_the_timeline_shows_when_linux_slept() -> None:
    (line,) = (ln for ln in table_of(make_record()).splitlines() if ln.startswith("  Linux"))
    drawn = line.split()[1]
    assert len(drawn) == 62
    assert drawn.index("█") == round(62 * 9.64 / 60)
    assert abs(drawn.count("█") - 62 * 29.8 / 60) < 1.5


def test_it_is_ascii_if_the_terminal_supports_only_that() -> None:
    assert table_of(damaged(), Style(unicode=False)).isascii()
    assert "\n  PASS\n" in table_of(make_record(), Style(unicode=False))


def test_colours_change_nothing_but_colours() -> None:
    for record in (make_record(), damaged()):
        painted = table_of(record, Style(colour=True))
        assert "\x1b[" in painted
        assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == table_of(record)


def test_a_run_of_nothing() -> None:
    assert "No sample was taken" in table_of(RunRecord("renode", "a", "b", 0))


def test_it_shows_the_share_of_the_m33_or_that_it_is_not_known() -> None:
    record = make_record()
    assert "M33        its share is not known" in table_of(record)
    record.core = {"awake": CoreShare(), "asleep": CoreShare(40.0, 0.02, {"clock": 1_320})}
    words = " ".join(table_of(record).split())
    assert "Linux asleep: runs 0.05%, waits 99.95% of the time; 33 wake-ups a second" in words
    assert "(clock 33)" in words
    assert "Linux awake:" not in words
