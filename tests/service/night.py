"""A night in the real Linux kernel: the service is killed at random moments, over sleeps and resets
of the M33. `python -m tests.service.night --help` runs long ones by hand.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from fwgen.backends.kernel.host import KernelHostBackend
from fwgen.backends.renode.backend import RenodeBackend
from fwgen.backends.renode.options import Options
from fwgen.output import print_json
from fwgen.record import RunRecord
from fwgen.scenario.backend import Backend
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from tests.backends.kernel.running import kernel
from tests.backends.renode.test_firmware import elf
from tests.backends.running import reference_plan
from tests.service import kernel_application

ZERO_US: Final = 1_800_000_002_300_000
"""UTC at scenario time 0, by Linux's clock."""
LATER_US: Final = {"host": (0, 0), "renode": (0, 100_000)}
"""By backend: so much later is scenario time 0. The ELF needs some time to its first sample."""
LONGEST_S: Final = 40
MASKED: Final = {"host": 0.0, "renode": 1e-4}
"""By backend: the share of samples that may be 1 mm off. Probably because
Zephyr masks all interrupts for up to a microsecond now and then: an edge of the echo is then seen
so much later, which is 0.2 mm."""
_LAST: Final = 100
"""At most so many samples of the end had no time to arrive."""


@dataclass(frozen=True)
class Kept:
    """What the database has. `greeted`: how often a service met the firmware; `unseen`: samples of
    lives of the firmware that began and ended while Linux slept; `within_us`: the largest stated
    uncertainty of the others; `off`: samples that are 1 mm off (see MASKED)."""

    kills: int
    greeted: int
    sleeps: int
    slept_s: float
    resets: int
    virtual_s: float
    samples: int
    within_us: int
    unseen: int
    off: int


def night(kills: int, seed: int, longest_s: int = LONGEST_S) -> str:
    """Return a scenario. `longest_s`: the longest sleep."""
    chance = random.Random(seed)
    steps, now = [], 3.0
    for _ in range(kills):
        now += chance.uniform(0.3, 6.0)
        steps.append(f"  - {{at: {now * 1000:.0f} ms, do: crash-app}}")
        now += chance.uniform(0.1, 2.0)
        steps.append(f"  - {{at: {now * 1000:.0f} ms, do: start-app}}")
        if chance.random() < 0.2:
            now += chance.uniform(0.0, 3.0)
            steps.append(f"  - {{at: {now * 1000:.0f} ms, do: reset-firmware}}")
        if chance.random() < 0.5:
            now += 4
            sleep = chance.randint(3, longest_s)
            steps.append(f"  - {{at: {now * 1000:.0f} ms, do: suspend, for: {sleep} s}}")
            resets = chance.choice((0, 0, 0, 1, 2))
            for at in sorted(chance.uniform(2, sleep - 0.5) for _ in range(resets)):
                steps.append(f"  - {{at: {(now + at) * 1000:.0f} ms, do: reset-firmware}}")
            now += sleep + 4
    return "\n".join(
        [
            "fwgen-scenario: 1",
            "name: kills",
            "distance: [{at: 0 s, mm: 500}, {at: 3600 s, mm: 3500}]",
            "noise: 2 mm",
            "steps:",
            *steps,
            f"until: {now + 10:.0f} s",
        ]
    )


def backend_of(kind: str, application: Path) -> Backend:
    if kind == "host":
        return KernelHostBackend(kernel(), application=application)
    return RenodeBackend(elf(), options=Options(linux=kernel(), application=application))


def run_night(kind: str, kills: int, seed: int, folder: Path, longest_s: int = LONGEST_S) -> Kept:
    """Run a night with the service in `folder`. Raises AssertionError if it lost something."""
    application = folder / "application.py"
    shutil.copyfile(kernel_application.__file__, application)
    text = night(kills, seed, longest_s)
    scenario = parse_scenario(text, "night.yaml")
    record = run_scenario(backend_of(kind, application), reference_plan(), scenario, 1)
    greeted = (folder / "told.txt").read_text().count("online: log")
    assert greeted >= kills, "each service greeted the firmware"
    slept = [sleep.slept_s or 0.0 for sleep in record.sleeps]
    assert all(slept) and len(slept) == text.count("do: suspend"), "Linux slept as often as asked"
    kept = check_database(folder / "samples.sqlite", record, LATER_US[kind])
    assert kept[-1] <= MASKED[kind] * kept[0], "as they were taken"
    resets, virtual_s = text.count("reset-firmware"), float(text.split()[-2])
    times = (len(slept), round(sum(slept), 1), resets, virtual_s)
    return Kept(kills, greeted, *times, *kept)


def check_database(
    database: Path, record: RunRecord, zero_us: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return how many samples it has, the largest stated uncertainty of those in whose life the
    service met the firmware, how many others there are, and how many are 1 mm off. It must have
    all, once, with their values and times, but the last ones. `zero_us`: scenario time 0 is so long
    after ZERO_US."""
    db = sqlite3.connect(database)
    value = "status << 13 | ifnull(distance_mm, 0)"
    query = f"SELECT position, {value}, utc_us, within_us, basis = 'bounds' FROM sample"
    positions, words, utc_us, within_us, bounds = np.array(db.execute(query).fetchall()).T
    whole = record.taken.whole()
    taken = whole.status << 13 | whole.value
    assert np.array_equal(positions, np.arange(len(positions))), "each once"
    both = min(len(words), len(taken))  # the last ones had no time to arrive, or came after the end
    off = np.abs(words[:both] - taken[:both])  # of another status: by 8192 and more
    assert off.max() <= 1, "as they were taken"
    assert len(taken) - both < _LAST
    assert db.execute("SELECT count(*) FROM gap").fetchone() == (0,)
    (slept,) = db.execute("SELECT count(*) FROM sleep WHERE refused = ''").fetchone()
    assert slept == len(record.sleeps) > 0, "each sleep once"

    seen_us = within_us[bounds == 0].max()
    assert seen_us < 1_000_000
    within_us = within_us[:both]
    late_us = utc_us[:both] - (ZERO_US + whole.at_us[:both])
    least_us, most_us = (late_us - within_us).max(), (late_us + within_us).min()
    assert least_us <= most_us, "one time of scenario time 0 fits them all"
    assert most_us >= zero_us[0] and least_us <= zero_us[1], "and it is the true one"
    db.close()
    return len(positions), int(seen_us), int(bounds.sum()), int((off > 0).sum())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.service.night", description=__doc__)
    parser.add_argument("--backend", choices=LATER_US, default="host")
    parser.add_argument("--kills", type=int, default=500, metavar="N", help="in each night (500)")
    parser.add_argument("--nights", type=int, default=1, metavar="N", help="with seeds SEED, ...")
    parser.add_argument("--seed", type=int, default=1, metavar="SEED", help="of the first night")
    help_of_sleep = f"longest sleep in seconds ({LONGEST_S})"
    parser.add_argument("--sleep", type=int, default=LONGEST_S, metavar="S", help=help_of_sleep)
    args = parser.parse_args()
    for seed in range(args.seed, args.seed + args.nights):
        begun_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fwgen-night-") as folder:
            kept = run_night(args.backend, args.kills, seed, Path(folder), args.sleep)
        took_s = round(time.monotonic() - begun_s)
        figures = {"backend": args.backend, "seed": seed, **asdict(kept), "took_s": took_s}
        print_json(figures, indent=None)
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
