"""The pictures of each panel, drawn on this machine, against goldens that a person has looked at.

A person looks at what `python -m tests.panels` has changed. The robot's goldens come from the
firmware on the emulated board: both must be the same."""

from __future__ import annotations

import pytest

from fwgen.backends.renode.png import png_of
from fwgen.panels import panels
from fwgen.plan.rules.rule import Rule
from fwgen.robot.golden import read_picture
from fwgen.spec.examples import reference_spec
from fwgen.wire.sample import SampleStatus
from tests.core.build import ROOT
from tests.panels.picture import GOLDENS, Moment, drawer
from tests.panels.scenes import scenes
from tests.panels.specs import two_sensors

ON_THE_BOARD = {
    "awake-1503-mm": Moment((1503,), samples=33, log=(0, 200)),
    "no-echo": Moment((0,), SampleStatus.NO_ECHO, samples=66, log=(0, 200)),
}


@pytest.mark.parametrize("name", scenes())
def test_the_picture_is_the_golden(name: str) -> None:
    packed, size = scenes()[name].picture()
    golden = GOLDENS / f"{name}.png"
    assert golden.is_file(), "draw it with `python -m tests.panels`, and look at it"
    assert png_of(packed, *size) == golden.read_bytes()


def test_every_panel_has_goldens_and_no_golden_is_left_over() -> None:
    found = {path.stem for path in GOLDENS.glob("*.png")}
    assert found == {*scenes(), "show-two-sensors"}
    for name, panel in panels().items():
        for width, height in panel.sizes:
            assert f"{name}-{width}x{height}-distance" in found


@pytest.mark.parametrize("name", ON_THE_BOARD)
def test_this_machine_draws_what_the_firmware_drew(name: str) -> None:
    golden = read_picture((ROOT / f"robot/goldens/{name}.png").read_bytes())
    assert drawer(reference_spec().read_text("utf-8")).packed(ON_THE_BOARD[name]) == golden


def test_each_of_two_sensors_has_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture alone; whether the firmware can read both sensors is another rule's."""
    only_warns = Rule("two-sensors", "warning", "")
    monkeypatch.setattr("fwgen.plan.rules.sensor.TWO", only_warns, raising=False)
    show = "{channel: inside.ambient-temp, size: large}, {channel: distance, size: small}"
    packed = drawer(two_sensors(show)).packed(Moment((2766, 998), second=(1503,)))
    golden = GOLDENS / "show-two-sensors.png"
    assert png_of(packed, 128, 64) == golden.read_bytes()
