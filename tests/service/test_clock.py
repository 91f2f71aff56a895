"""A system clock that is not set, or leaps."""

from __future__ import annotations

from pathlib import Path

from fwgen.peer.events import Samples
from fwgen.service.clock import Clock
from fwgen.service.items import Mark, Run
from fwgen.service.sinks.sqlite import SqliteSink
from fwgen.service.system_clock import is_set, utc_offset_us
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import Hello, PeerHello
from tests.service.make_items import ONE, PERIOD_US, SPEC, run

SET_US = 1_764_149_000_000_000.0
NOW_US = 100_000_000
"""Linux's clock when the firmware's shows 50 s."""


class Bench:
    def __init__(self, offset_us: float) -> None:
        self.offset_us = offset_us
        self.told: list[str] = []
        self.clock = Clock(None, self.told.append, lambda: self.offset_us)
        watch = self.clock.dating.watch
        watch(PeerHello(FORMAT, None, 7, None, None, 1), True, NOW_US)
        hello = Hello(FORMAT, SPEC * 2, 1, 7, 0, 0, 50_000_000, PERIOD_US, ONE.identity)
        watch(hello, False, NOW_US + 2_000)

    def samples(self, position: int, count: int) -> Run:
        made = run(position, count)
        dated = self.clock.date(Samples(made.block, 0, ONE.identity, True))
        return Run(ONE, position, made.block, 0, dated)


def test_the_system_clock_of_this_machine_is_set() -> None:
    assert is_set(utc_offset_us())
    assert not is_set(0.0)


def test_a_leap_is_reported_once_and_slow_adjustment_is_not() -> None:
    bench = Bench(SET_US)
    bench.offset_us += 2_000
    bench.clock.check()
    bench.offset_us -= 3_600_000_000
    bench.clock.check()
    bench.clock.check()
    assert bench.told == ["the system clock leapt by -3600.000 s"]


def test_samples_stored_before_the_clock_was_set_get_their_time_afterwards(tmp_path: Path) -> None:
    bench = Bench(0.0)
    sink = SqliteSink(tmp_path / "db")
    sink.open()
    early = bench.samples(0, 100)
    assert early.dated is None
    sink.store([early], None)
    mark = Mark(ONE, 100, 1)
    assert bench.clock.redate(mark) is None, "not yet"
    bench.offset_us = SET_US
    late = bench.samples(100, 1)
    redate = bench.clock.redate(mark)
    assert late.dated is not None
    assert redate is not None
    assert bench.clock.redate(mark) is None, "once"
    sink.store([late, redate], None)
    rows = sink._open_db.execute("SELECT position, utc_us, within_us, basis FROM sample").fetchall()
    sink.close()
    for position, utc_us, within_us, basis in rows:
        true = NOW_US + 1_000 - 50_000_000 + position * PERIOD_US + SET_US
        assert abs(utc_us - true) <= within_us < 1_000 + 200e-6 * 51_000_000
        assert basis == ("pair" if position == 100 else "later")


def test_a_database_remembers_the_last_time(tmp_path: Path) -> None:
    bench = Bench(SET_US)
    sink = SqliteSink(tmp_path / "db")
    sink.open()
    assert sink.last_dated() is None
    made = bench.samples(0, 10)
    sink.store([made], made.mark)
    last = sink.last_dated()
    sink.close()
    assert last is not None
    assert last.device_us == 9 * PERIOD_US
    assert (
        abs(last.utc_us - (NOW_US + 1_000 - 50_000_000 + 9 * PERIOD_US + SET_US)) <= last.within_us
    )
