"""The samples derived from the sensor's record: slots, boots, holds, jitter and drift."""

from __future__ import annotations

import numpy as np
import pytest

from fwgen.backends.renode.sensor import Boot, Seen
from fwgen.record import Ints
from fwgen.sensors.hc_sr04.kinds import HELD, NO_PULSE
from fwgen.sensors.hc_sr04.taken import Rules, Triggers, samples_seen
from fwgen.wire.sample import SampleStatus

VALID, _, TOO_FAR, NO_ECHO, MISSED, FAULT = SampleStatus
RULES = Rules(period_us=60_000, timeout_us=30_000, range_mm=(20, 4000), air_decicelsius=200)
PERIOD_NS = 60_000_000
ECHO_US = 5_831  # 1000 mm at 20 degrees


def at(*slots: float, start_ns: int = 0) -> Ints:
    return np.array([start_ns + round(slot * PERIOD_NS) for slot in slots], dtype=np.int64)


def triggers(at_ns: Ints, pulse_us: int = ECHO_US) -> Triggers:
    return Triggers(at_ns, np.full(len(at_ns), pulse_us, dtype=np.int64))


def delivered(*pairs: tuple[int, int]) -> tuple[Ints, Ints]:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def seen(
    seen_triggers: Triggers,
    boots: list[Boot] | None = None,
    holds: list[tuple[int, int]] | None = None,
    now_ns: int = 10 * PERIOD_NS,
    said: tuple[Ints, Ints] | None = None,
) -> Seen:
    return samples_seen(
        boots or [Boot(1, -60_500_000)],
        seen_triggers,
        holds or [],
        now_ns,
        RULES,
        delivered((1, 60_500)) if said is None else said,
    )


def test_each_trigger_gives_a_sample() -> None:
    found = seen(triggers(at(0, 1, 2)))
    assert found.taken.seq.tolist() == [0, 1, 2]
    assert found.taken.boot.tolist() == [1, 1, 1]
    assert found.taken.time_us.tolist() == [60_500, 120_500, 180_500]
    assert found.taken.at_us.tolist() == [0, 60_000, 120_000]
    assert found.taken.value.tolist() == [1001, 1001, 1001]
    assert found.taken.status.tolist() == [VALID] * 3
    assert found.jitter_us.tolist() == [0, 0, 0]


def test_a_slot_without_a_trigger_was_missed() -> None:
    found = seen(triggers(at(0, 1, 4)))
    assert found.taken.status.tolist() == [
        VALID,
        VALID,
        MISSED,
        MISSED,
        VALID,
    ]
    assert found.taken.value.tolist()[2:4] == [0, 0]
    assert len(found.jitter_us) == 3


def test_a_late_trigger_belongs_to_its_slot_and_is_late_in_sixteenths() -> None:
    found = seen(triggers(at(0, 1 + 3.5 / 16, 2)))
    assert found.taken.late_16ths.tolist() == [0, 3, 0]
    assert found.jitter_us.tolist() == [0, 13_125, 0]
    assert found.taken.time_us.tolist() == [60_500, 120_500, 180_500]


@pytest.mark.parametrize(
    ("pulse_us", "status"),
    [
        (NO_PULSE, FAULT),
        (30_000, NO_ECHO),
        (38_000, NO_ECHO),
        (HELD, FAULT),
    ],
)
def test_pulses_that_are_not_echoes(pulse_us: int, status: int) -> None:
    found = seen(triggers(at(0, 1), pulse_us))
    assert found.taken.status.tolist() == [status, status]


def test_a_line_held_high_is_not_triggered_and_each_slot_is_a_fault() -> None:
    held = [(int(2.5 * PERIOD_NS), int(5.5 * PERIOD_NS))]
    found = seen(triggers(at(0, 1, 2, 6)), holds=held)
    assert found.taken.status.tolist() == [VALID] * 3 + [FAULT] * 3 + [VALID]


def test_the_trigger_decides_a_slot_at_which_a_hold_ends() -> None:
    held = [(int(1.5 * PERIOD_NS), 3 * PERIOD_NS)]
    without = seen(triggers(at(0, 1, 4)), holds=held)
    assert without.taken.status.tolist() == [VALID] * 2 + [FAULT] * 2 + [VALID]
    with_it = seen(triggers(at(0, 1, 3, 4)), holds=held)
    assert with_it.taken.status.tolist() == [VALID] * 2 + [FAULT] + [VALID] * 2


def test_a_hold_that_lasts_counts_up_to_now() -> None:
    held = [(int(1.5 * PERIOD_NS), int(3.5 * PERIOD_NS))]
    found = seen(triggers(at(0, 1)), holds=held, now_ns=int(3.5 * PERIOD_NS))
    assert found.taken.status.tolist() == [VALID] * 2 + [FAULT] * 2


