"""The sampler with a clock and two pins: it triggers in every period, whatever the line does."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from fwgen.wire.sample import SampleStatus
from tests.core.build import ROOT, shared_library

SHELL = ROOT / "fwgen/generate/templates/app/src"
HERE = Path(__file__).parent
SENSOR = SHELL / "sensors/hc_sr04"
PERIOD_US = 60_000
NO_ECHO, FAULT = SampleStatus.NO_ECHO, SampleStatus.FAULT


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[ctypes.CDLL]:
    """Compile in another folder, so that the stub's clock.h replaces the application's. The second
    one pulls the line low."""
    folder = tmp_path_factory.mktemp("sampler")
    names = ("sampler.c", "sampler.h", "sensor.h", "reading_queue.h")
    parts = ("hc_sr04.c", "echo_pull.h", "core/echo.c", "core/measurement.c")
    for path in [*(SHELL / name for name in names), *(SENSOR / name for name in parts)]:
        (folder / path.name).write_bytes(path.read_bytes())
    units = ("sampler.c", "hc_sr04.c", "echo.c", "measurement.c")
    sources = [HERE / "sampler_bench.c", *(folder / name for name in units)]
    includes = (HERE / "stub", folder, SHELL / "core", SENSOR / "core")
    flags = ("-Wno-unused-parameter", *(f"-I{include}" for include in includes))
    return [
        ctypes.CDLL(
            str(shared_library(folder / f"{pulls}.so", sources, f"-DBENCH_PULLS={pulls}", *flags))
        )
        for pulls in (0, 1)
    ]


class Bench:
    def __init__(self, libraries: list[ctypes.CDLL], pulls: bool = False) -> None:
        self._library = libraries[pulls]
        self._library.bench_start()
        self.slots = 0

    def slot(self) -> int:
        """When it is."""
        now_us = self.slots * PERIOD_US
        self.slots += 1
        self._library.bench_beat(ctypes.c_uint64(now_us), 1)
        return now_us

    def between(self) -> None:
        """Raise the clock's interrupt in the middle of the period."""
        self._library.bench_beat(ctypes.c_uint64((self.slots - 1) * PERIOD_US + 30_000), 0)

    def line(self, now_us: int, high: bool) -> None:
        self._library.bench_line(ctypes.c_uint64(now_us), int(high))

    def readings(self) -> list[int | SampleStatus]:
        """Return the pulses in microseconds, or the status of samples without one."""
        status, echo_us = ctypes.c_uint8(), ctypes.c_uint16()
        found: list[int | SampleStatus] = []
        while self._library.bench_take(ctypes.byref(status), ctypes.byref(echo_us)):
            found.append(SampleStatus(status.value) if status.value else echo_us.value)
        return found

    @property
    def triggers(self) -> int:
        return int(self._library.bench_triggers())

    @property
    def pulls(self) -> int:
        return int(self._library.bench_pulls())


def test_each_period_has_its_echo(libraries: list[ctypes.CDLL]) -> None:
    bench = Bench(libraries)
    for _ in range(5):
        at_us = bench.slot()
        bench.line(at_us + 470, True)
        bench.line(at_us + 470 + 5_827, False)
        bench.between()
    assert bench.readings() == [5_827] * 5
    assert bench.triggers == 5


@pytest.mark.parametrize("pulls", [False, True])
def test_a_line_that_never_falls_is_triggered_in_every_period(
    libraries: list[ctypes.CDLL], pulls: bool
) -> None:
    bench = Bench(libraries, pulls)
    bench.line(bench.slot() + 470, True)
    bench.between()
    for _ in range(9):
        bench.slot()
        bench.between()
    assert bench.readings() == [NO_ECHO] + [FAULT] * 9
    assert bench.triggers == 10
    assert bench.pulls == (9 if pulls else 0)


def test_a_copy_that_waits_for_a_trigger_is_back_one_sample_later(
    libraries: list[ctypes.CDLL],
) -> None:
    bench = Bench(libraries, pulls=True)
    bench.line(bench.slot() + 470, True)
    bench.between()
    bench.line(bench.slot() + 10, False)
    bench.between()
    at_us = bench.slot()
    bench.line(at_us + 470, True)
    bench.line(at_us + 1_470, False)
    assert bench.readings() == [NO_ECHO, FAULT, 1_000]
    assert bench.pulls == 0, "the sensor has released the line"


def test_spikes_are_not_listened_to(libraries: list[ctypes.CDLL]) -> None:
    bench = Bench(libraries)
    for _ in range(3):
        at_us = bench.slot()
        bench.line(at_us + 100, True)
        bench.line(at_us + 120, False)
        bench.line(at_us + 470, True)
        bench.line(at_us + 2_470, False)
    assert bench.readings() == [2_000] * 3


def test_without_a_pulse_the_sensor_is_silent(libraries: list[ctypes.CDLL]) -> None:
    bench = Bench(libraries)
    for _ in range(3):
        bench.slot()
        bench.between()
    assert bench.readings() == [FAULT] * 3
