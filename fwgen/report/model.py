"""The run report (format 1).

`statuses` counts the samples taken by status (wire.sample).
`kept` counts how often each standing expectation about the spec's requirements was not met (see
fwgen.report.standing); null: this run cannot show it.

A figure that a run does not have is null: `ack_ms` of a suspend that was called off before the
acknowledgement, or that the firmware was not told of; `jitter_us` on a backend without a real clock
(host); `core` where no core is emulated (host); `pc` and `address` of a DDR access on the host.
Only `wall_s` and `speed` differ from run to run; `fingerprint` is the digest of all that the run
decided (its first eight digits) and measured (the last eight) in virtual time.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

FORMAT = 1


class Linux(TypedDict):
    """Which Linux ran; `version`: the release of a real kernel. `awake`: the share of the run in
    which it was not asleep."""

    kind: Literal["emulated", "kernel"]
    version: str | None
    awake: float


class Samples(TypedDict):
    """taken = delivered + lost + declared_lost + waiting; `duplicated`, `out_of_order` and `wrong`
    count received samples. `waiting`: in the log when the run ends, and not due yet."""

    taken: int
    delivered: int
    lost: int
    declared_lost: int
    duplicated: int
    out_of_order: int
    wrong: int
    waiting: int


class Sleep(TypedDict):
    at_s: float
    ack_ms: float | None
    slept_s: float
    wake_cause: str
    first_sample_ms: float | None
    drain_ms: float | None
    backlog: int


class Outage(TypedDict):
    """The M33 did not run for `for_s`, until Linux had started it again (null: it did not).
    `not_taken`: samples of which no one was taken therefore; they have no number."""

    at_s: float
    for_s: float | None
    why: str
    log: str
    not_taken: int


class Access(TypedDict):
    pc: int | None
    address: int | None
    t_s: float


class Ddr(TypedDict):
    accesses_while_closed: int
    first: Access | None


class Link(TypedDict):
    """The firmware's counters in its status messages, summed over all its starts."""

    blocked_accesses: int
    bad_rings: int
    bad_messages: int
    foreign_messages: int


class Log(TypedDict):
    capacity_bytes: int
    peak_bytes: int
    bytes_per_sample: float


class Jitter(TypedDict):
    """Difference between the sampling time and its schedule."""

    p50: int | None
    p99: int | None
    max: int | None


class Share(TypedDict):
    """What the M33 did in `for_s` seconds: `running` and `waiting` (CSleep) are shares of 1;
    `wake_ups_per_s` and `by`, its parts by interrupt, are means."""

    for_s: float
    running: float
    waiting: float
    wake_ups_per_s: float
    by: dict[str, float]


class Core(TypedDict):
    """Null: Linux was never so."""

    awake: Share | None
    asleep: Share | None


class Ignored(TypedDict):
    """A step of the scenario that was not possible at its time, or changed nothing."""

    at_s: float
    do: str
    reason: str


class Start(TypedDict):
    """What the firmware said of one of its starts; `at_s`: when Linux received it. `reset`: why the
    machine started, null if unknown. `memory`: kept, only blocks, new, unusable. `unreadable`:
    words of the log's memory; `damaged`: blocks in it."""

    at_s: float
    boot: int
    reset: str | None
    memory: str
    unreadable: int
    damaged: int


class Crash(TypedDict):
    """A crash of the firmware; `at_s`: when Linux learned of it. `number` counts the crashes of the
    log's memory. A figure that is not known is null."""

    at_s: float
    number: int
    kind: str
    pc: int | None
    lr: int | None
    line: int | None
    function: str | None
    source: str | None
    boot: int
    uptime_s: int | None


class Sensor(TypedDict):
    """One of two sensors. The report's own `samples` and `statuses` are of both, its `jitter_us`
    and `log.bytes_per_sample` of the first."""

    name: str
    period_us: int
    samples: Samples
    statuses: dict[str, int]
    jitter_us: Jitter
    bytes_per_sample: float


Report = TypedDict(
    "Report",
    {
        "fwgen-report": int,
        "backend": str,
        "linux": Linux,
        "spec": str,
        "scenario": str,
        "seed": int,
        "virtual_s": float,
        "wall_s": float,
        "speed": float,
        "samples": Samples,
        "statuses": dict[str, int],
        "sleeps": list[Sleep],
        "outages": list[Outage],
        "ddr": Ddr,
        "link": Link,
        "log": Log,
        "jitter_us": Jitter,
        "sensors": NotRequired[list[Sensor]],
        "core": Core | None,
        "kept": dict[str, int | None],
        "ignored": list[Ignored],
        "starts": list[Start],
        "crashes": list[Crash],
        "fingerprint": str,
        "verdict": Literal["pass", "fail"],
        "reasons": list[str],
    },
)
