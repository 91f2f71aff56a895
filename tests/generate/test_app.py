"""The spec's values in Zephyr's overlay and configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.spec import load_spec, parse_spec
from fwgen.spec.examples import example_paths


def overlay_of(plan: Plan) -> str:
    (name,) = [name for name in render(plan) if name.endswith(".overlay")]
    assert name == f"boards/{plan.board.zephyr_board.replace('/', '_')}.overlay"
    return render(plan)[name].decode()


def settings_of(plan: Plan) -> dict[str, str]:
    lines = render(plan)["prj.conf"].decode().splitlines()
    pairs = [line.split("=", 1) for line in lines if line.startswith("CONFIG_")]
    assert len({name for name, _ in pairs}) == len(pairs), "nothing is set twice"
    return dict(pairs)


def test_memory_pins_and_bus_are_the_spec_s(reference: Plan) -> None:
    overlay = overlay_of(reference)
    for line in (
        "/delete-node/ &ddr_code;",
        "reg = <0x0a043000 0x1d000>;",
        "reg = <0x0a080000 0x1f000>;",
        "trigger-gpios = <&gpiog 5 GPIO_ACTIVE_HIGH>;",
        "echo-gpios = <&gpiof 15 (GPIO_ACTIVE_HIGH | GPIO_PULL_DOWN)>;",
        "pinctrl-0 = <&i2c8_scl_pz4 &i2c8_sda_pz3>;",
        "fwgen_panel: panel@3c {",
        "height = <64>;",
    ):
        assert line in overlay, line
    assert "com-sequential;" not in overlay
    assert "iwdg4" not in overlay


@pytest.mark.parametrize("board", sorted(example_paths()))
def test_every_port_whose_pins_are_used_is_on(board: str) -> None:
    """With its port disabled, a bus has neither pins nor clock, and Zephyr reports no error."""
    plan = plan_spec(load_spec(example_paths()[board]))
    overlay = overlay_of(plan)
    assert plan.bus is not None
    pins = (plan.pins["trigger"].name, plan.pins["echo"].name, plan.bus.data.scl, plan.bus.data.sda)
    for name in pins:
        node = plan.board.chip.gpio_ports[name[1]].node
        assert f'&{node} {{\n\tstatus = "okay";' in overlay, name
    scl = plan.bus.data.scl
    assert f"scl-gpios = <&{plan.board.chip.gpio_ports[scl[1]].node} {scl[2:]} " in overlay


def test_the_shared_memory_reaches_the_message_buffers(reference: Plan) -> None:
    """open-amp translates only addresses inside it, and reports no error for others."""
    rings = reference.rings
    size_bytes = rings.vdev_buffer.end - rings.shm.start
    assert f"reg = <0x{rings.shm.start:08x} 0x{size_bytes:x}>;" in overlay_of(reference)
    for part in rings.parts:
        assert rings.shm.start <= part.start < part.end <= rings.shm.start + size_bytes


def test_another_spec_leaves_out_what_it_does_not_use(other: Plan) -> None:
    overlay, settings = overlay_of(other), settings_of(other)
    assert "fwgen_panel" not in overlay
    assert '&spi3 {\n\tstatus = "disabled";' in overlay
    assert '&i2c8 {\n\tstatus = "disabled";' in overlay
    assert '&iwdg4 {\n\tstatus = "okay";' in overlay
    assert settings["CONFIG_FWGEN_DISPLAY"] == "n"
    assert settings["CONFIG_FWGEN_CONSOLE"] == settings["CONFIG_SERIAL"] == "n"
    assert settings["CONFIG_FWGEN_WATCHDOG"] == settings["CONFIG_WDT_DISABLE_AT_BOOT"] == "y"


def test_the_log_s_region_is_the_plan_s(reference: Plan) -> None:
    script = render(reference)["sample_log.ld"].decode()
    assert f"fwgen_log_start = 0x{reference.log.start:08x};" in script
    assert f"fwgen_log_end = 0x{reference.log.end:08x};" in script


@pytest.mark.parametrize("name", ["reference", "other"])
def test_only_the_clock_and_the_pins_have_the_highest_priority(
    name: str, request: pytest.FixtureRequest
) -> None:
    plan: Plan = request.getfixturevalue(name)
    lines = [line for line in overlay_of(plan).splitlines() if "interrupts = <" in line]
    assert lines
    assert not [line for line in lines if " 0>" in line]


def test_rings_in_sram2_keep_ddr_out_of_the_application(reference_spec: Path) -> None:
    text = reference_spec.read_text().replace("# rings: ddr", "rings: sram2")
    plan = plan_spec(parse_spec(text))
    overlay, settings = overlay_of(plan), settings_of(plan)
    assert "reg = <0x0a070000 0x10000>;" in overlay
    assert settings["CONFIG_FWGEN_RINGS_IN_DDR"] == "n"
    for name, content in render(plan).items():
        if name.startswith(("src/", "fragments/")) or name.endswith(".md"):
            continue
        found = re.findall(rb"0x(?:[89ab][0-9a-f]{7})\b", content)
        assert found == [], name
