"""The faults that a campaign must find, and what it found of them.

`python -m tests.campaign.planted` runs a campaign for each fault until it fails, writes what it
found to planted.json, and docs/proven.md again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from fwgen.campaign import page
from fwgen.campaign.history import History, draw
from fwgen.campaign.record import program
from fwgen.campaign.trial import Setting, Tally, try_seed
from fwgen.cli.main import main as fwgen
from fwgen.robot.mutants import load_mutant
from fwgen.scenario.model import Scenario

HERE: Final = Path(__file__).parent
MUTANTS: Final = HERE.parents[1] / "robot" / "mutants"
MOST_SEEDS: Final = 1000
MOST_STEPS: Final = 6


def damages(scenario: Scenario) -> bool:
    return any(step.do == "damage-log" for step in scenario.steps)


def erases(scenario: Scenario) -> bool:
    """Whether a log is erased, and its successor has more samples than the application knows."""
    return any(getattr(step, "app_us", 0) > step.at_us for step in scenario.steps)


def has_conditions(history: History) -> bool:
    return bool(history.plan.wake_rules)


# fault -> what a history needs to find it: those without need not be run
PLANTED: Final[dict[str, Callable[[History], bool]]] = {
    "free-before-ack": lambda history: True,
    "forget-gap": lambda history: damages(history.scenario),
    "trust-damaged": lambda history: damages(history.scenario),
    "condition-early": has_conditions,
    "condition-late": has_conditions,
    "any-log-is-own": lambda history: erases(history.scenario),
    "send-after-ack": lambda history: True,
}


def plant_of(fault: str) -> Path:
    own = HERE / "plants" / f"{fault}.toml"
    return own if own.is_file() else MUTANTS / f"{fault}.toml"


def seed_that_finds(fault: str) -> int:
    """Return the first seed below MOST_SEEDS that finds a fault planted in the core."""
    setting = Setting(plant=str(plant_of(fault)))
    likely = (seed for seed in range(MOST_SEEDS) if PLANTED[fault](draw(seed)))
    return next(seed for seed in likely if try_seed(seed, setting, Tally()))


def failure_of(fault: str, seed: int, folder: Path) -> dict[str, Any]:
    """Run `fwgen campaign` with the fault for this seed; return the failure in its record."""
    words = ["--seed", str(seed), "--seeds", "1", "--jobs", "1"]
    plant = ["--plant", str(plant_of(fault))]
    assert fwgen(["campaign", "--report", str(folder), *words, *plant]) == 1
    record = json.loads((folder / "campaign.json").read_text("utf-8"))
    found: dict[str, Any] = record["failure"]
    return found


def main() -> int:
    """Write planted.json, and the page."""
    faults = {}
    for fault in PLANTED:
        with TemporaryDirectory() as folder:
            failure = failure_of(fault, seed_that_finds(fault), Path(folder))
        title = load_mutant(plant_of(fault)).title
        faults[fault] = {"title": title, "seed": failure["seed"], "steps": failure["steps"]}
    record = {"program": program(), "faults": faults}
    page.PLANTED.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return page.main()


if __name__ == "__main__":
    sys.exit(main())
