"""The engine, with a backend that only records the calls."""

from __future__ import annotations

from typing import Any, cast

import pytest

from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.scenario.backend import Backend, UnsupportedStepError
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps import Step
from fwgen.spec.diagnostics import DiagnosticErrors

PLAN = cast(Plan, None)
HEAD = "fwgen-scenario: 1\nname: x\ndistance: [{at: 0 s, mm: 1}]\nuntil: 10 s\n"


class Diary(Backend):
    name = "renode"

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None:
        self.calls.append(("start", seed))

    def run_until(self, t_us: int) -> None:
        self.calls.append(("until", t_us / 1e6))

    def finish(self) -> RunRecord:
        self.calls.append(("finish",))
        return RunRecord("diary", "spec", "x", 1)

    def close(self) -> None:
        self.calls.append(("close",))

    def do(self, step: Step) -> None:
        self.calls.append((step.do, getattr(step, "for_us", None)))


def scenario(steps: str) -> Scenario:
    return parse_scenario(HEAD + f"steps: [{steps}]\n", "x.yaml")


def test_runs_up_to_each_step_and_to_the_end() -> None:
    backend = Diary()
    steps = "{at: 7 s, do: resume}, {at: 0 s, do: suspend, for: 2 s}, {at: 7 s, do: suspend}"
    record = run_scenario(backend, PLAN, scenario(steps), 3)
    assert backend.calls == [
        ("start", 3),
        ("suspend", 2_000_000),
        ("until", 7.0),
        ("resume", None),
        ("suspend", None),
        ("until", 10.0),
        ("finish",),
        ("close",),
    ]
    assert record.wall_s > 0


def test_an_unsupported_step_is_refused_before_the_start() -> None:
    backend = Diary()
    with pytest.raises(UnsupportedStepError) as caught:
        run_scenario(backend, PLAN, scenario("{at: 1 s, do: stall-firmware, for: 9 ms}"), 1)
    assert isinstance(caught.value, DiagnosticErrors)
    (found,) = caught.value.diagnostics
    place = found.position
    assert place.file == "x.yaml" and place.line > 0
    assert place.text[place.column - 1 :].startswith("stall-firmware")
    assert found.message == "the renode backend does not support `stall-firmware`"
    assert caught.value.exit_code == 2
    assert backend.calls == []


def test_a_step_that_a_real_linux_refuses_is_refused_before_the_start() -> None:
    backend = Diary()
    backend.real_linux = True
    steps = "{at: 1 s, do: suspend, for: 1 s}, {at: 5 s, do: suspend, for: 1500 ms}"
    with pytest.raises(UnsupportedStepError) as caught:
        run_scenario(backend, PLAN, scenario(steps), 1)
    assert isinstance(caught.value, DiagnosticErrors)
    (found,) = caught.value.diagnostics
    assert found.message.startswith("`suspend` is not supported here: `for` must be whole seconds")
    assert "--linux emulated" in str(found.hint)
    assert backend.calls == []


def test_progress_rises_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    run_scenario(Diary(), PLAN, scenario("{at: 5 s, do: resume}"), 1, lambda *at: told.append(at))
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert told[-1] == (10_000_000, 10_000_000)
    assert len(told) > 5


def test_an_error_closes_the_backend() -> None:
    class Broken(Diary):
        def run_until(self, t_us: int) -> None:
            raise RuntimeError("no")

    backend = Broken()
    with pytest.raises(RuntimeError):
        run_scenario(backend, PLAN, scenario(""), 1)
    assert backend.calls[-1] == ("close",)
