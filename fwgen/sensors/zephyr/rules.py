"""The sensor's rules."""

from __future__ import annotations

from fractions import Fraction

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.plan.rules.sensor import SensorRules
from fwgen.plan.words import milliseconds
from fwgen.sensors.zephyr.bus import measures_us
from fwgen.sensors.zephyr.data import known_parts
from fwgen.sensors.zephyr.plan import part_of
from fwgen.sensors.zephyr.spec import ZephyrSensor
from fwgen.soc.board import Bus
from fwgen.spec.diagnostics import Findings, did_you_mean, quote
from fwgen.spec.sensor import SensorPart
from fwgen.wire.channel import value_bits

BUS = Rule("sensor-bus", "error", "the sensor's bus is on a connector of the board")
ADDRESS = Rule("sensor-address", "error", "the sensor has its own address on the bus")
UNLIKELY = Rule("sensor-address-unlikely", "warning", "the sensor can have this address")
BUSY = Rule("sensor-bus-busy", "error", "the bus can carry the measurements")
SHARED = Rule("bus-shared", "error", "the bus can carry measurements and pictures")
WAITS = Rule("sensor-waits", "warning", "no sample is late because of the bus's other users")
MISSES = Rule("sensor-waits-too-long", "error", "a measurement fits in the period, with its wait")
OTHER = Rule("sensor-address-taken", "error", "the display has another address on the same bus")
HIDDEN = Rule("sensor-hides-faults", "warning", "the sensor's driver reports failures")
CHANNELS = Rule("sensor-no-channel", "error", "a known sensor has the channels of the spec")
SCALE = Rule("sensor-full-scale", "error", "a known sensor has the full scale of the spec")
MODE = Rule("sensor-mode", "error", "a known sensor has the mode of the spec")
UNKNOWN = Rule("sensor-unknown", "warning", "the sensor's transfers and its model are known")
RECORD = Rule("record-too-wide", "error", "a sample's channels have at most 60 bits")

_FIRST_FREE, _LAST_FREE = 0x08, 0x77  # UM10204, table 4
_MOST_PERCENT = 90
_MOST_BITS = 60


class _Rules(SensorRules):
    rules = (
        *(BUS, ADDRESS, UNLIKELY, BUSY, SHARED, WAITS, MISSES),
        *(OTHER, HIDDEN, CHANNELS, SCALE, MODE, UNKNOWN, RECORD),
    )

    def check(self, draft: Draft, sensor: SensorPart, findings: Findings) -> None:
        part = part_of(sensor)
        _check_address(draft, part, findings)
        _check_record(draft, part, findings)
        _check_driver(draft, part, findings)
        _check_part(draft, part, findings)
        bus = draft.sensor_bus(part)
        if bus is None:
            BUS.broken(
                findings,
                f"{draft.board.called} has no bus {quote(part.bus)} for the M33 on a connector",
                draft.spec.where_in(part, "bus"),
                did_you_mean(part.bus, draft.board.buses, "buses"),
            )
        else:
            _check_bus(draft, part, bus, findings)
            _check_shared(draft, part, bus, findings)
            _check_load(draft, part, bus, findings)
            _check_waits(draft, part, bus, findings)


def _check_address(draft: Draft, sensor: ZephyrSensor, findings: Findings) -> None:
    place = draft.spec.where_in(sensor, "address")
    if not _FIRST_FREE <= sensor.address <= _LAST_FREE:
        ADDRESS.broken(
            findings,
            f"0x{sensor.address:02x} is no address of an I2C device (0x08 to 0x77)",
            place,
            "write the 7-bit address of the data sheet, without the read/write bit",
        )
        return
    known = known_parts().get(sensor.compatible)
    if known and sensor.address not in known.addresses:
        likely = " or ".join(f"`0x{address:02x}`" for address in known.addresses)
        message = f"{quote(sensor.compatible)} cannot have the address 0x{sensor.address:02x}"
        UNLIKELY.broken(findings, message, place, f"write {likely}")


def _check_record(draft: Draft, sensor: ZephyrSensor, findings: Findings) -> None:
    bits = value_bits(sensor.channels)
    if bits > _MOST_BITS:
        RECORD.broken(
            findings,
            f"the channels have {bits} bits together, more than {_MOST_BITS}",
            draft.spec.where_in(sensor, "channels"),
            "write a coarser resolution, or fewer channels",
        )


def _check_driver(draft: Draft, sensor: ZephyrSensor, findings: Findings) -> None:
    known = known_parts().get(sensor.compatible)
    if known and known.hides_faults:
        HIDDEN.broken(
            findings,
            f"Zephyr's driver of {quote(sensor.compatible)} does not report that the sensor did "
            "not answer: such a sample is valid, with an earlier value or 0",
            draft.spec.where_in(sensor, "compatible"),
            "expect no `sensor fault` of it",
        )


