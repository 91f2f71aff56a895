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


class Received:
    """The received quantities of a channel. `nearest`, `farthest`: in each column; NaN: nothing."""

    def __init__(self, columns: int) -> None:
        self.nearest, self.farthest = np.full(columns, np.nan), np.full(columns, np.nan)
        self._points: list[tuple[Floats, Floats]] = []
        self._count = 0

    def add(self, taken_s: Floats, got: Floats, column: Ints) -> None:
        near, far = svg.columns(got, column, len(self.nearest))
        self.nearest, self.farthest = np.fmin(self.nearest, near), np.fmax(self.farthest, far)
        came = ~np.isnan(got)
        self._count += int(came.sum())
        if self._count <= FEW_POINTS or not self._points:
            self._points.append((taken_s[came], got[came]))

    @property
    def points(self) -> tuple[Floats, Floats] | None:
        """All times in s and quantities, if there are few."""
        if self._count > FEW_POINTS:
            return None
        x, y = (np.concatenate([part[n] for part in self._points]) for n in (0, 1))
        return x, y


@dataclass(frozen=True)
class Survey:
    """Times in s. `received`: of each channel. `waiting`: how many samples the log holds at the
    requested times. `known_s`, `newest_s`: each arrival of new samples, and the time up to which
    Linux then has samples."""

    received: list[Received]
    waiting: Ints
    known_s: Floats
    newest_s: Floats


def survey(run: Run, columns: int, grid_s: Floats) -> Survey:
    received = [Received(columns) for _ in run.record.channels]
    waiting = np.zeros(len(grid_s), dtype=np.int64)
    known, newest = [], []
    for scene in run.parts():
        column = np.clip((scene.taken_s * (columns / run.end_s)).astype(np.int64), 0, columns - 1)
        for index, one in enumerate(received):
            one.add(scene.taken_s, scene.got(index), column)
        waiting += scene.taken_and_not_gone(grid_s)
        at_s, up_to_s = _thinned(scene, run.end_s / columns)
        known.append(at_s)
        newest.append(up_to_s)
    known_s, newest_s = np.concatenate(known), np.concatenate(newest)
    order = np.argsort(known_s, kind="stable")
    return Survey(
        received=received,
        waiting=_capped(run, waiting),
        known_s=known_s[order],
        newest_s=np.maximum.accumulate(newest_s[order]),
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


def wrong_points(run: Run, index: int) -> list[tuple[int, float, float]]:
    """Return number, time and a channel's quantity of the first samples whose received values are
    wrong."""
    places = np.flatnonzero(run.check.wrong & ~run.check.unknown)[:_RINGS]
    part = run.record.delivered.pick(places)
    taken_s = run.record.taken.at(rows_of(run.record, run.check, places)) / 1e6
    shown = run.record.quantities(part.value, index)
    return list(zip(part.seq.tolist(), taken_s.tolist(), shown.tolist(), strict=True))


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
