"""The engine, with a backend that only records the calls."""

from __future__ import annotations

from typing import Any, cast

import pytest

from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.scenario.actions import UnsupportedStepError
from fwgen.scenario.backend import Backend
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps import STEPS
from fwgen.spec.diagnostics import DiagnosticErrors

PLAN = cast(Plan, None)
HEAD = "fwgen-scenario: 1\nname: x\ndistance: [{at: 0 s, mm: 1}]\nuntil: 10 s\n"


class Diary(Backend):
    name = "diary"

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

    def suspend(self, wake_after_us: int | None = None) -> None:
        self.calls.append(("suspend", wake_after_us))

    def resume(self) -> None:
        self.calls.append(("resume",))


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
        ("resume",),
        ("suspend", None),
        ("until", 10.0),
        ("finish",),
        ("close",),
    ]
    assert record.virtual_s == 10.0
    assert record.wall_s > 0


def test_an_unsupported_step_is_refused_before_the_start() -> None:
    backend = Diary()
    with pytest.raises(UnsupportedStepError) as caught:
        run_scenario(backend, PLAN, scenario("{at: 1 s, do: mute-sensor}"), 1)
    assert isinstance(caught.value, DiagnosticErrors)
    (found,) = caught.value.diagnostics
    place = found.position
    assert place.file == "x.yaml" and place.line > 0
    assert place.text[place.column - 1 :].startswith("mute-sensor")
    assert found.message == "the diary backend does not support `mute-sensor`"
    assert caught.value.exit_code == 2
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


@pytest.mark.parametrize("name", STEPS)
def test_each_step_calls_the_method_named_in_needs(name: str) -> None:
    called: list[str] = []

    class Spy:
        def __getattr__(self, method: str) -> Any:
            return lambda *arguments: called.append(method)

    needed = {"stall-linux": ", for: 1 s", "stall-firmware": ", for: 9 ms"}
    needed |= {"idle-ddr": ", for: 1 s", "crash-firmware": ", how: fault"}
    extra = needed.get(name, "")
    undo = {"unbind": "bind", "crash-app": "start-app"}.get(name, "resume")
    before = {"bind": "unbind", "start-app": "crash-app", "display-on": "display-off"}.get(name)
    steps = [f"{{at: 2 s, do: {name}{extra}}}", f"{{at: 3 s, do: {undo}}}"]
    if before:
        steps.insert(0, f"{{at: 1 s, do: {before}}}")
    step = next(item for item in scenario(", ".join(steps)).steps if item.do == name)
    step.run(cast(Backend, Spy()))
    assert called == [step.needs]
    assert hasattr(Backend, step.needs)


@pytest.mark.parametrize("name", sorted({step.needs for step in STEPS.values()}))
def test_an_action_that_a_backend_does_not_override_raises(name: str) -> None:
    backend = Diary()
    assert backend.supports(name) == (name in ("suspend", "resume"))
    if not backend.supports(name):
        arguments: dict[str, list[Any]] = {"capture": ["x"], "stall_firmware": [1]}
        arguments |= {"reboot_linux": [1], "stall_linux": [1], "crash_firmware": ["fault", 1]}
        arguments |= {"restart_board": [1, 1, "kept"], "power_cycle": [1, 1]}
        arguments |= {"idle_ddr": [1, True]}
        extra = arguments.get(name, ["vq0"] if name == "stale_doorbell" else [])
        with pytest.raises(UnsupportedStepError, match="diary backend does not support"):
            getattr(backend, name)(*extra)
