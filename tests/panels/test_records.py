"""A panel is a record: what a spec, the device tree and the rules make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import fwgen
from fwgen.generate import render
from fwgen.panels import PanelSize, panels, sizes
from fwgen.plan import plan_spec
from fwgen.plan.errors import PlanErrors
from fwgen.spec import SpecErrors, parse_spec
from fwgen.spec.examples import reference_spec

SPEC = reference_spec().read_text("utf-8")
EACH = [(name, size) for name, panel in panels().items() for size in panel.sizes]

SPECS = ("spec/examples/", "scenario/")
"""Texts of specs in the package."""


def spec_of(name: str, size: tuple[int, int]) -> str:
    text = SPEC.replace("type: ssd1306", f"type: {name}")
    return text.replace("size: 128x64", f"size: {size[0]}x{size[1]}")


def glass(name: str, size: tuple[int, int]) -> PanelSize:
    return panels()[name].sizes[size]


def test_the_panels_that_are_known() -> None:
    known = {name: set(panel.sizes) for name, panel in panels().items()}
    assert (
        known.items()
        >= {
            "ssd1306": {(128, 64), (128, 32), (96, 16), (72, 40), (64, 48), (64, 32)},
            "sh1106": {(128, 64)},
            "ssd1309": {(128, 64)},
            "ssd1315": {(128, 64)},
        }.items()
    )
    assert list(sizes()) == ["128x64", "128x32", "96x16", "72x40", "64x48", "64x32"]


@pytest.mark.parametrize(("name", "size"), EACH)
def test_each_fits_its_controller_and_has_a_source(name: str, size: tuple[int, int]) -> None:
    panel, one = panels()[name], glass(name, size)
    assert one.first_column + one.width <= panel.columns
    assert one.width % 8 == one.height % 8 == 0
    assert one.settings[-1] == 0xAF  # on, at last
    at = one.settings.index(0xA8)
    assert one.settings[at + 1] == one.height - 1
    assert panel.source and one.source


@pytest.mark.parametrize(("name", "size"), EACH)
def test_each_has_a_plan_and_a_device_tree_node(name: str, size: tuple[int, int]) -> None:
    plan = plan_spec(parse_spec(spec_of(name, size)))
    assert plan.bus is not None and plan.bus.frame_bytes == size[1] // 8 * (size[0] + 8)
    (overlay,) = [text for path, text in render(plan).items() if path.endswith(".overlay")]
    one = glass(name, size)
    assert f"first-column = <{one.first_column}>;" in overlay.decode()
    written = " ".join(f"{byte:02x}" for byte in (0, *one.settings))
    assert f"settings = [{written}];" in overlay.decode()


def test_a_size_that_the_panel_does_not_have() -> None:
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(spec_of("sh1106", (64, 48)), "node.yaml"))
    (found,) = caught.value.diagnostics
    assert found.rule_id == "panel-size" and found.position.line > 1
    assert found.message == "there is no SH1106 panel of 64x48"
    assert found.hint == "write one of `128x64`, or another `type`"


def test_a_size_that_no_panel_has_is_answered_with_this_panel_s() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(spec_of("sh1106", (132, 64)))
    (found,) = caught.value.diagnostics
    assert found.message == "`display.size`: expected `128x64`, found `132x64`"


def test_no_code_names_a_panel() -> None:
    """Outside the data files, the specs and examples, and the emulated controllers' data sheets."""
    names = [*panels(), *(panel.title for panel in panels().values())]
    package = Path(fwgen.__file__).parent
    files = [
        path
        for path in package.rglob("*")
        if path.suffix in (".py", ".c", ".h", ".j2", ".yaml", ".txt", ".robot", "")
        and path.is_file()
        and "__pycache__" not in path.parts
    ]
    found = {
        path.relative_to(package).as_posix()
        for path in files
        if any(name.lower() in path.read_text("utf-8").lower() for name in names)
    }
    assert {path for path in found if not path.startswith(SPECS)} == set()
