"""Quantities as raw numbers: the firmware's C against the judge's Python."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fwgen.generate import render
from fwgen.generate.sensor import c_i32, c_u32, c_u64
from fwgen.plan import plan_file, plan_spec
from fwgen.plan.model import Plan
from fwgen.sensors.zephyr.data import known_parts
from fwgen.sensors.zephyr.drivers import decoder_of
from fwgen.sensors.zephyr.model import expected
from fwgen.sensors.zephyr.plan import part_of
from fwgen.spec import parse_spec
from fwgen.wire.channel import packed
from tests.core.build import ROOT, shared_library
from tests.sensors.zephyr.night import SPECS

CORE = ROOT / "fwgen/generate/templates/app/src/sensors/zephyr/core"


class Sample(ctypes.Structure):
    _fields_ = (
        ("status", ctypes.c_uint8),
        ("late_16ths", ctypes.c_uint8),
        ("value", ctypes.c_uint32 * 2),
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return library_for(plan_file(SPECS / "climate.yaml"), tmp_path_factory.mktemp("channels"))


def library_for(plan: Plan, folder: Path) -> ctypes.CDLL:
    config = folder / "channels_config.c"
    config.write_bytes(render(plan)["src/sensors/zephyr/core/channels_config.c"])
    sources = [CORE / "channels.c", config]
    made = shared_library(folder / "channels.so", sources, f"-I{CORE}", channels=2)
    found = ctypes.CDLL(str(made))
    found.channels_sample.restype = Sample
    return found


@pytest.mark.parametrize("step", ["4294 Ω", "4295 Ω", "5000 Ω", "900000000 Ω"])
def test_a_coarse_step_is_not_cut(step: str, tmp_path: Path) -> None:
    channel = f"name: gas-res, range: [-1000000000 Ω, 1000000000 Ω], resolution: {step}"
    text = (SPECS / "climate.yaml").read_text("utf-8").replace("silabs,si7006", "acme,any")
    text = re.sub("name: ambient-temp[^}]*", channel, text)
    plan = plan_spec(parse_spec(text))
    parts = part_of(plan.sensors[0].part).channel_parts
    found = library_for(plan, tmp_path)
    for ohms in (-1_000_000_000, 0, 7_777, 123_456_789, 999_999_999):
        micro = [np.array([ohms * 1_000_000]), np.array([50_000_000])]
        status, value = expected(parts, micro)
        sample = found.channels_sample((ctypes.c_int64 * 2)(*(int(one[0]) for one in micro)))
        widths = [part.channel.width for part in parts]
        assert (sample.status, packed(widths, list(sample.value))) == (status[0], value[0])


@pytest.mark.parametrize(
    ("write", "most"), [(c_u32, 0xFFFF_FFFF), (c_u64, (1 << 64) - 1), (c_i32, 0x7FFF_FFFF)]
)
def test_a_number_that_c_would_cut_is_not_written(write: Callable[[int], str], most: int) -> None:
    assert write(most).startswith(str(most))
    for value in (most + 1, -(1 << 31) - 1):
        with pytest.raises(ValueError, match=f"found {value}"):
            write(value)


def test_the_core_gives_what_runs_expect(library: ctypes.CDLL) -> None:
    sensor = part_of(plan_file(SPECS / "climate.yaml").sensors[0].part)
    random = np.random.default_rng(1)
    temperature = random.integers(-60_000_000, 100_000_000, 2000)
    humidity = random.integers(-5_000_000, 105_000_000, 2000)
    for column, edges in ((temperature, (-40, 85)), (humidity, (0, 100))):
        edge = np.array([end * 1_000_000 + by for end in edges for by in (-1, 0, 1, 4999, 5000)])
        column[: len(edge)] = edge
    status, value = expected(sensor.channel_parts, [temperature, humidity])
    for row in range(len(status)):
        given = (ctypes.c_int64 * 2)(int(temperature[row]), int(humidity[row]))
        sample = library.channels_sample(given)
        assert (sample.status, packed((14, 10), list(sample.value))) == (status[row], value[row])


SI7006 = "silabs,si7006"
AXES = "0040 0000 00c0"
"""A quarter of the numbers up, none, and a quarter down."""


@pytest.mark.parametrize(
    ("part", "properties", "read", "shown"),
    [
        (
            "silabs,si7006",
            {},
            ["7c80", "66f4"],
            {"humidity": 54_791_016, "ambient-temp": 23_817_668},
        ),
        (
            "silabs,si7006",
            {},
            ["0000", "0000"],
            {"humidity": -6_000_000, "ambient-temp": -46_849_000},
        ),
        ("ti,tmp108", {}, ["1900"], {"ambient-temp": 25_000_000}),
        ("ti,tmp108", {}, ["ff80"], {"ambient-temp": -500_000}),
        ("st,lis2dw12", {}, [AXES], {"accel-x": 9_801_000, "accel-z": -9_801_000}),
        ("st,lis2dw12", {"range": 2}, [AXES], {"accel-x": 9_801_000, "accel-y": 0}),
        ("st,lis2dw12", {"range": 4}, [AXES], {"accel-x": 19_602_000, "accel-z": -19_602_000}),
        ("st,lis2dw12", {"range": 8}, [AXES], {"accel-x": 39_204_000, "accel-z": -39_204_000}),
        ("st,lis2dw12", {"range": 16}, [AXES], {"accel-x": 78_408_000, "accel-z": -78_408_000}),
    ],
)
def test_the_drivers_formulas_are_the_data_sheets(
    part: str, properties: dict[str, object], read: list[str], shown: dict[str, int]
) -> None:
    """Within a thousandth of a unit: the drivers round their constants. The LIS2DW12's steps are
    those of its binding, for each full scale in g."""
    decode = decoder_of(part, known_parts()[part].scale_of(properties))
    found = decode([bytes.fromhex(data) for data in read])
    for channel, micro in shown.items():
        assert abs(found[channel] - micro) < 2_000 * known_parts()[part].scale_of(properties)