def test_drift_is_not_jitter() -> None:
    count = 10_000
    drift_ns = np.arange(count, dtype=np.int64) * 300  # 5 millionths: 3 ms in ten minutes
    places = np.arange(count, dtype=np.int64) * PERIOD_NS + drift_ns
    places[5_000] += 2_000_000
    found = seen(triggers(places), now_ns=(count + 1) * PERIOD_NS)
    assert len(found.taken) == count
    assert found.taken.time_us[-1] == 60_500 + (count - 1) * 60_000
    jitter = np.abs(found.jitter_us)
    assert jitter[5_000] == pytest.approx(2_000, abs=40)
    assert np.delete(jitter, 5_000).max() <= 40


def test_drift_of_more_than_a_period_loses_no_slot() -> None:
    count = 300_000
    places = np.arange(count, dtype=np.int64) * (PERIOD_NS + 600)
    found = seen(triggers(places), now_ns=(count + 9) * PERIOD_NS)
    assert len(found.taken) == count
    assert not (found.taken.status == MISSED).any()


def test_a_second_boot_continues_the_numbers() -> None:
    end_ns = int(2.5 * PERIOD_NS)
    again_ns = end_ns + 1_000_000
    boots = [Boot(1, -60_500_000, end_ns), Boot(2, again_ns)]
    places = np.concatenate([at(0, 1, 2), at(1, 2, start_ns=again_ns)])
    found = seen(triggers(places), boots, said=delivered((1, 60_500), (2, 60_000)))
    assert found.taken.seq.tolist() == [0, 1, 2, 3, 4]
    assert found.taken.boot.tolist() == [1, 1, 1, 2, 2]
    assert found.taken.time_us.tolist()[3:] == [60_000, 120_000]
    assert found.taken.at_us.tolist()[3:] == [again_ns // 1000 + 60_000, again_ns // 1000 + 120_000]


@pytest.mark.parametrize(
    ("ended_us", "said_so", "kept"),
    [
        (3_000, True, 2),  # in the middle of the echo
        (470 + ECHO_US - 1, True, 2),
        (470 + ECHO_US + 500, False, 2),  # measured, but was it written?
        (470 + ECHO_US + 500, True, 3),
        (470 + ECHO_US + 1_000, False, 3),
    ],
)
def test_the_last_measurement_of_a_boot(ended_us: int, said_so: bool, kept: int) -> None:
    boots = [Boot(1, -60_500_000, 2 * PERIOD_NS + ended_us * 1000)]
    said = delivered((1, 60_500), (1, 180_500)) if said_so else delivered((1, 60_500))
    assert len(seen(triggers(at(0, 1, 2)), boots, said=said).taken) == kept


def test_a_boot_too_short_for_a_sample_has_none() -> None:
    boots = [Boot(1, -60_500_000, 1_000), Boot(2, 2_000)]
    places = np.concatenate([at(0), at(1, 2, start_ns=2_000)])
    found = seen(triggers(places), boots, said=delivered((2, 60_000)))
    assert found.taken.boot.tolist() == [2, 2]
    assert found.taken.seq.tolist() == [0, 1]


def test_without_delivered_samples_the_first_trigger_is_the_phase() -> None:
    found = seen(triggers(at(0, 1)), said=delivered())
    assert found.taken.time_us.tolist() == [60_500, 120_500]


def test_without_triggers_no_sample_is_taken() -> None:
    found = seen(triggers(at()), said=delivered())
    assert len(found.taken) == 0
    assert len(found.jitter_us) == 0


def test_a_firmware_whose_clock_is_off_is_late_everywhere() -> None:
    """It states a phase that is 2.5 ms before its triggers."""
    found = seen(triggers(at(0, 1)), said=delivered((1, 58_000)))
    assert found.jitter_us.tolist() == [2_500, 2_500]


@pytest.mark.parametrize(
    ("pulse_us", "after_ns", "status"),
    [
        (HELD, -200_000, FAULT),  # high when the firmware looked
        (HELD, -300, NO_ECHO),  # after its look
        (HELD, 5_000, NO_ECHO),
        (NO_PULSE, 5_000_000, NO_ECHO),  # it still listens: this is an echo
        (NO_PULSE, 31_000_000, FAULT),  # it no longer listens
    ],
)
def test_a_line_that_rises_after_the_look_is_an_echo_without_end(
    pulse_us: int, after_ns: int, status: int
) -> None:
    start_ns = PERIOD_NS + after_ns
    places = triggers(at(0, 1, 3))
    places.pulse_us[1] = pulse_us
    found = seen(places, holds=[(start_ns, int(2.5 * PERIOD_NS))])
    assert found.taken.status.tolist() == [
        VALID,
        status,
        FAULT,
        VALID,
    ]


def test_an_old_echo_keeps_the_firmware_from_triggering() -> None:
    rules = Rules(period_us=20_000, timeout_us=19_000, range_mm=(20, 1000), air_decicelsius=200)
    own = Triggers(at(0, 1 / 3, 1), np.array([ECHO_US, 38_000, ECHO_US], dtype=np.int64))
    boots = [Boot(1, -20_500_000)]
    found = samples_seen(boots, own, [], PERIOD_NS + 1, rules, delivered((1, 20_500)))
    assert found.taken.status.tolist() == [
        TOO_FAR,
        NO_ECHO,
        FAULT,
        TOO_FAR,
    ]
