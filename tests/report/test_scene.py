from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from fwgen.record import Band, RunRecord
from fwgen.report.scene import make_scene, ups_s
from tests.report.records import make_record


def without(record: RunRecord, rows: range) -> RunRecord:
    kept = np.ones(len(record.delivered), dtype=np.bool_)
    kept[list(rows)] = False
    columns = {name: column[kept] for name, column in vars(record.delivered).items()}
    record.delivered = replace(record.delivered, **columns)
    return record


def test_the_newest_sample_never_goes_back_and_is_constant_asleep() -> None:
    at_s, newest_s = make_scene(make_record()).known_up_to()
    assert (np.diff(newest_s) > 0).all() and (np.diff(at_s) > 0).all()
    assert not ((at_s > 10.1) & (at_s < 40)).any()
    assert newest_s[-1] == 59.94


def test_the_newest_sample_does_not_go_back_for_a_late_arrival() -> None:
    record = make_record(sleeps=())
    record.delivered.arrival_us[100] = 50_000_000
    at_s, newest_s = make_scene(record).known_up_to()
    assert (np.diff(newest_s) >= 0).all()
    assert newest_s[at_s == 50.0] > 49


def test_the_backlog_is_what_was_taken_and_has_not_arrived() -> None:
    scene = make_scene(make_record())
    at_s = np.linspace(0, 60, 500)
    naive = [int((scene.taken_s <= t).sum() - (scene.arrival_s <= t).sum()) for t in at_s]
    assert scene.waiting(at_s).tolist() == naive


def test_a_lost_sample_leaves_the_log_with_its_successor_and_never_overfills_it() -> None:
    record = without(make_record(), range(200, 300))
    record.sleeps = [replace(record.sleeps[0], backlog=400)]
    scene = make_scene(record)
    waiting = scene.waiting(np.array([12.0, 30.0, 39.9, 41.0]))
    assert waiting[2] == 400
    assert (np.diff(waiting[:3]) > 0).all()
    assert scene.waiting(np.array([59.0]))[0] < 10


def test_samples_without_a_distance_have_none() -> None:
    record = make_record()
    scene = make_scene(record)
    assert np.isnan(scene.got(0)[record.taken.whole().status == 3]).all()
    assert not np.isnan(scene.got(0)[record.taken.whole().status == 0]).any()


def test_linux_counts_as_up_even_if_it_suspends_at_once() -> None:
    record = make_record()
    states = [(0, "awake"), (5, "asking"), (6, "suspending"), (7, "asleep"), (9, "resuming")]
    states += [(10, "asking"), (11, "asleep"), (13, "resuming"), (14, "awake"), (20, "offline")]
    states += [(25, "awake"), (60, "")]
    record.bands = [
        Band(start, end, state) for (start, state), (end, _) in itertools.pairwise(states)
    ]
    assert ups_s(record) == [10, 14, 25]


def test_samples_that_had_to_wait_for_linux() -> None:
    scene = make_scene(make_record())
    late = scene.taken_s[scene.waited]
    assert 9.5 < late.min() < 10.1 and 39.9 < late.max() < 40.0
