"""A run's figures for the overview: collected in parts, few numbers per column of pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fwgen.record import Floats, Ints
from fwgen.report import svg
from fwgen.report.samples import rows_of, runs
from fwgen.report.scene import Run, Scene

FEW_POINTS = 2500
_RINGS = 500


@dataclass(frozen=True)
class Survey:
    """Times in s, distances in mm. `nearest`, `farthest`: received in each column; NaN: nothing.
    `waiting`: how many samples the log holds at the requested times. `known_s`, `newest_s`: each
    arrival of new samples, and the time up to which Linux then has samples. `points`: all received
    distances with their times, if there are few."""

    nearest: Floats
    farthest: Floats
    waiting: Ints
    known_s: Floats
    newest_s: Floats
    points: tuple[Floats, Floats] | None


def survey(run: Run, columns: int, grid_s: Floats) -> Survey:
    nearest, farthest = np.full(columns, np.nan), np.full(columns, np.nan)
    waiting = np.zeros(len(grid_s), dtype=np.int64)
    known, newest = [], []
    points: list[tuple[Floats, Floats]] = []
    received = 0
    for scene in run.parts():
        column = np.clip((scene.taken_s * (columns / run.end_s)).astype(np.int64), 0, columns - 1)
        near, far = svg.columns(scene.got_mm, column, columns)
        nearest, farthest = np.fmin(nearest, near), np.fmax(farthest, far)
        waiting += scene.taken_and_not_gone(grid_s)
        at_s, up_to_s = _thinned(scene, run.end_s / columns)
        known.append(at_s)
        newest.append(up_to_s)
        got = ~np.isnan(scene.got_mm)
        received += int(got.sum())
        if received <= FEW_POINTS or not points:
            points.append((scene.taken_s[got], scene.got_mm[got]))
    known_s, newest_s = np.concatenate(known), np.concatenate(newest)
    order = np.argsort(known_s, kind="stable")
    all_x, all_y = (np.concatenate([part[n] for part in points]) for n in (0, 1))
    return Survey(
        nearest=nearest,
        farthest=farthest,
        waiting=_capped(run, waiting),
        known_s=known_s[order],
        newest_s=np.maximum.accumulate(newest_s[order]),
        points=(all_x, all_y) if received <= FEW_POINTS else None,
    )


def _thinned(scene: Scene, column_s: float) -> tuple[Floats, Floats]:
    """Return the first and the last arrival of each column."""
    at_s, newest_s = scene.known_up_to()
    if not len(at_s):
        return at_s, newest_s
    last = np.append(np.diff(np.floor(at_s / column_s)) != 0, True)
    kept = last | np.append(True, last[:-1])
    return at_s[kept], newest_s[kept]


def _capped(run: Run, waiting: Ints) -> Ints:
    """See Scene.waiting."""
    most = max((sleep.backlog for sleep in run.record.sleeps), default=0)
    return np.minimum(waiting, most) if most and (run.check.place < 0).any() else waiting


def wrong_points(run: Run) -> list[tuple[int, float, float]]:
    """Return number, time and distance of the first samples whose received values are wrong."""
    places = np.flatnonzero(run.check.wrong & ~run.check.unknown)[:_RINGS]
    part = run.record.delivered.pick(places)
    taken_s = run.record.taken.at(rows_of(run.record, run.check, places)) / 1e6
    return list(zip(part.seq.tolist(), taken_s.tolist(), run.record.first(part.value), strict=True))


def missing(run: Run, columns: int) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return kind and column ranges of the samples that never arrived."""
    found = []
    for kind, mask in (("declared", run.check.declared), ("lost", run.check.lost)):
        edges = np.zeros(columns + 1, dtype=np.int64)
        rows = np.array(runs(mask), dtype=np.int64).reshape(-1, 2)
        taken_s = run.record.taken.at(rows) / 1e6
        column = np.clip((taken_s * (columns / run.end_s)).astype(np.int64), 0, columns - 1)
        np.add.at(edges, column[:, 0], 1)
        np.add.at(edges, column[:, 1] + 1, -1)
        found.append((kind, runs(np.cumsum(edges[:-1]) > 0)))
    return found
