"""`clocks`: the clocks of the two sides are apart, and the service's times are judged."""

from __future__ import annotations

import pytest

from fwgen.backends.dates import Dater
from fwgen.backends.host.backend import HostBackend
from fwgen.peer.events import Samples
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.report.model import Report
from fwgen.scenario.engine import UnsupportedSteps, check_supported
from fwgen.scenario.load import ScenarioErrors, parse_scenario
from fwgen.service import dating
from fwgen.wire.messages import Hello, PeerHello
from tests.backends.running import ROOM, run
from tests.wire.made import made_block

NIGHT = "{at: 10 s, do: suspend, for: 20 min}"
TROUBLE = (
    "{at: 5 s, do: disturb-doorbells, to: linux, how: late, by: 500 ms, for: 10 s}, "
    "{at: 40 s, do: suspend, for: 60 s}, {at: 70 s, do: reset-firmware}, "
    "{at: 110 s, do: crash-app}, {at: 130 s, do: start-app}, {at: 140 s, do: reboot-linux}"
)


def apart(clocks: str, steps: str, until: str) -> tuple[RunRecord, Report]:
    text = f"{ROOM}clocks: {clocks}\nsteps: [{steps}]\nuntil: {until}\n"
    return run(parse_scenario(text))


@pytest.mark.parametrize("clocks", ["100 ppm", "-100 ppm", "200 ppm", "0 ppm"])
@pytest.mark.parametrize(("steps", "until"), [(NIGHT, "1300 s"), (TROUBLE, "190 s")])
def test_each_sample_gets_its_time(clocks: str, steps: str, until: str) -> None:
    record, report = apart(clocks, steps, until)
    assert report["verdict"] == "pass", report["reasons"]
    assert (report["ignored"], report["kept"]["misdated"]) == ([], 0)
    assert record.dates is not None
    judged = record.dates.within_us[record.dates.within_us >= 0]
    assert len(judged) > 0.7 * len(record.dates.within_us)
    assert judged.max() < 100_000


def test_a_run_without_it_has_no_such_figure() -> None:
    record, report = run(parse_scenario(f"{ROOM}until: 5 s\n"))
    assert record.dates is None and report["kept"]["misdated"] is None


@pytest.mark.parametrize("clocks", ["100 ppm", "-100 ppm"])
def test_a_service_that_takes_the_clocks_for_equal_is_found(
    clocks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not look at later pairs: after 20 minutes it is 120 ms off."""
    monkeypatch.setattr(dating, "MOST_RATE", 0.0)
    monkeypatch.setattr(dating.Track, "note", first_only(dating.Track.note))
    _, report = apart(clocks, NIGHT, "1300 s")
    assert report["verdict"] == "fail"
    assert (report["kept"]["misdated"] or 0) > 1000
    assert "further from the true one than it states" in report["reasons"][0]
    assert apart("0 ppm", NIGHT, "1300 s")[1]["verdict"] == "pass"


def test_a_late_message_excuses_no_more_than_it_was_late() -> None:
    """It takes about 400 ms instead of at most 100 ms; a status in time ends the excuse."""
    late = "{at: 11 s, do: disturb-doorbells, to: linux, how: late, by: 500 ms, for: 5 s}"
    record, report = apart("0 ppm", late, "30 s")
    assert report["verdict"] == "pass", report["reasons"]
    assert record.dates is not None
    excused = record.dates.late_us.tolist()
    assert set(excused) == {0, max(excused)} and 200_000 < max(excused) < 400_000
    assert excused[0] == excused[-1] == 0
    record.dates.utc_us[excused.index(max(excused))] += 2 * max(excused)
    scenario = parse_scenario(f"{ROOM}clocks: 0 ppm\nuntil: 30 s\n")
    assert build_report(record, scenario)["kept"]["misdated"]


@pytest.mark.parametrize("ppm", [-200, 0, 200])
def test_a_message_is_late_by_linuxs_clock(ppm: int) -> None:
    dater = Dater(ppm)
    dater.began(0)
    dater.watch(PeerHello(3, bytes(8), 1, None, None, 6), True, 0)
    dater.watch(Hello(3, bytes(8), 1, 1, 0, 0, 0, 60_000, 6), False, 100_000_000)
    block = made_block(0, 60_000, 0, 1, bytes(4), [500])
    dater.stored(Samples(block, 0, 6, True), None)
    assert dater.dates(0).late_us.tolist() == [100_000_000 - 100 * ppm - dating.MOST_DELAY_US]


def test_a_service_that_believes_a_late_message_to_the_end_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first status after a sleep is late, so there is nothing that it contradicts."""
    late = "{at: 10 s, do: suspend, for: 5 s}, "
    late += "{at: 14.9 s, do: disturb-doorbells, to: linux, how: lost, for: 600 ms}"
    assert apart("0 ppm", late, "40 s")[1]["verdict"] == "pass"
    monkeypatch.setattr(dating.Track, "note", up_to(16_000_000, dating.Track.note))
    _, report = apart("0 ppm", late, "40 s")
    assert (report["kept"]["misdated"] or 0) > 100


def up_to(end_us: int, note: object) -> object:
    def noted(track: dating.Track, device_us: int, *times: float) -> None:
        if device_us < end_us:
            note(track, device_us, *times)  # type: ignore[operator]

    return noted


def first_only(note: object) -> object:
    def noted(track: dating.Track, *times: float) -> None:
        if not track.pairs:
            note(track, *times)  # type: ignore[operator]

    return noted


@pytest.mark.parametrize("ppm", [-200, -7, 0, 100, 200])
def test_an_instant_is_found_by_linuxs_time(ppm: int) -> None:
    dater = Dater(ppm)
    for linux_us in (0, 1, 4999, 5000, 5001, 123_456_789, 86_400_000_001):
        at_us = dater.at_us(linux_us)
        assert dater.linux_us(at_us) >= linux_us > dater.linux_us(at_us - 1)


def test_linuxs_own_times_are_on_its_clock() -> None:
    """The peer waits for 15 s of its clock before it says hello again."""

    def hello_us(clocks: str) -> int:
        steps = "{at: 10 s, do: disturb-doorbells, to: linux, how: lost, for: 10 s}"
        record, _ = apart(clocks, steps, "40 s")
        return next(one.at_us for one in record.beginnings if one.at_us > 12_000_000)

    assert hello_us("200 ppm") - hello_us("0 ppm") == pytest.approx(3_000, abs=500)


def test_clocks_are_at_most_200_ppm_apart() -> None:
    with pytest.raises(ScenarioErrors) as error:
        parse_scenario(f"{ROOM}clocks: 300 ppm\nuntil: 5 s\n", "x.yaml")
    assert "x.yaml:9:9: error[out-of-range]" in str(error.value)


def test_a_real_kernel_refuses_it() -> None:
    backend = HostBackend()
    backend.real_linux = True
    scenario = parse_scenario(f"{ROOM}clocks: 100 ppm\nuntil: 5 s\n", "x.yaml")
    with pytest.raises(UnsupportedSteps, match=r"x.yaml:9:1: .*`clocks` is not supported here"):
        check_supported(scenario, backend)


def test_the_report_names_the_worst_sample() -> None:
    record, _ = apart("100 ppm", NIGHT, "1300 s")
    assert record.dates is not None
    record.dates.utc_us[20] += 1e6
    scenario = parse_scenario(f"{ROOM}clocks: 100 ppm\nuntil: 1300 s\n")
    report = build_report(record, scenario)
    assert report["kept"]["misdated"] == 4
    assert "it is 1 s off, stated are" in report["reasons"][0]
