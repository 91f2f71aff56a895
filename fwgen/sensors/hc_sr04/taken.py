"""Derives the samples that the firmware should have in its log from the emulated sensor's record.

The sensor records each trigger and the pulse that it gave. Slot n of a boot is at phase + n *
period of the firmware's own clock. The phase comes from the firmware (any sample of that boot),
all else from the emulator's clock. If the two clocks drift apart, a trigger's deviation from its
slot is split into the drift (the median of the deviations around it) and the jitter (the rest).
Scenario time in nanoseconds, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fwgen.backends.renode.sensor import Boot, Seen
from fwgen.backends.renode.slots import slot_numbers, without_drift
from fwgen.record import Ints, Taken
from fwgen.sensors.hc_sr04.kinds import ENDLESS, HELD, NO_PULSE
from fwgen.sensors.hc_sr04.samples import expected_samples
from fwgen.sensors.hc_sr04.times import ECHO_BEGINS_US
from fwgen.wire.sample import SampleStatus

ECHO_BEGINS_NS: Final = ECHO_BEGINS_US * 1000
_WRITES_NS: Final = 1_000_000
"""The longest time from the end of a measurement until its sample is in the log."""
_EDGE_NS: Final = 100_000
_LOOK_NS: Final = 450
"""The firmware looks at the line a few hundred nanoseconds before it triggers. It finds the line
held if it was held at least this long before the trigger. A scenario's steps take effect 900 ns
before the trigger or 100 ns after it."""
_MOST_LATE: Final = 15
_NONE: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Triggers:
    """`pulse_us`: as in kinds.py, NO_PULSE where the sensor was mute."""

    at_ns: Ints
    pulse_us: Ints

    def between(self, start_ns: int, end_ns: int) -> Triggers:
        chosen = (self.at_ns >= start_ns) & (self.at_ns < end_ns)
        return Triggers(self.at_ns[chosen], self.pulse_us[chosen])


@dataclass(frozen=True)
class Rules:
    """The spec's rules that turn an echo into a sample; `spec`: its spec_number()."""

    period_us: int
    timeout_us: int
    range_mm: tuple[int, int]
    air_decicelsius: int
    spec: int = 0


@dataclass(frozen=True)
class _Slots:
    """The slots of one boot, without holes. `echo_us` is -1 where nothing was triggered."""

    number: int
    time_us: Ints  # device time
    at_us: Ints
    echo_us: Ints
    late_16ths: Ints
    jitter_us: Ints


def samples_seen(
    boots: Sequence[Boot],
    triggers: Triggers,
    holds: Sequence[tuple[int, int]],
    now_ns: int,
    rules: Rules,
    delivered: tuple[Ints, ...],
) -> Seen:
    """Return the expected samples. `holds`: start and end of each time in which the echo line was
    held high. The firmware also triggers when it finds the line high; the sample is a sensor fault
    unless a pulse follows. While an old echo lasts, the sensor ignores triggers and records none.
    `delivered`: boot and device time in us of the delivered samples."""
    found = [
        slots
        for boot in boots
        if (slots := _slots(boot, triggers, holds, now_ns, rules, delivered)) is not None
    ]
    if not found:
        return Seen(Taken(), _NONE)
    echoes = np.concatenate([boot.echo_us for boot in found])
    status, distance_mm = expected_samples(
        np.maximum(echoes, NO_PULSE),
        timeout_us=rules.timeout_us,
        range_mm=rules.range_mm,
        air_decicelsius=rules.air_decicelsius,
    )
    status[echoes < 0] = SampleStatus.MISSED
    taken = Taken(
        seq=np.arange(len(echoes), dtype=np.int64),
        boot=np.concatenate([np.full(len(boot.time_us), boot.number) for boot in found]),
        spec=np.full(len(echoes), rules.spec, dtype=np.int64),
        time_us=np.concatenate([boot.time_us for boot in found]),
        at_us=np.concatenate([boot.at_us for boot in found]),
        value=distance_mm,
        status=status,
        late_16ths=np.concatenate([boot.late_16ths for boot in found]),
    )
    return Seen(taken, np.concatenate([boot.jitter_us for boot in found]))


