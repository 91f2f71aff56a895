"""The sampler with a clock and two pins: it triggers in every period, whatever the line does."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from tests.core.build import ROOT, shared_library

SHELL = ROOT / "fwgen/generate/templates/app/src"
HERE = Path(__file__).parent
PERIOD_US, TIMEOUT_US = 60_000, 28_000
HELD, NO_PULSE = 0xFFFF_FFFF, 0


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """Compile in another folder, so that the stub's clock.h replaces the application's."""
    folder = tmp_path_factory.mktemp("sampler")
    for name in ("sampler.c", "sampler.h", "measurement.c", "measurement.h", "reading_queue.h"):
        (folder / name).write_bytes((SHELL / name).read_bytes())
    sources = [HERE / "sampler_bench.c", folder / "sampler.c", folder / "measurement.c"]
    flags = (f"-I{HERE / 'stub'}", f"-I{folder}", f"-I{SHELL / 'core'}", "-Wno-unused-parameter")
    return ctypes.CDLL(str(shared_library(folder / "sampler.so", sources, *flags)))


class Bench:
    def __init__(self, library: ctypes.CDLL, pulls: bool = False) -> None:
        self._library = library
        library.bench_start(PERIOD_US, TIMEOUT_US, int(pulls))
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

    def readings(self) -> list[int]:
        slot_us, echo_us = ctypes.c_uint64(), ctypes.c_uint32()
        found = []
        while self._library.bench_take(ctypes.byref(slot_us), ctypes.byref(echo_us)):
            found.append(echo_us.value)
        return found

    @property
    def triggers(self) -> int:
        return int(self._library.bench_triggers())

    @property
    def pulls(self) -> int:
        return int(self._library.bench_pulls())


def test_each_period_has_its_echo(library: ctypes.CDLL) -> None:
    bench = Bench(library)
    for _ in range(5):
        at_us = bench.slot()
        bench.line(at_us + 470, True)
        bench.line(at_us + 470 + 5_827, False)
        bench.between()
    assert bench.readings() == [5_827] * 5
    assert bench.triggers == 5


@pytest.mark.parametrize("pulls", [False, True])
def test_a_line_that_never_falls_is_triggered_in_every_period(
    library: ctypes.CDLL, pulls: bool
) -> None:
    bench = Bench(library, pulls)
    bench.line(bench.slot() + 470, True)
    bench.between()
    for _ in range(9):
        bench.slot()
        bench.between()
    assert bench.readings() == [TIMEOUT_US] + [HELD] * 9
    assert bench.triggers == 10
    assert bench.pulls == (9 if pulls else 0)


def test_a_copy_that_waits_for_a_trigger_is_back_one_sample_later(library: ctypes.CDLL) -> None:
    bench = Bench(library, pulls=True)
    bench.line(bench.slot() + 470, True)
    bench.between()
    bench.line(bench.slot() + 10, False)
    bench.between()
    at_us = bench.slot()
    bench.line(at_us + 470, True)
    bench.line(at_us + 1_470, False)
    assert bench.readings() == [TIMEOUT_US, HELD, 1_000]
    assert bench.pulls == 0, "the sensor has released the line"


def test_spikes_are_not_listened_to(library: ctypes.CDLL) -> None:
    bench = Bench(library)
    for _ in range(3):
        at_us = bench.slot()
        bench.line(at_us + 100, True)
        bench.line(at_us + 120, False)
        bench.line(at_us + 470, True)
        bench.line(at_us + 2_470, False)
    assert bench.readings() == [2_000] * 3


def test_without_a_pulse_the_sensor_is_silent(library: ctypes.CDLL) -> None:
    bench = Bench(library)
    for _ in range(3):
        bench.slot()
        bench.between()
    assert bench.readings() == [NO_PULSE] * 3
