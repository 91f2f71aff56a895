"""The samples derived from the record of the sensor's bus."""

from __future__ import annotations

import numpy as np

from fwgen.backends.renode.sensor import Boot, Seen
from fwgen.plan import plan_file
from fwgen.sensors.zephyr.data import known_parts
from fwgen.sensors.zephyr.drivers import decoder_of
from fwgen.sensors.zephyr.plan import part_of
from fwgen.sensors.zephyr.taken import _late_16ths, measurements_of, samples_seen, transfers_of
from fwgen.wire.sample import SampleStatus
from tests.sensors.zephyr.night import SPECS

PART = known_parts()["silabs,si7006"]
NONE = np.zeros(0, dtype=np.int64)


def seen(record: str, now_s: float, boot: Boot | None = None) -> Seen:
    sensor = part_of(plan_file(SPECS / "climate.yaml").sensors[0].part)
    found = measurements_of(transfers_of(record, 0), PART)
    boots = [boot or Boot(1, 0)]
    decode = decoder_of("silabs,si7006", PART.scale_of({}))
    return samples_seen(sensor, decode, found, boots, int(now_s * 1e9), 7, (NONE, NONE, NONE))


def test_each_measurement_gives_a_sample() -> None:
    whole = "1000050000 e5 7c80\n1000600000 e0 66f4\n2000050000 e5 7c80\n2000600000 e0 66f4"
    taken = seen(whole, 2.9).taken
    assert taken.time_us.tolist() == [1_000_000, 2_000_000]
    assert taken.status.tolist() == [SampleStatus.VALID] * 2
    assert (taken.value & 0x3FFF).tolist() == [6382] * 2  # 23.82 °C since -40 °C


def test_a_measurement_without_an_answer_is_a_fault_and_so_is_none() -> None:
    first, last = (f"{s}000050000 e5 7c80\n{s}000600000 e0 66f4\n" for s in (1, 4))
    cut = f"{first}2000050000 e5 \n{last}"
    taken = seen(cut, 4.9).taken
    valid, fault = SampleStatus.VALID, SampleStatus.FAULT
    assert taken.status.tolist() == [valid, fault, fault, valid]


def test_setting_up_the_sensor_is_no_measurement() -> None:
    taken = seen("500000 fe \n1000050000 e5 7c80\n1000600000 e0 66f4", 1.9).taken
    assert taken.time_us.tolist() == [1_000_000]


def test_a_wait_for_the_bus_is_lateness() -> None:
    """The firmware notes the time shortly before the START."""
    assert [_late_16ths(us, 20_000, said) for us, said in ((1240, 0), (1260, 0), (1260, 1))] == [
        0,
        0,
        1,
    ]
    assert [_late_16ths(us, 20_000, said) for us, said in ((1310, 0), (2600, 5))] == [1, 2]