def _check_part(draft: Draft, sensor: ZephyrSensor, findings: Findings) -> None:
    known = known_parts().get(sensor.compatible)
    if known is None:
        same = [name for name, part in known_parts().items() if sensor.compatible in part.also]
        UNKNOWN.broken(
            findings,
            f"fwgen does not know {quote(sensor.compatible)}: its time on the bus is an estimate, "
            "and Renode has no model of it",
            draft.spec.where_in(sensor, "compatible"),
            f"write `{same[0]}`, whose driver in Zephyr reads this part, too"
            if same
            else "run it on the host backend or on a board",
        )
        return
    for index, channel in enumerate(sensor.channels):
        if channel.name not in known.steps:
            CHANNELS.broken(
                findings,
                f"{quote(sensor.compatible)} has no channel {quote(channel.name)}: Zephyr's driver "
                "would report an error instead of each sample",
                draft.spec.where_in(sensor, "channels", index, "name"),
                did_you_mean(channel.name, known.steps, "its channels"),
            )
    if known.full_scale is not None:
        _check_value(draft, sensor, known.full_scale, SCALE, findings)
    if known.fewer_bits is not None:
        name, bits = known.fewer_bits
        _check_value(draft, sensor, (name, tuple(range(len(bits)))), MODE, findings)


def _check_value(
    draft: Draft,
    sensor: ZephyrSensor,
    known: tuple[str, tuple[int, ...]],
    rule: Rule,
    findings: Findings,
) -> None:
    """Refuse a property with a value that the part does not have; the first one is the default."""
    name, values = known
    found = dict(sensor.properties).get(name, values[0])
    if found not in values or isinstance(found, bool):
        listed = ", ".join(f"`{value}`" for value in values[:-1])
        rule.broken(
            findings,
            f"{quote(sensor.compatible)} cannot have {quote(f'{name}: {found}')}",
            draft.spec.where_in(sensor, "properties"),
            f"write {listed} or `{values[-1]}`",
        )


def _check_bus(draft: Draft, sensor: ZephyrSensor, bus: Bus, findings: Findings) -> None:
    takes_us = measures_us(sensor, bus.speed_hz)
    if takes_us * 100 > _MOST_PERCENT * sensor.period_us:
        BUSY.broken(
            findings,
            f"a measurement takes {takes_us / 1000:,.6g} ms on {bus.name} at "
            f"{bus.speed_hz // 1000} kHz, too long for one every {milliseconds(sensor.period_us)}: "
            f"it may take {_MOST_PERCENT} % of the period",
            draft.spec.where_in(sensor, "period"),
            f"write at least `{-(-takes_us // 900)} ms`",
        )


def _check_shared(draft: Draft, sensor: ZephyrSensor, bus: Bus, findings: Findings) -> None:
    """With a display on the same bus."""
    display, picture_us = draft.spec.display, draft.picture_us
    if display is None or picture_us is None or draft.bus != bus:
        return
    if display.address == sensor.address:
        OTHER.broken(
            findings,
            f"sensor and display cannot both have the address 0x{sensor.address:02x} on {bus.name}",
            draft.spec.where_in(sensor, "address"),
            "set another address on one of them, or use another bus",
        )


def _check_waits(draft: Draft, sensor: ZephyrSensor, bus: Bus, findings: Findings) -> None:
    """A sample says by how many sixteenths of the period its measurement began late."""
    waits, takes_us = draft.waits(sensor), measures_us(sensor, bus.speed_hz)
    if takes_us * 100 > _MOST_PERCENT * sensor.period_us:
        return  # another rule says so
    users, needs_us = " and ".join(waits.others), waits.longest_us + takes_us
    place = draft.spec.where_in(sensor, "period")
    waited = f"a measurement may wait {milliseconds(waits.longest_us)} for {users} on {bus.name}"
    if needs_us > sensor.period_us:
        MISSES.broken(
            findings,
            f"{waited} and takes {milliseconds(takes_us)}, which is longer than its period",
            place,
            f"write at least `{-(-needs_us // 1000)} ms`, or use another bus for one of them",
        )
    elif waits.longest_us * 16 >= sensor.period_us:
        least_ms = waits.longest_us * 16 // 1000 + 1
        WAITS.broken(
            findings,
            f"{waited}: such a sample is at least a sixteenth of the period late, and says so",
            place,
            f"write at least `{least_ms} ms`, or use another bus for one of them",
        )


def _check_load(draft: Draft, sensor: ZephyrSensor, bus: Bus, findings: Findings) -> None:
    """All that is on the bus; reported for the last of its sensors."""
    users = [one for one in draft.spec.sensors if isinstance(one, ZephyrSensor)]
    users = [one for one in users if one.bus == sensor.bus]
    shares = [Fraction(measures_us(one, bus.speed_hz), one.period_us) for one in users]
    display, picture_us = draft.spec.display, draft.picture_us
    pictures = Fraction(0)
    if display is not None and picture_us is not None and draft.bus == bus:
        pictures = Fraction(picture_us, display.refresh_period_us)
    measurements = sum(shares, Fraction(0))
    alone = max(*shares, pictures) * 100 > _MOST_PERCENT  # another rule says so
    if users[-1] is not sensor or alone or (measurements + pictures) * 100 <= _MOST_PERCENT:
        return
    if pictures:
        SHARED.broken(
            findings,
            f"the pictures need {float(pictures * 100):.0f} % of {bus.name} and the measurements "
            f"{float(measurements * 100):.0f} %, more than {_MOST_PERCENT} % together",
            draft.spec.where("display", "refresh"),
            "write a slower `refresh`, or a longer period of the sensor",
        )
    else:
        SHARED.broken(
            findings,
            f"the measurements of both sensors need {float(measurements * 100):.0f} % of "
            f"{bus.name}, more than {_MOST_PERCENT} %",
            draft.spec.where_in(sensor, "period"),
            "write longer periods, or use another bus for one of them",
        )


SENSOR = _Rules()
