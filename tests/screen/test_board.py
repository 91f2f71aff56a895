"""From the service's documents to what is shown, without Qt."""

from __future__ import annotations

import pytest

from fwgen.screen.board import ABSENT, SILENT, Board
from fwgen.screen.trace import Trace
from fwgen.service.recent import BUCKET_US, DISTANCE_COLUMN, MOST_BUCKETS, Recent
from fwgen.service.times import iso
from tests.screen.scenes import (
    CHANNELS,
    NOW_US,
    Clock,
    asleep,
    board_of,
    climate_alone,
    climate_rows,
    live,
    nap,
    range_rows,
    rows,
    status,
    two_sensors,
)

SECOND_US = 1_000_000


def test_the_clock_is_the_service_s_and_runs_at_its_pace() -> None:
    clock = Clock()
    board = Board(clock, pace=5)
    assert board.now_us == 0
    board.connect()
    board.take({"status": status()})
    assert board.now_us == NOW_US
    clock.now_s += 2
    assert board.now_us == NOW_US + 10 * SECOND_US
    board.take({"status": status(utc=iso(NOW_US + 11 * SECOND_US))})
    assert NOW_US + 10 * SECOND_US < board.now_us < NOW_US + 11 * SECOND_US, "no leap"
    board.take({"status": status(utc=iso(NOW_US + 3600 * SECOND_US))})
    assert board.now_us == NOW_US + 3600 * SECOND_US, "a leap is followed"


def test_a_sleep_leaves_a_hole_that_the_backlog_fills() -> None:
    board = asleep()
    assert board.asleep_since_us == NOW_US - 64 * SECOND_US
    hole = (NOW_US - 60 * SECOND_US, NOW_US - 4 * SECOND_US)
    assert list(board.recents[DISTANCE_COLUMN].between(*hole)) == []
    board.take({"status": status(linux={"state": "awake", "since": iso(NOW_US)}, backlog=1066)})
    board.take({"samples": rows(NOW_US - 64 * SECOND_US, NOW_US)})
    assert (
        len(list(board.recents[DISTANCE_COLUMN].between(*hole))) == 56 * SECOND_US // BUCKET_US + 1
    )
    assert board.asleep_since_us is None


def test_an_old_sample_does_not_replace_a_newer_one() -> None:
    board = live()
    newest = board.sample
    board.take({"status": status(last_sample=rows(NOW_US - 60_000_000, NOW_US - 59_000_000)[0])})
    assert board.sample is newest


def test_a_service_that_ends_leaves_what_was_known() -> None:
    board = live()
    board.disconnect()
    assert board.linux == ABSENT and not board.online
    assert board.sample is not None and len(board.recents[DISTANCE_COLUMN]) > 1000
    board.connect()
    assert board.wants_recent, "what was missed is asked for"


def test_a_service_that_does_not_answer_is_silent_but_not_while_linux_sleeps() -> None:
    for scene, expected in ((live, SILENT), (asleep, "asleep")):
        board = scene()
        board._seconds.now_s += 10  # type: ignore[attr-defined]
        assert board.linux == expected


def test_a_request_to_sleep_is_made_once_and_its_refusal_is_shown_for_some_seconds() -> None:
    clock = Clock()
    board = board_of([{"status": status()}], clock)
    assert board.ask_for_sleep() and board.asking
    assert not board.ask_for_sleep(), "one request is enough"
    board.take({"sleep": nap(refused="no process that may suspend Linux is there")})
    assert board.refused == "no process that may suspend Linux is there"
    assert not board.asking and board.ask_for_sleep()
    clock.now_s += 20
    assert board.refused == ""
    assert [one.slept_s for one in board.naps] == [69.3], "a refusal is no sleep"


def test_the_screen_itself_was_suspended_for_an_hour() -> None:
    """On the board it sleeps with the system: nothing arrives, and the clock goes on."""
    clock = Clock()
    before = rows(NOW_US - 10 * SECOND_US, NOW_US)
    going = status(linux={"state": "asleep", "since": iso(NOW_US)}, sleeps=[])
    board = board_of([{"status": status()}, {"samples": before}, {"status": going}], clock)
    clock.now_s += 3600
    woken_us = NOW_US + 3600 * SECOND_US
    assert board.now_us == woken_us and board.asleep_since_us == NOW_US
    sleep = nap(asked=iso(NOW_US), ended=iso(woken_us), slept_s=3600.0)
    awake = status(
        utc=iso(woken_us), linux={"state": "awake", "since": iso(woken_us)}, sleeps=[sleep]
    )
    board.take({"status": awake})
    for start_us in range(NOW_US, woken_us, 60 * SECOND_US):  # the backlog, a minute a line
        board.take({"samples": rows(start_us, start_us + 60 * SECOND_US)})
    assert board.asleep_since_us is None and board.naps[-1].slept_s == 3600.0
    shown = list(board.recents[DISTANCE_COLUMN].between(woken_us - 300 * SECOND_US, woken_us))
    assert len(shown) == 300 * SECOND_US // BUCKET_US


