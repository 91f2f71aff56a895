"""Records as a backend makes them: a run with sleeps in which all samples arrive."""

from __future__ import annotations

import numpy as np

from fwgen.record import (
    ASKING,
    ASLEEP,
    AWAKE,
    RESUMING,
    SUSPENDING,
    Band,
    Delivered,
    Ints,
    RunRecord,
    SleepRecord,
    Taken,
)
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.wire.sample import SampleStatus

PERIOD_US = 60_000
BLOCK = 350
FIRST_DEVICE_US = 100_000
SPEC = 0x00010203


def scenario(expect: str = "{}", until: str = "60 s") -> Scenario:
    return parse_scenario(
        "fwgen-scenario: 1\nname: a test\ndistance: [{at: 0 s, mm: 1500}]\n"
        f"until: {until}\nexpect: {expect}\n"
        "steps: [{at: 1 s, do: suspend, every: 1 s, times: 40}]\n"
    )


def make_taken(samples: int, *, first_seq: int = 0, boots: tuple[int, ...] = ()) -> Taken:
    """`boots`: rows at which the firmware restarts, 200 ms late."""
    row = np.arange(samples, dtype=np.int64)
    boot = np.searchsorted(np.array(boots, dtype=np.int64), row, side="right")
    starts = np.array([0, *boots], dtype=np.int64)
    distance = (1500 + 900 * np.sin(row / 250)).astype(np.int64)
    status = np.where(row % 487 == 13, SampleStatus.NO_ECHO, 0)
    distance[status == SampleStatus.NO_ECHO] = 0
    return Taken(
        seq=first_seq + row,
        boot=boot + 1,
        spec=np.full(samples, SPEC, dtype=np.int64),
        time_us=FIRST_DEVICE_US + PERIOD_US * (row - starts[boot]),
        at_us=PERIOD_US * row + 200_000 * boot,
        value=distance,
        status=status,
        late_16ths=np.zeros(samples, dtype=np.int64),
    )


def deliver(taken: Taken, rows: Ints, arrival_us: Ints) -> Delivered:
    """Return these samples, in this order."""
    return Delivered(
        seq=taken.seq[rows],
        boot=taken.boot[rows],
        spec=taken.spec[rows],
        time_us=taken.time_us[rows],
        value=taken.value[rows],
        status=taken.status[rows],
        late_16ths=taken.late_16ths[rows],
        arrival_us=arrival_us,
    )


def make_record(
    virtual_s: float = 60.0,
    sleeps: tuple[tuple[float, float], ...] = ((10.0, 40.0),),
    **taken_as: object,
) -> RunRecord:
    """`sleeps`: when DDR closes and when Linux is up again, in s."""
    samples = round(virtual_s * 1e6) // PERIOD_US
    taken = make_taken(samples, **taken_as)  # type: ignore[arg-type]
    arrival_us = taken.at_us // 240_000 * 240_000 + 250_000
    record = RunRecord(
        backend="host",
        spec_name="range-node",
        scenario_name="a test",
        seed=1,
        period_us=PERIOD_US,
        virtual_s=virtual_s,
        wall_s=0.5,
        taken=taken,
        true_t_s=taken.at_us[::100] / 1e6,
        true_mm=1500 + 900 * np.sin(np.arange(samples)[::100] / 250),
        log_capacity_bytes=102_000,
        log_peak_bytes=40_000,
        log_bytes_per_sample=0.82,
    )
    came_up_s = 0.0
    for closed_s, up_s in sleeps:
        waits = (arrival_us > closed_s * 1e6) & (arrival_us < up_s * 1e6)
        arrival_us[waits] = up_s * 1e6 + 1e3 + np.arange(waits.sum()) // BLOCK * 12_000
        _add_sleep(record, came_up_s, closed_s, up_s, int(waits.sum()))
        came_up_s = up_s
    record.bands.append(Band(came_up_s, virtual_s, AWAKE))
    arrival_us = np.maximum.accumulate(arrival_us)
    record.delivered = deliver(taken, np.arange(samples), arrival_us)
    return record


def _add_sleep(record: RunRecord, came_up_s: float, closed_s: float, up_s: float, n: int) -> None:
    edges = [came_up_s, closed_s - 0.36, closed_s - 0.3, closed_s, up_s - 0.2, up_s]
    states = [AWAKE, ASKING, SUSPENDING, ASLEEP, RESUMING]
    record.bands += [
        Band(start, end, state) for start, end, state in zip(edges, edges[1:], states, strict=False)
    ]
    record.sleeps.append(
        SleepRecord(
            at_s=closed_s - 0.36,
            ack_ms=1.2,
            slept_s=up_s - 0.2 - closed_s,
            wake_cause="timer",
            first_sample_ms=1.0,
            drain_ms=n / BLOCK * 12,
            backlog=n,
        )
    )
