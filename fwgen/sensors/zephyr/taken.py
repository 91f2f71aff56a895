"""The samples that the firmware should have in its log, from the record of the sensor's bus.

A measurement is the transfers with the part's commands, in their order; one that the sensor did not
answer is a fault, and so is a period without any: then the driver still waited for an earlier one.
Times in nanoseconds since scenario time 0, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fwgen.backends.renode.sensor import Boot, Seen
from fwgen.backends.renode.slots import slot_numbers, without_drift
from fwgen.record import Ints, Taken
from fwgen.sensors.zephyr.data import KnownPart
from fwgen.sensors.zephyr.drivers import Decoder
from fwgen.sensors.zephyr.model import expected
from fwgen.sensors.zephyr.spec import ZephyrSensor
from fwgen.wire.sample import SampleStatus

_WRITES_NS: Final = 2_000_000
_BEGINS_NS: Final = 2_000_000
"""The longest time from a slot until the driver begins; a later slot may still be measured."""
_MOST_LATE: Final = 15
_TO_START_US: Final = 50
"""The longest time from when the firmware has the bus, which it notes, until the START."""
_NONE: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Transfer:
    at_ns: int
    command: int
    read: bytes


@dataclass(frozen=True)
class Measurement:
    """`read`: what each transfer gave; None: the sensor did not answer completely."""

    at_ns: int
    read: tuple[bytes, ...] | None


def transfers_of(record: str, zero_ns: int) -> list[Transfer]:
    """Return the lines of SensorOnBus.Record."""
    found = []
    for line in record.splitlines():
        words = line.split()
        if words:
            read = bytes.fromhex(words[2]) if len(words) > 2 else b""
            found.append(Transfer(int(words[0]) - zero_ns, int(words[1], 16), read))
    return found


def measurements_of(transfers: Sequence[Transfer], part: KnownPart) -> list[Measurement]:
    found: list[Measurement] = []
    needs = [read for _, read in part.transfers]
    own = [one for one in transfers if one.command in part.commands]
    for index, first in enumerate(own):
        if first.command != part.commands[0]:
            continue
        group = own[index : index + len(part.commands)]
        whole = tuple(one.command for one in group) == part.commands and all(
            len(one.read) >= need for one, need in zip(group, needs, strict=True)
        )
        found.append(Measurement(first.at_ns, tuple(one.read for one in group) if whole else None))
    return found


def samples_seen(
    sensor: ZephyrSensor,
    decode: Decoder,
    measurements: Sequence[Measurement],
    boots: Sequence[Boot],
    now_ns: int,
    spec: int,
    delivered: tuple[Ints, Ints, Ints],
) -> Seen:
    """Return the expected samples of all boots. `delivered`: boot, device time in us and lateness
    in sixteenths of the delivered samples."""
    parts: list[Taken] = []
    jitter: list[Ints] = []
    for boot in boots:
        end_ns = now_ns if boot.ended_ns is None else boot.ended_ns
        own = [one for one in measurements if boot.clock_ns <= one.at_ns < end_ns]
        told_us, told_late = (column[delivered[0] == boot.number] for column in delivered[1:])
        taken, jitter_us = _boot(sensor, decode, own, boot, end_ns, spec, told_us, told_late)
        parts.append(taken)
        jitter.append(jitter_us)
    if not parts:
        return Seen(Taken(), _NONE)
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])
    }
    columns["seq"] = np.arange(len(columns["seq"]), dtype=np.int64)
    return Seen(Taken(**columns), np.concatenate(jitter))


def _boot(
    sensor: ZephyrSensor,
    decode: Decoder,
    own: Sequence[Measurement],
    boot: Boot,
    end_ns: int,
    spec: int,
    told_us: Ints,
    told_late: Ints,
) -> tuple[Taken, Ints]:
    period_us = sensor.period_us
    device_us = np.array([(one.at_ns - boot.clock_ns) // 1000 for one in own], dtype=np.int64)
    says = dict(zip(told_us.tolist(), told_late.tolist(), strict=True))
    told_us = told_us[told_us * 1000 + boot.clock_ns + _BEGINS_NS <= end_ns]
    if not len(device_us) and not len(told_us):
        return Taken(), _NONE
    slot = slot_numbers(device_us, period_us)
    jitter_us = without_drift(device_us - slot * period_us)
    first = int(min([*slot[:1], *(told_us[:1] // period_us)]))
    last = int(max([*slot[-1:], *(told_us[-1:] // period_us)]))
    if boot.ended_ns is None:
        last = max(last, (end_ns - _BEGINS_NS - boot.clock_ns) // (period_us * 1000))
    elif len(own) and own[-1].at_ns + _WRITES_NS > end_ns and last * period_us not in told_us:
        last -= 1
    count = max(0, last - first + 1)
    status = np.full(count, SampleStatus.FAULT, dtype=np.int64)
    value, late = np.zeros((2, count), dtype=np.int64)
    for place, one, late_us in zip((slot - first).tolist(), own, jitter_us.tolist(), strict=True):
        if place >= count:
            continue
        said = says.get(period_us * (first + place), _MOST_LATE)
        late[place] = _late_16ths(late_us, period_us, said)
        if one.read is not None:
            found = decode(one.read)
            micro = [np.array([found[part.name]]) for part in sensor.channel_parts]
            state, packed = expected(sensor.channel_parts, micro)
            status[place], value[place] = state[0], packed[0]
    time_us = period_us * np.arange(first, first + count, dtype=np.int64)
    taken = Taken(
        seq=np.arange(count, dtype=np.int64),
        boot=np.full(count, boot.number, dtype=np.int64),
        spec=np.full(count, spec, dtype=np.int64),
        time_us=time_us,
        at_us=time_us + boot.clock_ns // 1000,
        value=value,
        status=status,
        late_16ths=late,
    )
    return taken, jitter_us


def _late_16ths(late_us: int, period_us: int, said: int) -> int:
    """Return the lateness of a sample whose measurement began so late, in sixteenths: what the
    firmware said, if it may have noted the time right before another sixteenth began."""
    least, most = (
        min(_MOST_LATE, max(0, us) * 16 // period_us) for us in (late_us - _TO_START_US, late_us)
    )
    return min(max(said, least), most)