def test_lines_that_the_service_skipped_are_asked_for() -> None:
    board = live()
    board.wants_recent = False
    board.take({"missed": 5})
    assert board.wants_recent
    before = len(board.recents[DISTANCE_COLUMN])
    board.take({"recent": [[NOW_US // BUCKET_US + 4, 3, 900, 920, 910]]})
    assert len(board.recents[DISTANCE_COLUMN]) == before + 1


def test_days_do_not_let_it_grow() -> None:
    """Three days, 12 s of samples each ten minutes, with a sleep each hour; then an hour of all."""
    board = board_of([{"status": status()}])
    sizes = set()
    for step in range(3 * 24 * 6):
        start_us = NOW_US + step * 600 * SECOND_US
        board.take({"samples": rows(start_us, start_us + 12 * SECOND_US)})
        if step % 6 == 0:
            sleep = nap(asked=iso(start_us), ended=iso(start_us + SECOND_US))
            board.take({"sleep": sleep})
            board.take({"status": status(sleeps=[sleep])})
        sizes.add(len(board.recents[DISTANCE_COLUMN]))
    board.take({"samples": rows(start_us, start_us + 3600 * SECOND_US)})
    sizes.add(len(board.recents[DISTANCE_COLUMN]))
    assert max(sizes) <= MOST_BUCKETS * 9 // 8
    assert len(board.naps) == 40


def test_the_clock_set_back_begins_a_new_curve() -> None:
    recent = Recent()
    first = rows(NOW_US, NOW_US + 10 * SECOND_US)
    recent.add(first, [NOW_US + i * 60_000 for i in range(len(first))], NOW_US)
    later = [{**row, "position": row["position"] + 1000} for row in first]
    back_us = NOW_US - 7200 * SECOND_US
    recent.add(later, [back_us + i * 60_000 for i in range(len(later))], back_us)
    assert recent.newest_us == back_us + (len(later) - 1) * 60_000
    assert all((number or 0) * BUCKET_US < NOW_US for number, *_ in recent.dump())


def test_samples_without_a_time_are_placed_by_the_firmware_s_clock() -> None:
    recent = Recent()
    first = rows(NOW_US - 20 * SECOND_US, NOW_US)
    end_us = recent.add(first, [None] * len(first), NOW_US)
    assert NOW_US - 60_000 <= end_us <= NOW_US
    (early, *_) = recent.dump()
    assert abs(int(early[0] or 0) * BUCKET_US - (NOW_US - 20 * SECOND_US)) <= BUCKET_US


def test_what_came_twice_counts_once() -> None:
    recent = Recent()
    found = rows(NOW_US, NOW_US + SECOND_US)
    for _ in range(2):
        recent.add(found, [NOW_US + i * 60_000 for i in range(len(found))], NOW_US)
    assert sum(count or 0 for _, count, *_ in recent.dump()) == len(found)
    other = Recent()
    other.merge(recent.dump())
    other.merge(recent.dump())
    assert other.dump() == recent.dump()


@pytest.mark.parametrize("changes", [{"last_sample": None}, {"firmware": {}}, {"sleeps": []}])
def test_a_service_that_knows_little_is_shown(changes: dict[str, object]) -> None:
    board = board_of([{"status": status(**changes)}])
    assert board.online and board.linux == "awake"


def test_a_second_sensor_has_its_values_and_leaves_the_distance() -> None:
    board = two_sensors()
    assert [channel["name"] for channel in board.channels] == [
        "climate.ambient-temp",
        "climate.humidity",
    ]
    assert board.values["climate.ambient-temp"] == -12.34
    assert board.sample is not None and "range.distance" in board.sample
    assert board.value == board.sample["range.distance"]
    assert len(board.recents["range.distance"]) > 1000
    assert len(board.recents["climate.humidity"]) == 330
    assert board.recents["range.distance"].period_us == 60_000
    assert board.recents["climate.humidity"].period_us == SECOND_US
    fails = {"climate.ambient-temp": None, "climate.humidity": None, "status": "sensor fault"}
    board.take({"samples": [{**rows(NOW_US, NOW_US + 60_000)[0], "log": "a11ce/1", **fails}]})
    assert board.values["climate.humidity"] is None and board.sample["status"] == "valid"


def test_without_a_distance_the_first_channel_is_drawn() -> None:
    board = climate_alone()
    assert board.main["name"] == "ambient-temp" and len(board.recents["ambient-temp"]) > 1000
    assert [channel["name"] for channel in board.channels] == ["humidity"]
    assert board.value == -12.34
    assert board.sample_us is not None


def test_two_curves_are_the_main_channel_and_one_of_the_other_sensor() -> None:
    board = two_sensors()
    first, temperature, _ = channels = [board.main, *board.channels]
    assert board.drawn(2) == [first, temperature]
    assert board.drawn(1) == [first]
    for number in (2, 1, 2):
        board.choose(channels[number]["name"])
        assert board.drawn(2) == [first, channels[number]]
        assert board.drawn(1) == [channels[number]]
    board.choose(first["name"])
    assert board.drawn(2) == [first, temperature] and board.drawn(1) == [first]
    board.choose("of a sensor that is no longer there")
    assert board.drawn(2) == [first, temperature]


def test_the_second_curve_is_at_first_of_the_other_sensor() -> None:
    """Also if the main channel's sensor has others before it."""
    named = [
        {"sensor": sensor, "name": f"{sensor}.{name}", "unit": unit, "decimals": 0}
        for sensor, name, unit in (("a", "x", "g"), ("a", "y", "mm"), ("b", "z", "g"))
    ]
    board = board_of([{"status": status(channels=named)}])
    assert [one["name"] for one in board.drawn(2)] == ["a.y", "b.z"]
    alone = board_of([{"status": status(channels=named[:2])}])
    assert [one["name"] for one in alone.drawn(2)] == ["a.y", "a.x"]


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (2, ["climate.humidity", "climate.ambient-temp", "climate.humidity"]),
        (1, ["climate.ambient-temp", "climate.humidity", "range.distance"]),
    ],
)
def test_the_next_channel(room: int, expected: list[str]) -> None:
    board = two_sensors()
    found = []
    for _ in expected:
        board.choose_next(room)
        found.append(board.drawn(room)[-1]["name"])
    assert found == expected


def test_one_channel_has_one_curve() -> None:
    board = live()
    assert [one["name"] for one in board.drawn(2)] == [DISTANCE_COLUMN]
    board.choose_next(2)
    assert [one["name"] for one in board.drawn(2)] == [DISTANCE_COLUMN]


def test_a_thinned_curve_is_that_of_its_channel() -> None:
    board = board_of([{"status": status(channels=CHANNELS)}])
    number = NOW_US // BUCKET_US
    for name, value in (("climate.humidity", 40), ("range.distance", 900), ("unknown", 1)):
        found = [[number, 1, value, value, value]]
        board.take({"recent": found, "channel": name, "period_us": 7_000})
    assert board.recents["climate.humidity"].dump() == [[number, 1, 40, 40, 40]]
    assert board.recents["range.distance"].dump() == [[number, 1, 900, 900, 900]]
    assert board.recents["climate.humidity"].period_us == 7_000
    board.take({"recent": [[number, 2, 800, 900, 850]]})  # an older service
    assert board.recents["range.distance"].dump() == [[number, 2, 800, 900, 850]]


def test_channels_that_a_restarted_service_has_are_asked_for() -> None:
    board = live()
    board.wants_recent = False
    board.take({"status": status(channels=CHANNELS)})
    assert board.wants_recent and list(board.recents) == [one["name"] for one in CHANNELS]
    board.wants_recent = False
    board.take({"status": status(channels=CHANNELS)})
    assert not board.wants_recent


def test_each_sensor_has_its_own_gaps() -> None:
    """A sample a minute is a line; the same hole breaks the curve of a fast sensor."""
    slow = climate_rows(NOW_US - 300 * SECOND_US, NOW_US)[::60]
    slow = [{**row, "position": number} for number, row in enumerate(slow)]
    near = range_rows(NOW_US - 300 * SECOND_US, NOW_US)
    near = [row for row in near if not 1000 < near[-1]["position"] - row["position"] < 2000]
    board = board_of([{"status": status(channels=CHANNELS)}, {"samples": near}, {"samples": slow}])
    distance, temperature = (Trace(board, channel) for channel in board.drawn(2))
    for trace in (distance, temperature):
        trace.advance(1, sweeps=False)
    assert [len(one) for one in temperature.stretches(NOW_US, 600, smooth=False)] == [5]
    assert len(distance.stretches(NOW_US, 600, smooth=False)) == 2
    assert distance.ends[0] == 0 and temperature.ends[1] < -10