def _slots(
    boot: Boot,
    triggers: Triggers,
    holds: Sequence[tuple[int, int]],
    now_ns: int,
    rules: Rules,
    delivered: tuple[Ints, ...],
) -> _Slots | None:
    """Return the boot's slots; None if it was too short to take a sample."""
    end_ns = now_ns if boot.ended_ns is None else boot.ended_ns
    own = triggers.between(boot.clock_ns, end_ns)
    delivered_us = delivered[1][delivered[0] == boot.number]
    device_us = (own.at_ns - boot.clock_ns) // 1000
    if not len(own.at_ns) and not len(delivered_us):
        return None
    phase_us = int(delivered_us[0] if len(delivered_us) else device_us[0]) % rules.period_us
    slot = slot_numbers(device_us - phase_us, rules.period_us)
    jitter_us = without_drift(device_us - phase_us - slot * rules.period_us)
    high = [*holds, *_old_echoes(own, rules.period_us)]
    held = _held_slots(boot, high, end_ns, phase_us, rules.period_us, delivered_us)
    first = min([int(part[0]) for part in (slot, held) if len(part)], default=0)
    last = max([int(part[-1]) for part in (slot, held) if len(part)], default=-1)
    echo_us = np.full(last - first + 1, -1, dtype=np.int64)
    late = np.zeros(last - first + 1, dtype=np.int64)
    echo_us[held - first] = HELD
    echo_us[slot - first] = _echoes(own, holds, rules.timeout_us)
    late[slot - first] = np.clip(jitter_us * 16 // rules.period_us, 0, _MOST_LATE)
    time_us = phase_us + rules.period_us * np.arange(first, last + 1, dtype=np.int64)
    keep = len(time_us)
    if boot.ended_ns is not None and len(slot) and slot[-1] == last:
        keep -= not _is_written(own, end_ns, rules, int(time_us[-1]) in delivered_us)
    return _Slots(
        number=boot.number,
        time_us=time_us[:keep],
        at_us=time_us[:keep] + boot.clock_ns // 1000,
        echo_us=echo_us[:keep],
        late_16ths=late[:keep],
        jitter_us=jitter_us,
    )


def _echoes(own: Triggers, holds: Sequence[tuple[int, int]], timeout_us: int) -> Ints:
    """Return the pulses, and ENDLESS if a silent sensor began to hold its line while the firmware
    listened. The firmware listens from its look at the line, which is before the trigger."""
    silent = (own.pulse_us == NO_PULSE) | (own.pulse_us == HELD)
    found = own.pulse_us.copy()
    for start_ns, _ in holds:
        since_ns = start_ns - own.at_ns[silent]
        heard = (since_ns >= -_LOOK_NS) & (since_ns < timeout_us * 1000)
        found[np.flatnonzero(silent)[heard]] = ENDLESS
    return found


def _old_echoes(own: Triggers, period_us: int) -> list[tuple[int, int]]:
    """Return start and end of the echoes that lasted into the next slot."""
    real = (own.pulse_us != NO_PULSE) & (own.pulse_us < ENDLESS)
    long = real & (own.pulse_us + ECHO_BEGINS_US > period_us - _EDGE_NS // 1000)
    starts_ns = own.at_ns[long] + ECHO_BEGINS_NS
    return list(zip(starts_ns, starts_ns + own.pulse_us[long] * 1000, strict=True))


def _held_slots(
    boot: Boot,
    holds: Sequence[tuple[int, int]],
    end_ns: int,
    phase_us: int,
    period_us: int,
    delivered_us: Ints,
) -> Ints:
    """Return the slots at which the line was high, also those near the edges of `holds`; a trigger
    overrides them. A boot's first slot is the first one of which a sample was delivered."""
    earliest = (int(delivered_us.min()) - phase_us) // period_us if len(delivered_us) else 0
    found = [_NONE]
    for start_ns, stop_ns in holds:
        start_us = (max(start_ns - _EDGE_NS, boot.clock_ns) - boot.clock_ns) // 1000
        stop_us = (min(stop_ns + _EDGE_NS, end_ns) - boot.clock_ns) // 1000
        first = max(-(-(start_us - phase_us) // period_us), earliest)
        behind = -(-(stop_us - phase_us) // period_us)
        if stop_us > start_us and behind > first:
            found.append(np.arange(first, behind, dtype=np.int64))
    return np.concatenate(found)


def _is_written(own: Triggers, end_ns: int, rules: Rules, delivered: bool) -> bool:
    """Return whether the last measurement of a boot that ended was complete and in the log."""
    pulse_us = int(own.pulse_us[-1])
    lasts_us = rules.timeout_us if pulse_us == NO_PULSE else min(pulse_us, rules.timeout_us)
    over_ns = int(own.at_ns[-1]) + ECHO_BEGINS_NS + lasts_us * 1000
    if over_ns + _WRITES_NS <= end_ns:
        return True
    return over_ns <= end_ns and delivered
