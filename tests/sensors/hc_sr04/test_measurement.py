"""One measurement: edges, an echo that does not end, a sensor that does not answer."""

from __future__ import annotations

import ctypes

import pytest

CYCLES_PER_US = 400
TIMEOUT_US = 28_000
NO_PULSE = 0
SPIKE_CYCLES = 50 * CYCLES_PER_US
HELD_US = 0xFFFF_FFFF
IDLE, HELD, RELEASED, TRIGGERED, LISTENING = range(5)
U32 = 1 << 32


class CMeasurement(ctypes.Structure):
    _fields_ = (
        ("phase", ctypes.c_int),
        ("since_cycles", ctypes.c_uint32),
        ("before_rise", ctypes.c_int),
        ("before_rise_cycles", ctypes.c_uint32),
    )


class Measurement:
    def __init__(self, sensor: ctypes.CDLL) -> None:
        self._sensor = sensor
        self._c = CMeasurement()
        sensor.measurement_edge.restype = ctypes.c_bool
        sensor.measurement_is_stale.restype = ctypes.c_bool
        sensor.measurement_end.restype = ctypes.c_bool

    @property
    def phase(self) -> int:
        return int(self._c.phase)

    def begin(self, cycles: int, *, high: bool = False) -> None:
        self._sensor.measurement_begin(
            ctypes.byref(self._c), ctypes.c_bool(high), ctypes.c_uint32(cycles)
        )

    def edge(self, high: bool, cycles: int) -> int | None:
        """Return the cycles of the pulse if it has ended."""
        length = ctypes.c_uint32()
        done = self._sensor.measurement_edge(
            ctypes.byref(self._c), ctypes.c_bool(high), ctypes.c_uint32(cycles % U32),
            SPIKE_CYCLES, ctypes.byref(length),
        )  # fmt: skip
        return length.value if done else None

    def stale(self, cycles: int) -> bool:
        limit = ctypes.c_uint32(TIMEOUT_US * CYCLES_PER_US)
        return bool(
            self._sensor.measurement_is_stale(
                ctypes.byref(self._c), ctypes.c_uint32(cycles % U32), limit
            )
        )

    def end(self) -> int | None:
        echo_us = ctypes.c_uint32()
        was = self._sensor.measurement_end(ctypes.byref(self._c), TIMEOUT_US, ctypes.byref(echo_us))
        return echo_us.value if was else None


@pytest.fixture
def measurement(sensor: ctypes.CDLL) -> Measurement:
    return Measurement(sensor)


@pytest.mark.parametrize("start", [0, 5, U32 - 1000, U32 - 1])
def test_the_pulse_is_timed_from_edge_to_edge(measurement: Measurement, start: int) -> None:
    measurement.begin(start)
    assert measurement.phase == TRIGGERED
    assert measurement.edge(True, (start + 200_000) % U32) is None
    assert measurement.phase == LISTENING
    assert measurement.edge(False, (start + 200_000 + 4_664_000) % U32) == 4_664_000
    assert measurement.phase == IDLE


def test_edges_out_of_turn_say_nothing(measurement: Measurement) -> None:
    assert measurement.edge(True, 1) is None
    assert measurement.edge(False, 2) is None
    assert measurement.phase == IDLE
    measurement.begin(3)
    assert measurement.edge(False, 4) is None
    assert measurement.phase == TRIGGERED
    measurement.edge(True, 5)
    assert measurement.edge(True, 6) is None
    assert measurement.edge(False, 5 + SPIKE_CYCLES) == SPIKE_CYCLES


@pytest.mark.parametrize("start", [0, U32 - 50_000])
@pytest.mark.parametrize("length", [1, SPIKE_CYCLES - 1])
def test_spikes_before_the_echo_are_not_the_echo(
    measurement: Measurement, start: int, length: int
) -> None:
    measurement.begin(start)
    for at in (start + 40_000, start + 80_000):
        assert measurement.edge(True, at) is None
        assert measurement.edge(False, at + length) is None
        assert measurement.phase == TRIGGERED
    assert measurement.edge(True, start + 180_000) is None
    assert measurement.edge(False, start + 180_000 + 3_000_000) == 3_000_000


def test_with_a_spike_alone_the_sensor_gave_no_pulse(measurement: Measurement) -> None:
    measurement.begin(0)
    measurement.edge(True, 40_000)
    measurement.edge(False, 41_000)
    assert measurement.stale(TIMEOUT_US * CYCLES_PER_US), "patience counts from the trigger on"
    assert measurement.end() == NO_PULSE


def test_a_line_that_stays_high_is_held(measurement: Measurement) -> None:
    measurement.begin(0, high=True)
    assert measurement.phase == HELD
    assert measurement.edge(True, 10) is None
    assert measurement.end() == HELD_US


def test_the_end_of_an_old_echo_is_none_of_this_trigger(measurement: Measurement) -> None:
    measurement.begin(0, high=True)
    assert measurement.edge(False, 3_000_000) is None
    assert measurement.phase == RELEASED
    assert measurement.end() == HELD_US


def test_a_sensor_that_lets_go_at_the_trigger_may_measure_at_once(
    measurement: Measurement,
) -> None:
    measurement.begin(0, high=True)
    assert measurement.edge(False, 400) is None
    assert measurement.edge(True, 200_000) is None
    assert measurement.edge(False, 1_200_000) == 1_000_000


def test_a_spike_of_a_released_line_leaves_it_released(measurement: Measurement) -> None:
    measurement.begin(0, high=True)
    measurement.edge(False, 400)
    measurement.edge(True, 40_000)
    measurement.edge(False, 40_400)
    assert measurement.phase == RELEASED
    assert measurement.end() == HELD_US


def test_a_line_that_never_rose_is_no_pulse(measurement: Measurement) -> None:
    measurement.begin(0)
    assert measurement.end() == NO_PULSE
    assert measurement.phase == IDLE


def test_a_pulse_that_does_not_end_is_as_long_as_the_patience(measurement: Measurement) -> None:
    measurement.begin(0)
    measurement.edge(True, 100)
    assert measurement.end() == TIMEOUT_US
    assert measurement.edge(False, 100_000) is None, "its end comes too late to count"


def test_nothing_under_way_ends_in_nothing(measurement: Measurement) -> None:
    assert measurement.end() is None
    assert not measurement.stale(U32 - 1)


@pytest.mark.parametrize("start", [0, U32 - 7])
def test_patience_begins_anew_with_the_echo(measurement: Measurement, start: int) -> None:
    patience = TIMEOUT_US * CYCLES_PER_US
    measurement.begin(start)
    assert not measurement.stale(start + patience - 1)
    assert measurement.stale(start + patience)
    measurement.edge(True, (start + 1000) % U32)
    assert not measurement.stale(start + patience)
    assert measurement.stale(start + 1000 + patience)


@pytest.mark.parametrize(
    ("cycles", "echo_us"), [(0, 1), (1, 1), (400, 1), (599, 1), (600, 2), (U32 - 1, 10_737_418)]
)
def test_microseconds_are_rounded_and_never_none(
    sensor: ctypes.CDLL, cycles: int, echo_us: int
) -> None:
    sensor.measurement_echo_us.restype = ctypes.c_uint32
    assert sensor.measurement_echo_us(ctypes.c_uint32(cycles), CYCLES_PER_US) == echo_us
